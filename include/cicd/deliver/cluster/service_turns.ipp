// See service_turns.hpp.
#pragma once

#include <algorithm>

#include <cicd/deliver/cluster/service_turns.hpp>
#include <cicd/kubernetes/kinds.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_cluster_service_turns {
namespace {

using names_before = std::map<std::string, std::vector<std::string>>;

/// One more than the last of those before it; configure has refused cycles, and a deeper one ends here, too.
std::size_t turn_of(const std::string& name, const names_before& all, std::size_t depth) {
  const auto found = all.find(name);
  if (found == all.end() || depth > all.size()) return 0;
  std::size_t turn = 0;
  for (const std::string& each : found->second)
    if (all.contains(each)) turn = std::max(turn, turn_of(each, all, depth + 1) + 1);
  return turn;
}

}  // namespace
}  // namespace deliver_cluster_service_turns

service_turns::service_turns(std::map<std::string, std::size_t> turns) : turns_(std::move(turns)) {
  for (const auto& [name, turn] : turns_) last_ = std::max(last_, turn);
}

std::size_t service_turns::of(const planned_object& one) const {
  if (!kubernetes::is_workload(one.key.kind)) return 0;
  const json& labels = (one.wanted.is_null() ? one.live : one.wanted)["metadata"]["labels"];
  const auto found = turns_.find(labels["app.kubernetes.io/component"].text());
  return found == turns_.end() ? 0 : found->second;
}

service_turns turns_of(const wanted_release& of) {
  using namespace deliver_cluster_service_turns;
  if (of.pipeline == nullptr) return service_turns({});
  names_before before;
  const std::string own = of.pipeline->declared.name.str() + "/";
  for (const service& each :
       kubernetes::services_in(of.pipeline->declared, of.place.environment, of.facts.on)) {
    std::vector<std::string>& names = before[each.name.str()];
    for (const service_reference& earlier : each.after) {
      const std::string name = earlier.str();
      if (name.find('/') == name.npos) names.push_back(name);
      if (name.starts_with(own)) names.push_back(name.substr(own.size()));
    }
  }
  std::map<std::string, std::size_t> turns;
  for (const auto& [name, earlier] : before) turns[name] = turn_of(name, before, 0);
  return service_turns(std::move(turns));
}

}  // namespace cicd
