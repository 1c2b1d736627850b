// What a pass over the environments of many pipelines has to know: what is there, what could come, and what
// the gate is told of it. Repositories of sources and of manifests are asked once, a cluster once for each of
// its environments, side by side. It decides nothing and changes nothing.
#pragma once

#include <vector>

#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/policy/fleet_actions.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

struct fleet_question {
  std::vector<deploy_place> places;
  /// Of a pass that deploys: what is seen of health is kept for write_seen_health() of the gate, since SOAK
  /// counts from what is written down.
  bool records = false;
  /// Commits of followed branches and tags that a clone lacks are fetched.
  bool fetches = false;
};

/// A target for each place, in their order. What could not be read is `unknown` of the targets that need it.
/// Of more candidates than `fleet_candidates::most` the older ones are not looked at, which is said; none is
/// after the first that the gate lets in.
std::vector<fleet_target> observe_fleet(const fleet_question& of,
                                        delivery& with,
                                        const workspace& where,
                                        const surroundings& around,
                                        const clock& time,
                                        const cancellation& cancelled);

}  // namespace cicd
