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
inline constexpr std::array<merge_key, 18> merge_keys{{{"containers", "name"},
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
                                                       {"schedulingGates", "name"},
                                                       {"ownerReferences", "uid"},
                                                       {"conditions", "type"},
                                                       {"podIPs", "ip"},
                                                       {"hostIPs", "ip"},
                                                       {"ports", "port"}}};

/// Lists of texts that are merged as sets.
constexpr std::string_view set_list = "finalizers";
constexpr std::string_view removed_from = "$deleteFromPrimitiveList/";

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
    const std::string directive = each["$patch"].text();
    if (directive == "replace" && each.members().size() == 1) continue;
    if (directive == "delete")
      return unusable("$patch: delete removes from no list that is replaced as a whole");
    result<json> element = fresh(each);
    if (!element) return element;
    all.push_back(std::move(*element));
  }
  return json(std::move(all));
}

/// What the patch says, in its order, and what only the object has, in the object's: an element of the object
/// comes before one of the patch where it did so in the object.
template <typename Place>
json::array interleaved(json::array theirs, json::array ours, Place place_in_object) {
  std::ranges::stable_sort(theirs, {}, [&](const json& each) { return *place_in_object(each); });
  json::array all;
  auto their = theirs.begin();
  for (json& each : ours) {
    const auto at = place_in_object(each);
    while (at && their != theirs.end() && *place_in_object(*their) < *at) all.push_back(std::move(*their++));
    all.push_back(std::move(each));
  }
  all.insert(all.end(), std::make_move_iterator(their), std::make_move_iterator(theirs.end()));
  return all;
}

/// Where the first such element is; nothing where there is none.
template <typename Is>
std::optional<std::size_t> place_of(const json::array& all, Is is) {
  const auto found = std::ranges::find_if(all, is);
  if (found == all.end()) return {};
  return static_cast<std::size_t>(found - all.begin());
}

inline result<json> merged_list(const json& under, const json& patch, std::string_view key) {
  const auto replaces = [](const json& each) { return each["$patch"].text() == "replace"; };
  if (key.empty() || std::ranges::any_of(patch.elements(), replaces)) return fresh_list(patch);
  const json::array& object = under.elements();
  json::array theirs = object, ours;
  for (const json& each : patch.elements()) {
    const json& value = each[key];
    if (value.is_null())
      return unusable("an element of the list has no " + std::string(key) + ", by which it is matched");
    const auto is_same = [&](const json& other) { return other[key] == value; };
    if (each["$patch"].text() == "delete") {
      std::erase_if(theirs, is_same);
      continue;
    }
    const auto same = std::ranges::find_if(theirs, is_same);
    result<json> element = same == theirs.end() ? fresh(each) : merged(*same, each);
    if (!element) return element;
    if (same != theirs.end()) theirs.erase(same);
    ours.push_back(std::move(*element));
  }
  return json(interleaved(std::move(theirs), std::move(ours), [&](const json& each) {
    return place_of(object, [&](const json& other) { return other[key] == each[key]; });
  }));
}

/// The elements of both, each once.
inline json merged_set(const json& under, const json& patch) {
  json::array theirs, ours;
  for (const json& each : patch.elements())
    if (std::ranges::find(ours, each) == ours.end()) ours.push_back(each);
  for (const json& each : under.elements())
    if (std::ranges::find(ours, each) == ours.end() && std::ranges::find(theirs, each) == theirs.end())
      theirs.push_back(each);
  return json(interleaved(std::move(theirs), std::move(ours), [&](const json& each) {
    return place_of(under.elements(), [&](const json& other) { return other == each; });
  }));
}

inline json without_elements(const json& from, const json& gone) {
  json::array kept = from.elements();
  std::erase_if(kept, [&](const json& each) {
    return std::ranges::find(gone.elements(), each) != gone.elements().end();
  });
  return json(std::move(kept));
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
    if (key.starts_with(removed_from)) {
      const std::string list = key.substr(removed_from.size());
      if (!whole[list].is_null()) whole.set(list, without_elements(whole[list], value));
      continue;
    }
    if (key.starts_with('$')) return unusable("the directive " + key + " is not known");
    if (value.is_null()) {
      whole = without(whole, key);
      continue;
    }
    result<json> member = key == set_list && value.is_array() ? result<json>(merged_set(whole[key], value))
                          : value.is_array()  ? merged_list(whole[key], value, key_of(key, value))
                          : value.is_object() ? merged(whole[key], value)
                                              : result<json>(value);
    if (!member) return member;
    whole.set(key, std::move(*member));
  }
  return whole;
}

inline result<json> merged(const json& under, const json& patch) {
  const std::string directive = patch["$patch"].text();
  if (!patch["$patch"].is_null() && directive != "replace" && directive != "delete")
    return unusable("the directive $patch is not known: " + directive);
  if (directive == "delete") return json(json::object{});
  json whole = under.is_object() && directive != "replace" ? under : json(json::object{});
  if (!patch["$retainKeys"].is_null()) whole = retained(whole, patch["$retainKeys"].texts());
  return merged_members(std::move(whole), patch);
}

}  // namespace kubernetes_render_patches_strategic_merge

result<json> strategic_merge(const json& object, const json& patch) {
  return kubernetes_render_patches_strategic_merge::merged(object, patch);
}

}  // namespace cicd::kubernetes
