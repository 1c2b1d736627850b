// What the function of a step is given: `.run = [](cicd::step_context& step) { … }`. Standard library only;
// the bodies lie in an archive beside the driver.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cicd {

/// An image that the step comes AFTER.
struct step_image {
  std::string name;    ///< as AFTER names it: `image`, `image-cli`
  std::string layout;  ///< its OCI layout, an absolute folder
  std::string digest;  ///< `sha256:…`
};

/// A program that a step started did not end well: what() has its words, how it ended, and below that the
/// last lines of what it printed.
class command_failure : public std::runtime_error {
 public:
  command_failure(std::string headline, const std::string& last_lines, int status, bool was_shown)
      : std::runtime_error(headline + last_lines),
        headline_(std::move(headline)),
        status_(status),
        was_shown_(was_shown) {}

  /// The program's words, which may have several lines, and how it ended.
  const std::string& headline() const { return headline_; }
  /// As a shell counts: 128 and the signal that ended it, 127 where it could not be started.
  int status() const { return status_; }
  /// Whether its lines stand in the step's log.
  bool was_shown() const { return was_shown_; }

 private:
  std::string headline_;
  int status_;
  bool was_shown_;
};

class step_context {
 public:
  using named_values = std::vector<std::pair<std::string, std::string>>;
  step_context(named_values values, std::vector<step_image> images)
      : values_(std::move(values)), images_(std::move(images)) {}

  /// Runs a program, looked for as that of COMMAND, without a shell; what it prints goes into the step's log.
  /// Throws command_failure where its exit status is not 0.
  void execute(const std::vector<std::string>& words) const;
  /// The same, and gives what it prints to standard output, without the line ends at its end, instead of
  /// showing it; more than 64 MiB are a command_failure, too.
  std::string capture(const std::vector<std::string>& words) const;
  /// The text that VALUES gives by this name. Throws std::invalid_argument where there is none.
  std::string value(std::string_view name) const;
  /// The image that AFTER names so; of a single one, it. Throws std::invalid_argument where there is none.
  step_image image(std::string_view name = {}) const;
  /// The step's folder, absolute, in which the function starts.
  std::string folder() const;
  /// A variable of the step: one of ENV, of PASS_ENV or of those that each step has. Nothing where it is not
  /// set.
  std::optional<std::string> environment(std::string_view name) const;
  /// Writes a line into the step's log.
  void log(std::string_view line) const;

 private:
  named_values values_;
  std::vector<step_image> images_;
};

}  // namespace cicd
