// From an environment to its clusters.
#pragma once

#include <cicd/deliver/cluster/waves.hpp>

namespace cicd {

std::vector<cluster_wave> waves_of(const workspace& where,
                                   const declared_pipeline& pipeline,
                                   const environment& place) {
  std::vector<cluster_wave> waves;
  const auto add = [&](const std::string& context, const std::string& eks) {
    cluster_wave wave;
    wave.target.context = context;
    wave.target.eks = eks;
    wave.target.role = place.role.str();
    wave.target.kubeconfig = place.kubeconfig.str();
    wave.target.source_folder = pipeline.source_directory;
    wave.target.private_folder = where.own() + "/door";
    wave.place = {pipeline.declared.name.str(), place.name.str(), place.namespace_name.str()};
    waves.push_back(std::move(wave));
  };
  for (const eks_cluster& each : place.eks) add({}, each.str());
  for (const text& each : place.context) add(each.str(), {});
  if (waves.empty()) add({}, {});
  for (std::size_t at = 1; at < waves.size(); ++at) waves[at].is_first = false;
  return waves;
}

result<std::unique_ptr<kubernetes::cluster>> open_wave(cluster_wave& wave,
                                                       const surroundings& around,
                                                       const cancellation* cancelled) {
  auto opened = kubernetes::cluster::open(wave.target, around, cancelled);
  if (opened && wave.place.namespace_name.empty()) wave.place.namespace_name = (*opened)->default_namespace();
  return opened;
}

bool planned_wave::is_fresh(std::chrono::milliseconds now) const {
  return now - when < std::chrono::seconds(10);
}

}  // namespace cicd
