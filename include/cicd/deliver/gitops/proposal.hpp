// PULL_REQUEST: what would be committed goes to a branch of its own and is proposed. The branch stands on the
// main one and has one commit. It does not know what a deploy is.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <cicd/deliver/gitops/forge.hpp>
#include <cicd/deliver/gitops/gitops.hpp>

namespace cicd {

/// `cicd/<pipeline>/<environment>`
std::string proposal_branch(const std::string& pipeline, const std::string& environment);

/// Where a proposal stands: the same target on the proposal's branch, with a clone of its own.
manifest_target proposal_target(const manifest_target& main, const std::string& branch);

/// Whether what the branch holds is proposed still: its deployment comes after the one that is there.
bool is_pending(const std::optional<deployment_record>& proposed,
                const std::optional<deployment_record>& now);

/// Moves the branch to `wanted` upon `now`, unless it holds that already, and has a pull request open for it.
/// Class `conflict` where the branch has commits of others, is of another PATH, or has moved meanwhile.
result<open_pull_request> propose(const permit& allowed,
                                  const manifest_target& main,
                                  const manifest_target& branch,
                                  const manifest_state& now,
                                  const manifest_state& proposed,
                                  const wanted_manifests& wanted,
                                  const forge& server,
                                  const surroundings& around,
                                  const gitops_options& options);

/// Closes what is open, and removes the branch. Gives what was closed.
result<std::optional<open_pull_request>> withdraw_proposal(const permit& allowed,
                                                           const manifest_target& main,
                                                           const manifest_target& branch,
                                                           const manifest_state& proposed,
                                                           const forge& server,
                                                           const surroundings& around,
                                                           const gitops_options& options);

}  // namespace cicd
