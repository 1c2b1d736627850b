// Holds: no deploy until it is released, or none of one version. It does not know who asks for one.
#pragma once

#include <optional>

#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/records/cluster_state.hpp>

namespace cicd {

/// Sets or releases (nothing) the hold of an environment in one cluster; gives the state as it is then.
result<cluster_state> change_hold(const permit& allowed,
                                  kubernetes::cluster& with,
                                  const cluster_place& place,
                                  std::optional<deployment_hold> to);

}  // namespace cicd
