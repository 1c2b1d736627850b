// Lists Deployments and StatefulSets by their labels.
#pragma once

#include <fmt/format.h>

#include <cicd/deliver/cluster/pod_count.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_cluster_pod_count {
namespace {

pod_count count(kubernetes::cluster& with, const cluster_place& place, const std::string& more) {
  pod_count counted;
  const std::string selector = place.selector() + ',' + more;
  for (const char* kind : {"Deployment", "StatefulSet"}) {
    const kubernetes::api_answer all = with.list(kind, place.namespace_name, selector);
    counted.known = counted.known && all;
    for (const json& each : all.object["items"].elements()) {
      counted.ready += each["status"]["readyReplicas"].integer();
      counted.wanted += each["spec"]["replicas"].integer(1);
    }
  }
  return counted;
}

}  // namespace
}  // namespace deliver_cluster_pod_count

std::string pod_count::text() const {
  return known ? fmt::format("{}/{} ready", ready, wanted) : "not known";
}

pod_count pods_of_environment(kubernetes::cluster& with, const cluster_place& place) {
  return deliver_cluster_pod_count::count(with, place, "cicd.dev/track=stable");
}

pod_count pods_of_branch(kubernetes::cluster& with,
                         const cluster_place& place,
                         const std::string& kind,
                         const std::string& branch,
                         const std::string& service) {
  std::string more =
      fmt::format("cicd.dev/track={},cicd.dev/branch={}", kind, kubernetes::branch_key(branch));
  if (!service.empty()) more += ",app.kubernetes.io/component=" + service;
  return deliver_cluster_pod_count::count(with, place, more);
}

}  // namespace cicd
