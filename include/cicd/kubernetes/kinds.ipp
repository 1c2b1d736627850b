// The table of kinds, and paths of the API.
#pragma once

#include <cicd/kubernetes/kinds.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace cicd::kubernetes {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  std::string encoded;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (plain.find(each) != plain.npos) {
      encoded += each;
    } else {
      encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  if (encoded == "." || encoded == "..") return "%2E" + encoded.substr(1);
  return encoded;
}

const std::vector<kind_facts>& known_kinds() {
  static const std::vector<kind_facts> kinds{
      {"Namespace", "v1", "namespaces", false, 0, true},
      {"CustomResourceDefinition", "apiextensions.k8s.io/v1", "customresourcedefinitions", false, 1, true},
      {"ServiceAccount", "v1", "serviceaccounts", true, 10},
      {"Role", "rbac.authorization.k8s.io/v1", "roles", true, 11},
      {"RoleBinding", "rbac.authorization.k8s.io/v1", "rolebindings", true, 12},
      {"Secret", "v1", "secrets", true, 20},
      {"ConfigMap", "v1", "configmaps", true, 21},
      {"PersistentVolumeClaim", "v1", "persistentvolumeclaims", true, 22, true},
      {"NetworkPolicy", "networking.k8s.io/v1", "networkpolicies", true, 25},
      {"PodDisruptionBudget", "policy/v1", "poddisruptionbudgets", true, 26},
      {"Service", "v1", "services", true, 30},
      {"Pod", "v1", "pods", true, 40},
      {"ReplicaSet", "apps/v1", "replicasets", true, 41},
      {"Deployment", "apps/v1", "deployments", true, 42},
      {"StatefulSet", "apps/v1", "statefulsets", true, 43},
      {"DaemonSet", "apps/v1", "daemonsets", true, 44},
      {"Job", "batch/v1", "jobs", true, 45},
      {"HorizontalPodAutoscaler", "autoscaling/v2", "horizontalpodautoscalers", true, 60},
      {"CronJob", "batch/v1", "cronjobs", true, 70},
      {"Ingress", "networking.k8s.io/v1", "ingresses", true, 80},
      {"EndpointSlice", "discovery.k8s.io/v1", "endpointslices", true, 90},
      {"Event", "v1", "events", true, 90},
      {"Lease", "coordination.k8s.io/v1", "leases", true, 90},
      {"Node", "v1", "nodes", false, 90, true},
      {"LimitRange", "v1", "limitranges", true, 15},
      {"ResourceQuota", "v1", "resourcequotas", true, 15},
  };
  return kinds;
}

const kind_facts* kind_named(std::string_view kind) {
  const auto& kinds = known_kinds();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& of) { return of.kind == kind; });
  return found == kinds.end() ? nullptr : &*found;
}

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == api_version.npos ? std::string_view() : api_version.substr(0, slash);
}

std::string kind_in_key(std::string_view api_version, std::string_view kind) {
  const kind_facts* known = kind_named(kind);
  const std::string_view group = group_of(api_version);
  if (group.empty() || (known != nullptr && group_of(known->api_version) == group)) return std::string(kind);
  return fmt::format("{}.{}", kind, group);
}

object_key object_key::of(const json& object) {
  const json& metadata = object["metadata"];
  return {kind_in_key(object["apiVersion"].text(), object["kind"].text()), metadata["namespace"].text(),
          metadata["name"].text()};
}

bool is_workload(std::string_view kind) {
  return kind == "Deployment" || kind == "StatefulSet";
}

int order_of(std::string_view kind) {
  const kind_facts* known = kind_named(kind);
  return known == nullptr ? kind_facts{}.order : known->order;
}

std::string path_of(const kind_facts& kind, std::string_view namespace_name, std::string_view name) {
  const bool core = kind.api_version.find('/') == std::string::npos;
  std::string path = (core ? "/api/" : "/apis/") + kind.api_version;
  if (kind.namespaced && !namespace_name.empty()) path += "/namespaces/" + percent_encoded(namespace_name);
  path += "/" + kind.plural;
  if (!name.empty()) path += "/" + percent_encoded(name);
  return path;
}

}  // namespace cicd::kubernetes
