// Carrying out a deploy to a cluster: lock, intent, apply in order, watch, verify, prune, record; and what
// follows when it fails. Every way out leaves a named state in the cluster. It does not know how images are
// made.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <cicd/deliver/cluster/lease.hpp>
#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/kubernetes/rollout/rollout.hpp>

namespace cicd {

/// Opens the one door to the cluster; it is closed while a command of the team's own runs.
using open_cluster = std::function<result<std::unique_ptr<kubernetes::cluster>>()>;

/// How long an object that is being deleted may take in an environment: PATIENCE deletion, else the default.
std::chrono::milliseconds deletion_patience(const environment& place);

struct cluster_deploy_options {
  std::string holder;  ///< of the lock, as a person names it: who, and which run
  const cancellation* cancelled = nullptr;
  std::function<void(const std::string& line)> say{};
  /// The gate, asked under the lock with the plan as it is then; and before a namespace is made for it.
  /// Without it nothing is written.
  std::function<result<permit>(const cluster_plan& plan)> may;
  /// What has to be there before the first object changes; once, after the gate.
  std::function<status(const permit& allowed)> ready{};
  /// VERIFY, with the door closed; empty where none is declared.
  std::function<status()> verify;
  /// Takes the approvals away that let this deploy in, once it has succeeded.
  std::function<void(std::vector<deployment_approval>& approvals)> use_up{};
  bool rolls_back = true;  ///< ON_FAILURE rollback
  /// Made a moment ago: carried out as it is where the state there is still the one that it saw.
  const cluster_plan* planned = nullptr;
};

struct cluster_deploy_result {
  std::size_t changed = 0;         ///< objects
  deployment_record record;        ///< as it is kept
  std::vector<std::string> lines;  ///< what a person should still know
};

/// Deploys what is wanted; nothing to do is success. Class `step_failed` when the rollout failed: the error
/// says what state the environment is in and both causes where putting it back failed too.
result<cluster_deploy_result> deploy_to_cluster(const open_cluster& open,
                                                wanted_release wanted,
                                                const cluster_deploy_options& options);

/// Puts back what an earlier deployment applied. `to` is one of `past_deployments`.
result<cluster_deploy_result> put_back(const open_cluster& open,
                                       wanted_release about,
                                       const past_deployment& to,
                                       const cluster_deploy_options& options);

}  // namespace cicd
