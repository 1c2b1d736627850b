// The API server's defaults as a table (k8s.io/kubernetes, pkg/apis/*/v1/defaults.go), and differences as
// patches.
#pragma once

#include <algorithm>
#include <array>

#include <cicd/kubernetes/adopt/normalized.hpp>
#include <cicd/kubernetes/render/patches.hpp>

namespace cicd::kubernetes {
namespace kubernetes_adopt_normalized {

/// A member that means the same when it is left out. Only members with one meaning wherever they stand are
/// here.
inline bool is_default(std::string_view key, const json& value) {
  struct text_default {
    std::string_view key, value;
  };
  static constexpr std::array<text_default, 19> texts{{{"dnsPolicy", "ClusterFirst"},
                                                       {"serviceAccountName", "default"},
                                                       {"schedulerName", "default-scheduler"},
                                                       {"terminationMessagePath", "/dev/termination-log"},
                                                       {"terminationMessagePolicy", "File"},
                                                       {"imagePullPolicy", "IfNotPresent"},
                                                       {"scheme", "HTTP"},
                                                       {"protocol", "TCP"},
                                                       {"podManagementPolicy", "OrderedReady"},
                                                       {"volumeMode", "Filesystem"},
                                                       {"sessionAffinity", "None"},
                                                       {"internalTrafficPolicy", "Cluster"},
                                                       {"externalTrafficPolicy", "Cluster"},
                                                       {"ipFamilyPolicy", "SingleStack"},
                                                       {"type", "ClusterIP"},
                                                       {"medium", ""},
                                                       {"whenDeleted", "Retain"},
                                                       {"whenScaled", "Retain"},
                                                       {"completionMode", "NonIndexed"}}};
  struct number_default {
    std::string_view key;
    std::int64_t value;
  };
  static constexpr std::array<number_default, 9> numbers{{{"terminationGracePeriodSeconds", 30},
                                                          {"timeoutSeconds", 1},
                                                          {"periodSeconds", 10},
                                                          {"successThreshold", 1},
                                                          {"failureThreshold", 3},
                                                          {"initialDelaySeconds", 0},
                                                          {"defaultMode", 420},
                                                          {"revisionHistoryLimit", 10},
                                                          {"progressDeadlineSeconds", 600}}};
  if (value.is_string())
    return std::any_of(texts.begin(), texts.end(), [&](const text_default& each) {
      return each.key == key && each.value == value.text();
    });
  if (value.is_integer())
    return std::any_of(numbers.begin(), numbers.end(), [&](const number_default& each) {
      return each.key == key && each.value == value.integer();
    });
  if (value.is_boolean())
    return value.boolean() ? key == "enableServiceLinks" || key == "allocateLoadBalancerNodePorts"
                           : key == "suspend";
  const bool is_empty_object = value.is_object() && value.members().empty();
  return is_empty_object
         && (key == "securityContext" || key == "resources" || key == "persistentVolumeClaimRetentionPolicy");
}

/// Set by the server or its controllers, never by a client. A node port is kept: other systems refer to it.
inline bool is_allocated(std::string_view key, const json& value) {
  if (key == "clusterIP") return value.text() != "None";
  if (key == "clusterIPs") return value != json_texts({"None"});
  static constexpr std::array<std::string_view, 10> keys{
      "ipFamilies", "serviceAccount", "creationTimestamp", "uid",   "resourceVersion", "generation",
      "selfLink",   "managedFields",  "ownerReferences",   "status"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// Maps whose keys are names that the user chose.
inline bool is_free_map(std::string_view key) {
  static constexpr std::array<std::string_view, 8> keys{
      "labels", "matchLabels", "nodeSelector", "data", "binaryData", "stringData", "limits", "requests"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

inline json own_notes_only(const json& notes) {
  json::object kept;
  for (const auto& [key, value] : notes.members())
    if (!is_bookkeeping(key, value.text())) kept.emplace_back(key, value);
  return json(std::move(kept));
}

json stripped(const json& value, std::string_view parent);

inline json::object stripped_members(const json& value, std::string_view parent) {
  json::object kept;
  const bool is_pod = value["containers"].is_array();
  for (const auto& [key, member] : value.members()) {
    if (member.is_null() || is_allocated(key, member)) continue;
    if (key == "annotations" || key == "labels") {
      if (json notes = own_notes_only(member); !notes.members().empty())
        kept.emplace_back(key, std::move(notes));
      continue;
    }
    if (is_pod && key == "restartPolicy" && member.text() == "Always") continue;
    if (parent == "fieldRef" && key == "apiVersion" && member.text() == "v1") continue;
    if (parent == "hostPath" && key == "type" && member.text().empty()) continue;
    json inner = is_free_map(key) || (parent == "spec" && key == "selector") ? member : stripped(member, key);
    if (!is_default(key, inner)) kept.emplace_back(key, std::move(inner));
  }
  return kept;
}

inline json stripped(const json& value, std::string_view parent) {
  if (value.is_object()) return json(stripped_members(value, parent));
  if (!value.is_array()) return value;
  json::array all;
  for (const json& each : value.elements()) all.push_back(stripped(each, parent));
  return json(std::move(all));
}

/// The member by which a merge matches the elements of this list in both; empty where it replaces the whole.
inline std::string_view key_of(std::string_view list, const json& from, const json& to) {
  struct merge_key {
    std::string_view list, key;
  };
  static constexpr std::array<merge_key, 7> keys{{{"containers", "name"},
                                                  {"initContainers", "name"},
                                                  {"volumes", "name"},
                                                  {"env", "name"},
                                                  {"imagePullSecrets", "name"},
                                                  {"volumeMounts", "mountPath"},
                                                  {"hostAliases", "ip"}}};
  std::string_view key;
  for (const merge_key& each : keys)
    if (each.list == list) key = each.key;
  if (list == "ports")
    key = (from.elements().empty() ? to : from).elements().front()["containerPort"].is_null()
              ? "port"
              : "containerPort";
  if (key.empty()) return {};
  for (const json* side : {&from, &to}) {
    std::vector<json> seen;
    for (const json& each : side->elements()) {
      if (each[key].is_null() || std::find(seen.begin(), seen.end(), each[key]) != seen.end()) return {};
      seen.push_back(each[key]);
    }
  }
  return key;
}

/// Members of objects are in any order.
inline bool are_equal(const json& a, const json& b) {
  if (a.is_array() && b.is_array())
    return std::equal(a.elements().begin(), a.elements().end(), b.elements().begin(), b.elements().end(),
                      are_equal);
  if (!a.is_object() || !b.is_object()) return a == b;
  return a.members().size() == b.members().size()
         && std::all_of(a.members().begin(), a.members().end(),
                        [&](const auto& member) { return are_equal(member.second, b[member.first]); });
}

inline const json* element_with(const json& list, std::string_view key, const json& value) {
  for (const json& each : list.elements())
    if (each[key] == value) return &each;
  return nullptr;
}

std::optional<json> difference(std::string_view key, const json& from, const json& to);

inline std::optional<json> difference_of_lists(std::string_view list, const json& from, const json& to) {
  const bool empty = from.elements().empty() && to.elements().empty();
  const std::string_view key = empty ? std::string_view() : key_of(list, from, to);
  if (key.empty()) {
    if (are_equal(from, to)) return {};
    static constexpr std::array<std::string_view, 6> merged{
        "ports", "env", "volumeMounts", "volumes", "hostAliases", "topologySpreadConstraints"};
    json::array whole = to.elements();
    if (std::find(merged.begin(), merged.end(), list) != merged.end())
      whole.insert(whole.begin(), json(json::object{{"$patch", json("replace")}}));
    return json(std::move(whole));
  }
  json::array changes;
  for (const json& each : from.elements())
    if (element_with(to, key, each[key]) == nullptr)
      changes.push_back(json(json::object{{std::string(key), each[key]}, {"$patch", json("delete")}}));
  for (const json& each : to.elements()) {
    const json* old = element_with(from, key, each[key]);
    std::optional<json> change = old == nullptr ? std::optional<json>(each) : difference("", *old, each);
    if (!change) continue;
    json::object named{{std::string(key), each[key]}};
    for (const auto& member : change->members())
      if (member.first != key) named.push_back(member);
    changes.push_back(json(std::move(named)));
  }
  return changes.empty() ? std::nullopt : std::optional<json>(std::move(changes));
}

/// Ours describe the object; theirs are kept beside.
inline std::optional<json> difference_of_notes(const json& from, const json& to) {
  json::object added;
  for (const auto& [key, value] : to.members())
    if (from[key].is_null()) added.emplace_back(key, value);
  return added.empty() ? std::nullopt : std::optional<json>(std::move(added));
}

inline std::optional<json> difference_of_objects(const json& from, const json& to) {
  json::object changes;
  for (const auto& [key, value] : from.members())
    if (to[key].is_null() && key != "labels" && key != "annotations") changes.emplace_back(key, json());
  for (const auto& [key, value] : to.members()) {
    const bool are_notes = key == "labels" || key == "annotations";
    if (auto change = are_notes ? difference_of_notes(from[key], value) : difference(key, from[key], value))
      changes.emplace_back(key, std::move(*change));
  }
  return changes.empty() ? std::nullopt : std::optional<json>(std::move(changes));
}

inline std::optional<json> difference(std::string_view key, const json& from, const json& to) {
  if (are_equal(from, to)) return {};
  if (from.is_object() && to.is_object()) return difference_of_objects(from, to);
  if (to.is_array()) return difference_of_lists(key, from, to);
  return to;
}

}  // namespace kubernetes_adopt_normalized

bool is_bookkeeping(std::string_view key, std::string_view value) {
  static constexpr std::array<std::string_view, 5> keys{
      "chart", "heritage", "pod-template-hash", "controller-revision-hash", "kubernetes.io/change-cause"};
  static constexpr std::array<std::string_view, 7> starts{"helm.sh/",
                                                          "meta.helm.sh/",
                                                          "kubectl.kubernetes.io/",
                                                          "deployment.kubernetes.io/",
                                                          "deprecated.daemonset.",
                                                          "autoscaling.alpha.kubernetes.io/",
                                                          "checksum/"};
  if (key == "app.kubernetes.io/managed-by") return value != "cicd";
  return std::find(keys.begin(), keys.end(), key) != keys.end()
         || std::any_of(starts.begin(), starts.end(),
                        [&](std::string_view start) { return key.starts_with(start); });
}

json declared_part_of(const json& object) {
  return kubernetes_adopt_normalized::stripped(object, {});
}

std::optional<json> patch_between(const json& from, const json& to) {
  return kubernetes_adopt_normalized::difference({}, from, to);
}

}  // namespace cicd::kubernetes
