// The log of a run whose system folds parts of it: one part for each step, written whole when the step ends,
// since steps run side by side; until then a line that says that it runs. Pure: lines in, bytes to write out.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace cicd {

/// How a step ended, for its part.
struct part_end {
  std::string title{};
  bool is_open = false;  ///< it failed
  std::chrono::system_clock::time_point begin{}, end{};
};

class log_parts {
 public:
  /// More than so much of one step is written before it ends, as a part of its own.
  static constexpr std::size_t most_kept = 1U << 20U;

  explicit log_parts(std::string system) : system_(std::move(system)) {}

  /// A line of a step, without its end. Gives what is to be written now, most often nothing.
  std::string add(const std::string& step, std::string_view line, std::chrono::system_clock::time_point now);
  bool has(const std::string& step) const { return steps_.contains(step); }
  /// The step's part; one line where it has no others.
  std::string close(const std::string& step, const part_end& how);
  /// What is left of steps of which no end was told.
  std::string close_all(std::chrono::system_clock::time_point now);
  /// A line that belongs to no step.
  std::string loose(std::string_view text) const;
  /// What comes last, and is always seen.
  std::string last(std::string_view title, std::string_view text) const;

 private:
  struct kept_step {
    std::string lines;
    int written = 0;  ///< parts
    std::chrono::system_clock::time_point begin{};
  };
  std::string part(const std::string& step, kept_step& of, const part_end& how);

  std::string system_;
  std::map<std::string, kept_step> steps_;
};

}  // namespace cicd
