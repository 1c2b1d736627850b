// What the scans of a run, or of a build tree, found together: for the end of a run, for `cicd scan` and for
// forges.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/engine/scan_step.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

/// Scans with their verdicts of today; the baselines that those speak of.
struct scan_board {
  std::vector<scanned> scans;
  std::vector<std::string> unknown;  ///< that never ran here
  std::vector<std::unique_ptr<scan_baseline>> baselines;
};

/// Of the steps among `steps` that are scans, of those in `only` where it is given. Errors are those of
/// baselines; with `to_update` what an update of them takes out is none.
or_errors<scan_board> scan_board_of(const session& of,
                                    const step_graph& graph,
                                    const std::vector<step_index>& steps,
                                    const scan_run& run,
                                    const std::set<std::string>* only = nullptr,
                                    bool to_update = false);

/// What people should know although nothing fails: what did not run, what is listed and gone, exceptions that
/// end soon. The subject of each is the step.
errors warnings_of(const scan_board& of);

/// The label and text of each line for the end of a run: totals, and where the merged SARIF is. Writes it to
/// `file`.
std::vector<note> scan_notes(const scan_board& of, const std::string& file);

}  // namespace cicd
