// What the log of a CI system takes: parts that fold, annotations on lines of files, where the summary of a
// job goes. It knows their commands, not when they are said.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/system/environment.hpp>

namespace cicd {

/// The CI system that reads what is printed here, as `ci_event::system`; empty where none was recognised, or
/// CICD_CI_LOG is `plain`.
std::string ci_log_system(const surroundings& around);

/// Whether a part of its log can be folded.
bool folds(std::string_view system);

/// Whether a part ends with the beginning of the next one alone, as at Buildkite.
bool ends_by_next(std::string_view system);

/// A part of a log, written whole.
struct ci_part {
  std::string title{};   ///< one line
  std::string name{};    ///< no other part of the log has it
  bool is_open = false;  ///< it is seen without a click
  std::chrono::system_clock::time_point begin{}, end{};
};
/// What stands before and after its lines, with the ends of lines.
struct ci_fold {
  std::string before, after;
};
ci_fold fold_of(std::string_view system, const ci_part& of);
/// A line that belongs to no part, with its end: where `ends_by_next`, a part without lines.
std::string loose_line(std::string_view system, std::string_view text);

/// What is said of a line of a file.
struct ci_annotation {
  bool is_error = true;     ///< else a warning
  std::string path{};       ///< below the root of the repository; empty: of no file
  std::int64_t line = 0;    ///< 0: of the whole file
  std::int64_t column = 0;  ///< 0: of the whole line
  std::string title{};      ///< one line
  std::string message{};    ///< may be several lines
  std::string identity{};   ///< the same again is known by it, where it has one
  std::string severity{};   ///< of a finding: `low` to `critical`

  bool operator==(const ci_annotation&) const = default;
};
/// As many errors and as many warnings of one step of a job are shown at GitHub.
inline constexpr std::size_t most_annotations = 10;
/// The line that tells it, without its end; empty where the system's log takes none.
std::string line_of(std::string_view system, const ci_annotation& of);
/// GitLab's report on code quality: of `all`, and of what `before`, such a report, has of the same job.
std::string code_quality_of(const std::vector<ci_annotation>& all,
                            std::string_view before,
                            const std::string& job);

/// Where the summary of a job in Markdown goes.
struct ci_summary_place {
  std::string file{};                  ///< it is appended to; empty: none
  std::size_t most = 0;                ///< bytes that the file may have
  std::vector<std::string> program{};  ///< that reads it on standard input
  std::string line{};                  ///< is printed, with `{}` for the path of a file that has it
};
/// `name`: no other summary of the job has it; `is_good`: nothing failed.
ci_summary_place summary_place_of(std::string_view system,
                                  const surroundings& around,
                                  const std::string& name,
                                  bool is_good);
/// The id of the job that runs, by the system's own variable; empty where there is none.
std::string ci_job_id(const surroundings& around);

}  // namespace cicd
