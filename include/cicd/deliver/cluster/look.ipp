// See look.hpp.
#pragma once

#include <array>
#include <map>
#include <optional>

#include <cicd/deliver/cluster/look.hpp>

namespace cicd {

namespace deliver_cluster_look {
namespace {

result<deployed_release> seen_in(kubernetes::cluster& with, const cluster_place& place) {
  result<cluster_state> state = read_cluster_state(with, place);
  if (!state) return std::move(state).error();
  return deployed_release{state->record, remembered_in(*state), {}};
}

}  // namespace
}  // namespace deliver_cluster_look

std::vector<result<deployed_release>> seen_in(std::vector<cluster_wave> waves,
                                              const surroundings& around,
                                              const cancellation* cancelled) {
  std::map<std::array<std::string, 4>, std::vector<std::size_t>> by_cluster;
  for (std::size_t at = 0; at < waves.size(); ++at) {
    const kubernetes::cluster_target& to = waves[at].target;
    by_cluster[{to.kubeconfig_path(), to.context, to.eks, to.role}].push_back(at);
  }
  std::vector<std::optional<result<deployed_release>>> seen(waves.size());
  for (const auto& [target, members] : by_cluster) {
    const auto with = open_wave(waves[members.front()], around, cancelled);
    for (const std::size_t at : members) {
      cluster_place& place = waves[at].place;
      if (!with) {
        seen[at] = with.error();
        continue;
      }
      if (place.namespace_name.empty()) place.namespace_name = (*with)->default_namespace();
      seen[at] = deliver_cluster_look::seen_in(**with, place);
    }
  }
  std::vector<result<deployed_release>> told;
  for (auto& each : seen) told.push_back(*std::move(each));
  return told;
}

}  // namespace cicd
