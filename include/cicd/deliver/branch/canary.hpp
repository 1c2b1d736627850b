// A canary that runs: which one is meant, another share of it, its end. Which shares can be had is in
// canary_share.hpp, how a canary is started in branch.hpp. It does not know how what happens is shown.
#pragma once

#include <functional>
#include <string>

#include <cicd/deliver/branch/remove.hpp>
#include <cicd/deliver/policy/action.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

/// Which canary of an environment is meant.
struct canary_named {
  std::string service{};  ///< empty: the only one that may have a canary
  std::string branch{};   ///< empty: the only canary that runs
};

/// The step that deploys it, as it is declared. Class `usage` where there is none or several.
result<graph_step> canary_step(const canary_named& named, const model& declared, const action_ports& on);

/// The canary that runs there. Class `usage` where none does, or it is not clear which is meant.
result<known_place> running_canary(const canary_named& named,
                                   kubernetes::cluster& with,
                                   const cluster_place& in);

struct canary_share_request {
  canary_named which{};
  int percent = 0;  ///< 0: as declared
  const cancellation* cancelled = nullptr;
};
/// What another share asks beside its environment.
struct canary_ports {
  const model* declared = nullptr;
  /// The gate, which knows the rules of the step: a larger share may need an approval.
  std::function<result<permit>(const graph_step& step, int percent, gate_state state)> may;
};
/// Gives the canary of the first cluster another share; tells `step_warning` for what else moves it, progress
/// and `deployed`, which it gives. Class `conflict` where it was never healthy.
result<deployed> set_canary_share(const canary_share_request& request,
                                  const action_ports& on,
                                  const canary_ports& ports);

/// Ends it in each cluster where it runs; tells `removed` for each. Class `usage` where it runs in none.
status end_canary(const canary_named& named, const cancellation* cancelled, const action_ports& on);

}  // namespace cicd
