// What a cluster remembers of a pipeline's environment, beside the objects that it describes: the last
// deployment and those before it, what was applied, a hold, approvals. So that a throw-away machine knows
// them. Written only where no other process has written since it was read. Contract:
// docs/contracts/cluster-state.md.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/records/environment_state.hpp>
#include <cicd/deliver/records/record.hpp>
#include <cicd/kubernetes/api/cluster.hpp>

namespace cicd {

/// Where a pipeline's environment, or a branch's preview or canary in it, lives in a cluster.
struct cluster_place {
  std::string pipeline, environment, namespace_name;
  std::string branch_key{};  ///< `<slug>-<hash>` of a branch; empty for the environment itself
  /// `cicd.orders.prod`, `cicd.orders.stage.fix-click-1a2b3c4d`: of the ConfigMap and of the Lease.
  std::string state_name() const;
  /// `cicd.dev/pipeline=orders,cicd.dev/environment=prod`: of the objects of the environment and its
  /// branches.
  std::string selector() const;
  /// `orders/prod`: whom errors are about.
  std::string text() const;
};

struct cluster_state {
  std::optional<deployment_record> record;  ///< of the last deployment that was begun
  std::vector<kubernetes::object_key>
      inventory;  ///< what was applied; while one is under way, also what was before
  std::optional<deployment_hold> hold;
  std::vector<deployment_approval> approvals;
  std::vector<seen_health> health{};
  std::optional<declared_gates> gates{};
  announcement announced{};
  std::vector<finished_task> tasks{};        ///< that ran before deploys
  std::map<std::string, std::string> facts;  ///< of a preview or a canary: branch, host, expires, …
  std::string resource_version;              ///< empty: there is none yet
  json metadata{};  ///< of its ConfigMap: labels, annotations and finalizers of others, which a write keeps
};

/// What of it an environment of any way has.
environment_state remembered_in(const cluster_state& of);

/// A deployment of the past with what it applied, Secrets left out; what a rollback puts back.
struct past_deployment {
  deployment_record record;
  std::vector<json> objects;
};

/// Class `corrupt` where it cannot be trusted; `remote` where it cannot be read.
result<cluster_state> read_cluster_state(kubernetes::cluster& with, const cluster_place& place);
/// Class `conflict` when another process has written since; on success `state` may be written again.
status write_cluster_state(kubernetes::cluster& with, const cluster_place& place, cluster_state& state);
/// The state as text and back, for files that a cluster_state did not reach the cluster with.
json json_of(const cluster_state& state);
/// The environment and all branches' previews and canaries in a namespace (empty: in all).
struct known_place {
  cluster_place place;
  cluster_state state;
};
result<std::vector<known_place>> known_places(kubernetes::cluster& with,
                                              const std::string& pipeline,
                                              const std::string& environment,
                                              const std::string& namespace_name);

/// Keeps a deployment, and of those before it the last ten.
status keep_deployment(kubernetes::cluster& with, const cluster_place& place, const past_deployment& of);
/// Newest first.
result<std::vector<past_deployment>> past_deployments(kubernetes::cluster& with, const cluster_place& place);
/// Takes all of it away, the Lease too; of a preview that is removed.
status forget_cluster_state(kubernetes::cluster& with, const cluster_place& place);

}  // namespace cicd
