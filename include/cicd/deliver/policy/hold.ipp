// See hold.hpp.
#pragma once

#include <cicd/deliver/policy/hold.hpp>

namespace cicd {

result<cluster_state> change_hold(const permit&,
                                  kubernetes::cluster& with,
                                  const cluster_place& place,
                                  std::optional<deployment_hold> to) {
  result<cluster_state> state = read_cluster_state(with, place);
  if (!state) return state;
  state->hold = std::move(to);
  if (status kept = write_cluster_state(with, place, *state); !kept) return std::move(kept).error();
  return state;
}

}  // namespace cicd
