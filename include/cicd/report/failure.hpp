// The block that a failed step leaves: what happened, what it means, its last lines or failing tests, where
// the whole log is, the likely cause, and the one command that runs only that step again.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/run/event.hpp>

namespace cicd {

struct failure_facts {
  step_ended end;
  std::vector<std::string> last_lines;  ///< at most 40, of both streams in order
  std::vector<std::string> causes{};    ///< lines before them of which `names_cause` says yes
  std::map<std::string, std::string> source_folders;
  std::string rerun;  ///< `cmake --build build --target orders.test`
  std::string here;   ///< where the person stands: paths below it are shown relative to it
  std::function<bool(const std::string&)> exists;  ///< as in `readable_paths`
  std::map<std::string, std::string> links{};      ///< as in `readable_paths`
  std::function<std::vector<std::string>(const std::string& step, std::string_view path)>
      given{};       ///< as in `readable_paths`
  bool utf8 = true;  ///< else signs and dots are ASCII
};

/// The block's text, without colour, safe for a terminal.
std::string failure_block(const failure_facts& facts);

/// Whether a line says more than what a tool prints below each of its errors: the frames of its own stack,
/// its help. Such lines take the place of those that were meant.
bool is_telling(std::string_view line);
/// Whether a line names a cause wherever in the output it stands, although the tool's last words do not:
/// memory or space that ran out.
bool names_cause(std::string_view line);

/// The likely cause in one sentence, from how it ended and what it printed; empty when none is known. (No
/// network, no space left, out of memory, a missing compiler release, a port in use, a wrong JAVA_HOME,
/// Maven's unresolvable dependency, …)
std::string likely_cause(const step_ended& end, const std::vector<std::string>& last_lines);

}  // namespace cicd
