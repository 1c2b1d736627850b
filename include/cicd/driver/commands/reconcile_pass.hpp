// One pass of `cicd reconcile`: looks at the targets, deploys what may go, and looks again until nothing is
// left that may. It does not know whether another pass follows.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <cicd/deliver/policy/fleet_observation.hpp>
#include <cicd/driver/commands/fleet_table.hpp>
#include <cicd/driver/commands/named_environments.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

/// The second of eight parts of the fleet, by the names of the pipelines.
struct fleet_shard {
  unsigned which = 1, of = 1;

  bool has(const std::string& pipeline) const;
  /// Class `usage` for what is not `<part>/<parts>`; all of it where nothing is given.
  static result<fleet_shard> from(const std::string& given);
};

/// What is asked of a pass.
struct pass_request {
  session_request tree;
  std::vector<std::string> names;  ///< `[<pipeline>] [<environment>]`
  fleet_shard shard;
  bool only_plans = false, as_json = false, exact_times = false;
  bool is_quiet = false;              ///< nothing is printed but what is deployed
  bool fetches = false;               ///< commits that a clone lacks
  std::string record;                 ///< where the observation is written; empty: nowhere
  std::function<void()> goes_on{};    ///< called as it gets on: after each look, with each event of a deploy
  std::function<status()> may_act{};  ///< asked before each deploy is begun; empty: it may be
};

/// What a pass has done and found.
struct fleet_pass {
  std::vector<fleet_action> deploys;  ///< that were begun, in their order
  deploy_outcomes outcomes;           ///< by target
  std::vector<fleet_action> last;     ///< what the last look at all targets found
  exit_class kind = exit_class::done;
  bool is_whole = false;  ///< the targets were looked at
};

/// Opens the build tree, looks, deploys, and says what failed.
fleet_pass pass_over(const pass_request& of, const surroundings& around);

/// What one look at the environments of a build tree, those that are named and of the shard, leads to. It
/// deploys nothing.
result<std::vector<fleet_action>> actions_by(const session& of, const pass_request& how);

/// What would be done by a recorded observation, at the time of the recording.
result<std::vector<fleet_action>> actions_observed(const pass_request& of, const std::string& file);

/// The actions and the last line, or all of it as JSON.
void show(const pass_request& of, const fleet_pass& done);

}  // namespace cicd
