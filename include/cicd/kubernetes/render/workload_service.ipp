// What keeps the pods of a service running, within reach and within bounds: Deployment or StatefulSet,
// autoscaler, disruption budget, Services, Ingress, network policy.
#pragma once

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_workload_service {

/// `1` as a number, `25%` as a text.
inline json amount_of(std::string_view text) {
  if (text.ends_with('%')) return text;
  std::int64_t number = 0;
  for (char c : text) number = number * 10 + (c - '0');
  return number;
}

/// Nothing is taken away before its successor is ready, unless pods may be missing.
inline json rolling(const service& declared) {
  const std::string_view missing = declared.max_unavailable.view();
  const bool may_miss = missing.find_first_not_of("0%") != missing.npos;
  const std::string_view surge = !declared.max_surge.empty() ? declared.max_surge.view()
                                 : may_miss                  ? "0"
                                                             : "25%";
  return members_of("maxUnavailable", amount_of(missing), "maxSurge", amount_of(surge));
}

/// With an autoscaler the number of replicas is its own.
inline json::object scale_and_selector(const workload& of) {
  json::object spec;
  spec.reserve(7);
  if (!of.replicas.scales()) spec.emplace_back("replicas", of.replicas.least());
  spec.emplace_back("selector", members_of("matchLabels", of.selector));
  return spec;
}

inline json deployment(const workload& of) {
  json::object spec = scale_and_selector(of);
  spec.emplace_back("strategy", members_of("type", "RollingUpdate", "rollingUpdate", rolling(of.declared)));
  spec.emplace_back("template", pod_template(of));
  return document("apps/v1", "Deployment", of, of.name, json(std::move(spec)));
}

inline std::string headless_name(const workload& of) {
  return name_with(of.name, "pods");
}

/// Storage stays when pods or the whole set go: it is never taken away by itself, except with a preview.
inline json stateful_set(const workload& of) {
  json::object spec = scale_and_selector(of);
  spec.emplace_back("serviceName", headless_name(of));
  spec.emplace_back("updateStrategy", members_of("type", "RollingUpdate"));
  spec.emplace_back("template", pod_template(of));
  if (json::array claims = claim_templates(of); !claims.empty()) {
    spec.emplace_back("persistentVolumeClaimRetentionPolicy",
                      members_of("whenDeleted", of.is_stable ? "Retain" : "Delete", "whenScaled", "Retain"));
    spec.emplace_back("volumeClaimTemplates", std::move(claims));
  }
  return document("apps/v1", "StatefulSet", of, of.name, json(std::move(spec)));
}

}  // namespace kubernetes_render_workload_service

json running(const workload& of) {
  return of.declared.stateful ? kubernetes_render_workload_service::stateful_set(of)
                              : kubernetes_render_workload_service::deployment(of);
}

json service_object(const workload& of) {
  json::array ports;
  const auto add = [&](std::string_view name, int port) {
    ports.push_back(members_of("name", name, "port", port, "protocol", "TCP", "targetPort", name));
  };
  if (of.declared.port) add("http", 80);
  for (const named_port& each : of.declared.ports) add(each.name.view(), each.port.number());
  return document("v1", "Service", of, of.name,
                  members_of("type", "ClusterIP", "selector", of.requests_to, "ports", std::move(ports)));
}

/// Gives each pod of a StatefulSet a name of its own, ready or not.
json headless_service(const workload& of) {
  json::array ports;
  const auto add = [&](std::string_view name, port_number port) {
    ports.push_back(members_of("name", name, "port", port.number(), "protocol", "TCP", "targetPort", name));
  };
  if (of.declared.port) add("http", of.declared.port);
  for (const named_port& each : of.declared.ports) add(each.name.view(), each.port);
  json spec = members_of("clusterIP", "None", "publishNotReadyAddresses", true, "selector", of.selector);
  if (!ports.empty()) spec.set("ports", std::move(ports));
  return document("v1", "Service", of, kubernetes_render_workload_service::headless_name(of),
                  std::move(spec));
}

json ingress(const workload& of) {
  json backend = members_of("service", members_of("name", of.name, "port", members_of("name", "http")));
  json path = members_of("path", "/", "pathType", "Prefix", "backend", std::move(backend));
  json::object spec;
  if (!of.declared.ingress_class.empty())
    spec.emplace_back("ingressClassName", of.declared.ingress_class.view());
  if (!of.declared.tls.empty())
    spec.emplace_back(
        "tls", list_of(members_of("hosts", json_texts(of.hosts), "secretName", of.declared.tls.view())));
  json::array rules;
  for (const std::string& host : of.hosts)
    rules.push_back(members_of("host", host, "http", members_of("paths", list_of(path))));
  spec.emplace_back("rules", std::move(rules));
  json metadata = metadata_of(of, of.name);
  if (!of.declared.ingress_annotations.empty()) {
    json annotations = metadata["annotations"];
    for (const annotation& each : of.declared.ingress_annotations)
      annotations.set(each.key.str(), each.value);
    metadata.set("annotations", std::move(annotations));
  }
  return members_of("apiVersion", "networking.k8s.io/v1", "kind", "Ingress", "metadata", std::move(metadata),
                    "spec", json(std::move(spec)));
}

json autoscaler(const workload& of) {
  const std::string_view kind = of.declared.stateful ? "StatefulSet" : "Deployment";
  std::string_view aim = of.declared.scale_at.empty() ? "80" : of.declared.scale_at.view();
  if (aim.ends_with('%')) aim.remove_suffix(1);
  json use = members_of("type", "Utilization", "averageUtilization",
                        kubernetes_render_workload_service::amount_of(aim));
  json metric =
      members_of("type", "Resource", "resource", members_of("name", "cpu", "target", std::move(use)));
  json target = members_of("apiVersion", "apps/v1", "kind", kind, "name", of.name);
  return document("autoscaling/v2", "HorizontalPodAutoscaler", of, of.name,
                  members_of("scaleTargetRef", std::move(target), "minReplicas", of.replicas.least(),
                             "maxReplicas", of.replicas.most(), "metrics", list_of(std::move(metric))));
}

/// Pods that are not ready may always be taken away, so that a broken rollout blocks no drain.
json disruption_budget(const workload& of) {
  const std::string_view most = of.declared.disruptions.empty() ? "1" : of.declared.disruptions.view();
  return document(
      "policy/v1", "PodDisruptionBudget", of, of.name,
      members_of("maxUnavailable", kubernetes_render_workload_service::amount_of(most), "selector",
                 members_of("matchLabels", of.selector), "unhealthyPodEvictionPolicy", "AlwaysAllow"));
}

/// It holds for a canary's pods too, which bear the workload's label.
json network_policy(const workload& of) {
  json::array from;
  for (const text& each : of.declared.allow_from) {
    const std::string_view who = each.view();
    if (who == "namespace")
      from.push_back(members_of("podSelector", json(json::object{})));
    else if (who.starts_with("namespace:"))
      from.push_back(
          members_of("namespaceSelector",
                     members_of("matchLabels", members_of("kubernetes.io/metadata.name", who.substr(10)))));
    else
      from.push_back(members_of("ipBlock", members_of("cidr", who)));
  }
  return document("networking.k8s.io/v1", "NetworkPolicy", of, of.name,
                  members_of("podSelector", members_of("matchLabels", members_of(workload_label, of.pods_of)),
                             "policyTypes", json_texts({"Ingress"}), "ingress",
                             list_of(members_of("from", std::move(from)))));
}

}  // namespace cicd::kubernetes
