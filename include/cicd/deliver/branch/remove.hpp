// The end of a branch's copy or canary: exactly what was made for it goes, and what is known of it. It does
// not know when that is due.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/branch/branch.hpp>
#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/policy/action.hpp>
#include <cicd/deliver/policy/copies_home.hpp>

namespace cicd {

struct branch_end_options {
  std::string holder;        ///< of the lock, as a person names it
  bool with_claims = false;  ///< PersistentVolumeClaims too, and so what is stored in them
  const cancellation* cancelled = nullptr;
  std::function<void(const std::string& line)> say;
  std::chrono::milliseconds patience{std::chrono::minutes(2)};  ///< for all that is held to be gone
  const clock& time = system_clock_port();
};

/// Those of a person's action: waiting is told, what is removed is told at the end. `on` must outlive them.
branch_end_options end_options(const action_ports& on,
                               const cancellation* cancelled,
                               bool with_claims = false);

/// A fact that is kept of a branch's copy, or nothing (empty).
std::string fact_of(const known_place& of, const char* name);

/// Removes the objects of its inventory that still bear its labels, and what is known of it; the namespace
/// only where it was made for it and nothing is stored in it. A read that fails removes nothing; class
/// `conflict` while it is being deployed.
result<branch_end> end_branch(const permit& allowed,
                              kubernetes::cluster& with,
                              const known_place& of,
                              const branch_end_options& options);

/// The event of it.
removed told_end(const changed_place& at, const known_place& of, const branch_end& end);

struct preview_removal_request {
  std::string branch;        ///< class `usage` where it is empty
  bool with_claims = false;  ///< PersistentVolumeClaims too, and so what is stored in them
  const cancellation* cancelled = nullptr;
};
struct preview_removal {
  bool found = false;
  std::vector<std::string> branches;  ///< that have a preview there
};
/// Removes a branch's copies in each cluster of the environment; tells `removed` for each. The first failure
/// ends it.
result<preview_removal> remove_preview(const preview_removal_request& request, const action_ports& on);

/// Whether the commit `older` is in the history of `newer`; nothing when that is not known.
using contains_commit =
    std::function<std::optional<bool>(const std::string& older, const std::string& newer)>;

/// Ends the canaries of an environment whose commit is in the one that production runs now, after a healthy
/// rollout. Returns what a person should know, a sentence each; a failure is one of them and fails no deploy.
std::vector<std::string> retire_canaries(const permit& allowed,
                                         kubernetes::cluster& with,
                                         const cluster_place& environment,
                                         const std::string& commit,
                                         const contains_commit& contains,
                                         const branch_end_options& options);
/// The same after a deploy, by git's history; opens no door where the pipeline declares no canary.
std::vector<std::string> retire_after(const permit& allowed,
                                      const open_cluster& open,
                                      const cluster_place& environment,
                                      const declared_pipeline& pipeline,
                                      const std::string& commit,
                                      const surroundings& around,
                                      const branch_end_options& options);

}  // namespace cicd
