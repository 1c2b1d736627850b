// What a job does, as lines of a shell that are the same in each CI system: few, each a call of CMake or of
// the driver. Pure; every name in them comes from the declarations, or from a variable in quotes.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/export/ci_jobs.hpp>
#include <cicd/export/ci_pins.hpp>

namespace cicd {

/// The folder of the build tree that jobs hand on.
inline constexpr std::string_view handed_on_folder = "build/cicd-export";

/// What an export is made of besides the jobs.
struct ci_source {
  const ci_export& declared;
  const ci_pins& pins;
  std::string folder{};  ///< of the build tree's sources, below the top of the repository; empty: the top
  std::string declared_at{};        ///< `CMakeLists.txt:12`
  std::vector<std::string> kept{};  ///< of CACHES: folders below `~/`, the cache of steps first
  std::string image{};              ///< IMAGE by its digest; empty: none

  /// Of RUNNER; empty: the system's usual machine.
  std::string runner(std::string_view system) const;
  /// SCHEDULE as five fields of numbers, which each system takes; or once an hour.
  std::string schedule() const;
};

/// SETUP; none where it is not declared.
std::vector<std::string> lines_to_set_up(const ci_source& of);
/// What brings a build tree: SETUP, the archive of cicd, configure.
std::vector<std::string> lines_to_configure(const ci_source& of);
/// Where a workspace is kept from run to run: nothing of an earlier one is handed on.
std::string line_to_clear();
/// Takes what other jobs handed on.
std::string line_to_load();
/// What makes that which the plan of a deploy that is started by its name shows, where no job before it does.
std::vector<std::string> lines_to_make(const ci_job& plan, const ci_jobs& among);
/// What the job is for. `gate`: the environment or the job that waited, `{pipeline}` in it being the
/// pipeline's name, where the system names who passed it, which is the approval; else empty.
std::vector<std::string> lines_of_work(const ci_job& of, const std::string& gate);
/// Whether the line publishes where its job does: by the target, or by the plan of a preview.
bool may_publish(std::string_view line);
/// Whether the job approves by its gate.
inline bool approves_by_gate(const ci_job& of) {
  return of.is_planned && of.asks_approval;
}
/// Keeps what it made for other jobs, and says that it is done; none where it `hands_on` nothing.
std::vector<std::string> lines_to_hand_on(const ci_job& of);
/// The files of those: paths below `handed_on_folder`.
std::vector<std::string> files_of(const ci_job& of, std::string_view pipeline);
/// Whether the event needs the job, as the job that decides wrote down: a condition for a shell.
std::string condition_of(const ci_job& of);
/// Of a job that a person starts: the name that he says. A plan and a gate are of their deploy.
std::string name_by_hand(const ci_job& of);
/// What fails where a job that was needed did not end well.
std::vector<std::string> lines_of_result();

/// The branch or tag pattern as a regular expression: `^release/.*$`.
std::string regex_of(std::string_view pattern);

/// Whether no other gate can be in the same run: pull requests have those of previews, and what is started by
/// its name is a run of its own.
bool is_only_gate(const ci_job& of, const ci_jobs& among);

/// The jobs that wait for a gate, or come after one: by name.
std::set<std::string, std::less<>> behind_gates(const std::vector<ci_job>& jobs);

}  // namespace cicd
