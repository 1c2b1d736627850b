// What the jobs of one CI run hand on to each other, since each has a machine and a build tree of its own:
// the results of steps, what was published and deployed by the embedded default, saved plans. A file of it is
// taken by jobs of the same run, commit and change alone. It does not know how it gets from job to job.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

struct handed_on {
  std::vector<std::string> steps{};  ///< whose results are in it
  std::vector<std::string>
      left_out{};                    ///< those that no cache holds, such as of IN_SOURCE: they are run again
  std::vector<std::string> plans{};  ///< names of saved plans
  std::uint64_t bytes = 0;
};

/// Writes what the targets or steps, and all before them, gave here last. `plans` are files of `cicd plan
/// --out`. Class `usage` for an unknown target or a plan that cannot be read.
result<handed_on> hand_on(const session& of,
                          const std::vector<std::string>& targets,
                          const std::vector<std::string>& plans,
                          const std::string& file);

/// Takes what such a file holds, plans into `<build>/.cicd/plans/`. Class `policy` where it is of another
/// run, commit or change, `corrupt` where its content does not have its digests, `usage` where it is no such
/// file.
result<handed_on> take_over_from(const session& of, const std::string& file);

/// The machine that results without known tools are of: of one CI run all are the one that began it.
std::string machine_in(const workspace& where, const surroundings& around);

}  // namespace cicd
