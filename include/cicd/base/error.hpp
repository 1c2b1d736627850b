// What can go wrong, as a value: a class that becomes the exit status, the words, and what helps.
// It does not know who raised it or how it is shown beyond its own text.
// Expected failures travel as `result<T>`; an exception is a bug.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cicd {

/// The class of a failure. Its number is the driver's exit status.
enum class exit_class : int {
  done = 0,           ///< everything asked for was done, or had nothing to do
  step_failed = 1,    ///< a step of the pipeline failed
  usage = 2,          ///< wrong declaration, usage or input
  conflict = 3,       ///< held by another run, superseded, or another digest under an immutable tag
  corrupt = 4,        ///< stored state cannot be trusted; it is left untouched
  policy = 5,         ///< forbidden here: dirty tree, missing approval, wrong ref
  remote = 6,         ///< a registry, repository or cluster failed or does not answer
  cannot_save = 7,    ///< the work was done, its state could not be saved
  interrupted = 130,  ///< ended by SIGINT
  terminated = 143    ///< ended by SIGTERM or SIGHUP
};

/// Whether a signal ended it.
constexpr bool is_interruption(exit_class kind) {
  return kind == exit_class::interrupted || kind == exit_class::terminated;
}

/// The word that stands for a class in `result.json`: `done`, `step-failed`, `usage`, …
std::string_view word_for(exit_class kind);

/// One line under an error: `declared at`, `allowed`, `did you mean`, `caused by`, `try`, …
struct note {
  std::string label;
  std::string text;
};

/// A failure that was to be expected.
struct error {
  exit_class kind = exit_class::usage;
  std::string subject;               ///< whom it concerns, such as `orders/build`; may be empty
  std::string what;                  ///< lower case, no full stop
  std::optional<std::string> value;  ///< the offending value, shown in quotes
  std::vector<note> notes;           ///< shown below, in this order

  /// The same error with one more line below it; an empty text adds nothing.
  error with(std::string label, std::string text) &&;
};

/// All that is wrong, told at once.
using errors = std::vector<error>;

/// The same notes, `declared at` before all others, then `did you mean`, `allowed` and `try` in this order
/// among them.
std::vector<note> in_usual_order(std::vector<note> notes);

/// The block that a person reads: `cicd: error: <subject>: <what>: '<value>'` and the notes, each on
/// a line of its own, indented. Ends with a newline. Control characters in it are made visible.
std::string text_of(const error& failure);
/// The same for what is no failure but hardly meant: it begins with `cicd: warning:`.
std::string warning_text_of(const error& about);

/// A value, or why there is none.
template <typename T>
class [[nodiscard]] result {
 public:
  result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  result(cicd::error failure) : held_(std::in_place_index<1>, std::move(failure)) {}

  explicit operator bool() const { return held_.index() == 0; }
  T& operator*() & { return std::get<0>(held_); }
  const T& operator*() const& { return std::get<0>(held_); }
  T&& operator*() && { return std::get<0>(std::move(held_)); }
  T* operator->() { return &std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }
  cicd::error& error() & { return std::get<1>(held_); }
  const cicd::error& error() const& { return std::get<1>(held_); }
  cicd::error&& error() && { return std::get<1>(std::move(held_)); }
  T value_or(T other) const& { return *this ? **this : std::move(other); }

 private:
  std::variant<T, cicd::error> held_;
};

/// Success without a value, or why not.
template <>
class [[nodiscard]] result<void> {
 public:
  result() = default;
  result(cicd::error failure) : failure_(std::move(failure)) {}

  explicit operator bool() const { return !failure_; }
  cicd::error& error() & { return *failure_; }
  const cicd::error& error() const& { return *failure_; }
  cicd::error&& error() && { return std::move(*failure_); }

 private:
  std::optional<cicd::error> failure_;
};

using status = result<void>;

}  // namespace cicd
