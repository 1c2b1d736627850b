// Strategic merge patches. Which lists are merged, and by which key, is Kubernetes' own (`patchMergeKey` of
// its types).
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include <cicd/kubernetes/render/patches.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_patches_strategic_merge {

struct merge_key {
  std::string_view list, key;
};
inline constexpr std::array<merge_key, 13> merge_keys{{{"containers", "name"},
                                                       {"initContainers", "name"},
                                                       {"ephemeralContainers", "name"},
                                                       {"volumes", "name"},
                                                       {"env", "name"},
                                                       {"imagePullSecrets", "name"},
                                                       {"secrets", "name"},
                                                       {"resourceClaims", "name"},
                                                       {"volumeMounts", "mountPath"},
                                                       {"volumeDevices", "devicePath"},
                                                       {"hostAliases", "ip"},
                                                       {"topologySpreadConstraints", "topologyKey"},
                                                       {"ports", "port"}}};

/// Ports of a container are known by another key than those of a Service.
inline std::string_view key_of(std::string_view list, const json& patch) {
  const auto found = std::find_if(merge_keys.begin(), merge_keys.end(),
                                  [&](const merge_key& each) { return each.list == list; });
  if (found == merge_keys.end()) return {};
  if (list != "ports") return found->key;
  for (const json& each : patch.elements())
    if (!each["containerPort"].is_null()) return "containerPort";
  return found->key;
}

inline error unusable(std::string what) {
  return {.kind = exit_class::usage, .subject = {}, .what = std::move(what), .value = {}, .notes = {}};
}

result<json> merged(const json& under, const json& patch);

/// An element without its directive, and without what is null.
inline result<json> fresh(const json& element) {
  return element.is_object() ? merged(json(json::object{}), element) : result<json>(element);
}

inline result<json> fresh_list(const json& patch) {
  json::array all;
  for (const json& each : patch.elements()) {
    if (each["$patch"].text() == "replace" && each.members().size() == 1) continue;
    result<json> element = fresh(each);
    if (!element) return element;
    all.push_back(std::move(*element));
  }
  return json(std::move(all));
}

inline result<json> merged_list(const json& under, const json& patch, std::string_view key) {
  const auto replaces = [](const json& each) { return each["$patch"].text() == "replace"; };
  const json::array& wanted = patch.elements();
  if (key.empty() || std::any_of(wanted.begin(), wanted.end(), replaces)) return fresh_list(patch);
  json::array all = under.elements();
  for (const json& each : wanted) {
    const json& value = each[key];
    if (value.is_null())
      return unusable("an element of the list has no " + std::string(key) + ", by which it is matched");
    const auto same =
        std::find_if(all.begin(), all.end(), [&](const json& other) { return other[key] == value; });
    if (each["$patch"].text() == "delete") {
      if (same != all.end()) all.erase(same);
      continue;
    }
    result<json> element = same == all.end() ? fresh(each) : merged(*same, each);
    if (!element) return element;
    if (same == all.end())
      all.push_back(std::move(*element));
    else
      *same = std::move(*element);
  }
  return json(std::move(all));
}

inline json without(const json& from, std::string_view key) {
  json::object kept;
  for (const auto& member : from.members())
    if (member.first != key) kept.push_back(member);
  return json(std::move(kept));
}

inline json retained(const json& from, const std::vector<std::string>& keys) {
  json::object kept;
  for (const auto& member : from.members())
    if (std::find(keys.begin(), keys.end(), member.first) != keys.end()) kept.push_back(member);
  return json(std::move(kept));
}

inline result<json> merged_members(json whole, const json& patch) {
  for (const auto& [key, value] : patch.members()) {
    if (key == "$patch" || key == "$retainKeys") continue;
    if (key.starts_with('$')) return unusable("the directive " + key + " is not known");
    if (value.is_null()) {
      whole = without(whole, key);
      continue;
    }
    result<json> member = value.is_array()    ? merged_list(whole[key], value, key_of(key, value))
                          : value.is_object() ? merged(whole[key], value)
                                              : result<json>(value);
    if (!member) return member;
    if (value.is_object() && value["$patch"].text() == "delete")
      whole = without(whole, key);
    else
      whole.set(key, std::move(*member));
  }
  return whole;
}

inline result<json> merged(const json& under, const json& patch) {
  const std::string directive = patch["$patch"].text();
  if (!patch["$patch"].is_null() && directive != "replace" && directive != "delete" && directive != "merge")
    return unusable("the directive $patch is not known: " + directive);
  json whole = under.is_object() && directive != "replace" ? under : json(json::object{});
  if (!patch["$retainKeys"].is_null()) whole = retained(whole, patch["$retainKeys"].texts());
  return merged_members(std::move(whole), patch);
}

}  // namespace kubernetes_render_patches_strategic_merge

result<json> strategic_merge(const json& object, const json& patch) {
  return kubernetes_render_patches_strategic_merge::merged(object, patch);
}

}  // namespace cicd::kubernetes
