// `cicd run` and `cicd plan`: from targets to a plan, from a plan to what happens, and the record of it.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <cicd/deliver/delivery.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/report/console.hpp>

namespace cicd {

struct run_request {
  session_request tree;
  std::vector<std::string> targets;
  verbosity how_much = verbosity::normal;
  std::set<std::string, std::less<>> allow_dirty;
  git_event event;  ///< `plan --event` only
  bool as_json = false;
  std::string plan_file;                           ///< `plan --out`: where the plan is saved
  std::map<std::string, std::string> saved_plans;  ///< of `deploy --plan`: step and cluster → fingerprint
  int canary_percent = 0;                          ///< of `canary start`; 0: as declared
};

/// Runs the targets. Everything that a person reads is on standard output; errors of declaration and usage on
/// standard error.
exit_class run_targets(const run_request& request, surroundings around);

/// Shows what `run_targets` would do, and does nothing. With an event and no target: what that event would
/// set off.
exit_class plan_targets(const run_request& request, surroundings around);

/// Plans the targets, changes nothing, and hands over what was planned: for an approval.
using use_plan = std::function<exit_class(
    const session& of, delivery& deliveries, const step_graph& graph, const std::vector<step_plan>& plan)>;
exit_class plan_and(const run_request& request, surroundings around, const use_plan& then);

}  // namespace cicd
