// Applying a plan to a cluster: kind after kind in order, foreign fields taken over where the plan says so,
// and at the end the removal of what is declared no longer. It knows no lock, no rollout and no record.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

struct apply_setup {
  std::string subject;  ///< whom errors are about
  const cancellation* cancelled = nullptr;
  std::function<void(const std::string& line)> say{};
  std::function<status()> may_write{};  ///< asked before each kind: the lock is still held
  std::chrono::milliseconds deletion{
      std::chrono::minutes(2)};  ///< how long one that is being deleted may take
  const clock& time = system_clock_port();
  std::function<bool(const planned_object& one)> only{};  ///< what is in its turn now; empty: everything
};

struct applied_plan {
  std::size_t changed = 0;         ///< objects
  std::vector<json> workloads;     ///< Deployments and StatefulSets, changed or not, as the server has them
  std::vector<std::string> lines;  ///< what a person should still know
  std::vector<kubernetes::object_key> gone;  ///< removed before their turn, since another took their place
};

/// Applies what the plan adds and changes, but for what comes last; `done` tells how far it came, also when
/// it fails.
status apply_plan(kubernetes::cluster& with,
                  const cluster_plan& plan,
                  const apply_setup& setup,
                  applied_plan& done);

/// Applies what waited until all pods were ready; an Ingress that it takes the place of goes at once.
status apply_last(kubernetes::cluster& with,
                  const cluster_plan& plan,
                  const apply_setup& setup,
                  applied_plan& done);

/// Until the Services that turned to other pods are known to have them, for a few seconds at most.
status wait_for_routes(kubernetes::cluster& with, const cluster_plan& plan, const apply_setup& setup);

/// Removes what the plan removes; what cannot be removed is said in `done.lines`. Gives what is there then:
/// the inventory.
std::vector<kubernetes::object_key> remove_undeclared(kubernetes::cluster& with,
                                                      const cluster_plan& plan,
                                                      const apply_setup& setup,
                                                      applied_plan& done);

/// A StatefulSet waits for ever for a pod that is not ready before it replaces it, also when it is put back:
/// such pods are removed.
void remove_stuck_pods(kubernetes::cluster& with, const json& stateful_set, const apply_setup& setup);

}  // namespace cicd
