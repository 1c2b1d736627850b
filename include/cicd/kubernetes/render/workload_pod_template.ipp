// The pods of a workload: their labels, rights and places, around the containers.
#pragma once

#include <algorithm>

#include <cicd/kubernetes/render/names.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_workload_pod_template {

/// Storage is made for these pods, so it belongs to their user; other volumes keep the owner that they have.
inline bool has_storage(const workload& of) {
  return !of.runs_once && std::any_of(of.volumes.begin(), of.volumes.end(), [](const volume& each) {
    return each.source.starts_with("storage:");
  });
}

/// For the whole pod only where every image is known.
inline json security_of(const workload& of) {
  json::object security;
  if (all_users_known(of)) {
    security.emplace_back("runAsNonRoot", true);
    security.emplace_back("runAsUser", user_of(of));
    security.emplace_back("seccompProfile", members_of("type", "RuntimeDefault"));
  }
  if (has_storage(of)) {
    security.emplace_back("fsGroup", user_of(of));
    security.emplace_back("fsGroupChangePolicy", "OnRootMismatch");
  }
  return json(std::move(security));
}

/// Spread over zones and nodes where that can be had; never a reason not to start.
inline json spread_over(std::string_view topology, const workload& of) {
  return members_of("maxSkew", 1, "topologyKey", topology, "whenUnsatisfiable", "ScheduleAnyway",
                    "labelSelector", members_of("matchLabels", of.selector));
}

/// A branch's pods and those of a job bear no label of SELECTOR or SERVICE_SELECTOR with its value, unless
/// they are a canary's, which receive the Service's requests.
inline void keep_apart(json& labels, const workload& of) {
  const std::string suffix = of.runs_once ? "job" : short_hash(of.name);
  for (const auto* pairs : {&of.declared.selector, &of.declared.service_selector})
    for (const annotation& each : *pairs)
      if (!each.key.view().starts_with("cicd.dev/"))
        labels.set(each.key.str(), label_value(each.value + '-' + suffix));
}

inline json metadata(const workload& of) {
  json labels = of.labels;
  keep_apart(labels, of);
  if (!of.traffic.empty()) labels.set(std::string(traffic_label), of.traffic);
  if (of.runs_once) {
    labels.set(std::string(job_label), of.pods_of);
  } else {
    labels.set(std::string(workload_label), of.pods_of);
    for (const json* own : {&of.requests_to, &of.selector})
      for (const auto& [key, value] : own->members()) labels.set(key, value);
  }
  json metadata = members_of("labels", std::move(labels));
  if (!of.pod_annotations.members().empty()) metadata.set("annotations", of.pod_annotations);
  return metadata;
}

inline json node_labels(const service& declared) {
  json::object labels;
  for (const annotation& each : declared.node_selector) labels.emplace_back(each.key.view(), each.value);
  return json(std::move(labels));
}

/// `<key>[=<value>][:<effect>]`
inline json toleration_of(std::string_view text) {
  const auto colon = text.rfind(':');
  const std::string_view pair = text.substr(0, colon);
  const auto equals = pair.find('=');
  json tolerated =
      members_of("key", pair.substr(0, equals), "operator", equals == pair.npos ? "Exists" : "Equal");
  if (equals != pair.npos && equals + 1 < pair.size()) tolerated.set("value", pair.substr(equals + 1));
  if (colon != text.npos) tolerated.set("effect", text.substr(colon + 1));
  return tolerated;
}

inline json::array tolerations_of(const service& declared) {
  json::array all;
  for (const toleration& each : declared.tolerations) all.push_back(toleration_of(each.view()));
  return all;
}

inline void add_places(json::object& to, const workload& of) {
  if (json labels = node_labels(of.declared); !labels.members().empty())
    to.emplace_back("nodeSelector", std::move(labels));
  if (json::array all = tolerations_of(of.declared); !all.empty())
    to.emplace_back("tolerations", std::move(all));
  if (of.runs_once || of.declared.spread == toggle::off) return;
  to.emplace_back("topologySpreadConstraints", list_of(spread_over("topology.kubernetes.io/zone", of),
                                                       spread_over("kubernetes.io/hostname", of)));
}

inline json spec(const workload& of) {
  json::object members;
  members.reserve(11);
  // Also the default, since the deprecated alias would keep an account that is declared no longer.
  members.emplace_back("serviceAccountName", of.account.empty() ? "default" : of.account);
  members.emplace_back("automountServiceAccountToken", !of.account.empty());
  if (json security = security_of(of); !security.members().empty())
    members.emplace_back("securityContext", std::move(security));
  if (of.runs_once)
    members.emplace_back("restartPolicy", "Never");
  else
    members.emplace_back("terminationGracePeriodSeconds", of.grace);
  if (json::array initial = initial_containers(of); !initial.empty())
    members.emplace_back("initContainers", std::move(initial));
  members.emplace_back("containers", list_of(main_container(of)));
  add_places(members, of);
  if (json::array volumes = pod_volumes(of); !volumes.empty())
    members.emplace_back("volumes", std::move(volumes));
  return json(std::move(members));
}

}  // namespace kubernetes_render_workload_pod_template

json pod_template(const workload& of) {
  return members_of("metadata", kubernetes_render_workload_pod_template::metadata(of), "spec",
                    kubernetes_render_workload_pod_template::spec(of));
}

}  // namespace cicd::kubernetes
