// Which deployment of the past a rollback puts back. Pure; it does not know how that is done.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/records/cluster_state.hpp>

namespace cicd {

/// `#7 v1.4.2 of 2026-11-21T08:00:00Z by Ada`.
std::string line_of(const deployment_record& record);

/// The one that `to` names (a version, an image's tag or digest, the number of a deployment, the run that
/// made it), else the one before what runs, whatever differs: images, configuration or both. `past` is newest
/// first. Class `usage` where there is none.
result<past_deployment> deployment_to_put_back(const std::vector<past_deployment>& past,
                                               const cluster_state& now,
                                               const std::string& to,
                                               const std::string& subject);

}  // namespace cicd
