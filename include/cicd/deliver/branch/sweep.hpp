// Which previews and canaries are over, by their time or their branch, and that they end. Without a list of
// branches that can be trusted nothing is over.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/branch/remove.hpp>

namespace cicd {

/// The branches of `origin`, asked of the remote. Class `remote` when it does not answer, or answers that it
/// has none: then no sweep may conclude that a branch is gone.
result<std::set<std::string>> branches_at_origin(const std::string& source_folder,
                                                 const surroundings& around,
                                                 const cancellation* cancelled);

struct over {
  const known_place* what = nullptr;
  std::string why;  ///< `its branch is gone`, `its time was over at 2026-11-21T10:00:00Z`
};
/// A canary ends by its time only, since its branch goes with the merge and it stays until production has it.
std::vector<over> over_among(const std::vector<known_place>& all,
                             const std::set<std::string>& branches,
                             std::chrono::system_clock::time_point now);

struct sweep_request {
  /// Those of `origin`, asked anew for each place, after its copies were read: else the preview of a branch
  /// that came in that moment would be over. Not asked where there are none.
  std::function<result<std::set<std::string>>()> branches;
  bool dry_run = false;  ///< only say which
  const cancellation* cancelled = nullptr;
};
struct sweep_outcome {
  std::size_t over = 0;
  std::optional<exit_class> failed;  ///< of the last that could not be removed
};
/// Ends what is over in each cluster of the environment: tells `branch_over`, then `removed` or
/// `remove_failed`, which does not end it. Class `interrupted` where it was cancelled: the rest stays. The
/// error of `branches` where they cannot be read: nothing more is ended.
result<sweep_outcome> sweep_branches(const sweep_request& request, const action_ports& on);

/// What is declared and would leave previews lying about, a sentence each; for `cicd doctor`.
std::vector<std::string> preview_complaints(const declared_pipeline& pipeline);

}  // namespace cicd
