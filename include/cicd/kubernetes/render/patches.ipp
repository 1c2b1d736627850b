// The patches of a file: which object each is for, and what applying it says when it cannot be.
#pragma once

#include <fmt/format.h>

#include <cicd/base/json_patch.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/kubernetes/render/patches.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_patches {

inline error of_neither_form(std::string_view file, std::size_t number) {
  error failure{.kind = exit_class::usage,
                .subject = std::string(file),
                .what = fmt::format("document {} is not a patch of an object", number + 1),
                .value = {},
                .notes = {}};
  return std::move(failure)
      .with("allowed", "a strategic merge patch: an object with kind and metadata.name")
      .with("or", "a JSON patch: {\"target\": {\"kind\": …, \"name\": …}, \"patch\": […]}");
}

inline std::optional<object_patch> patch_from(const json& document, std::string_view file) {
  object_patch patch;
  patch.file = file;
  patch.is_json_patch = !document["target"].is_null();
  patch.kind = patch.is_json_patch ? document["target"]["kind"].text() : document["kind"].text();
  patch.name = patch.is_json_patch ? document["target"]["name"].text() : document["metadata"]["name"].text();
  patch.body = patch.is_json_patch ? document["patch"] : document;
  if (patch.kind.empty() || patch.name.empty() || (patch.is_json_patch && !patch.body.is_array())) return {};
  return patch;
}

/// Kind, name and version say which object is meant and alter nothing.
inline json without_identity(const json& patch) {
  json::object kept;
  for (const auto& [key, value] : patch.members()) {
    if (key == "kind" || key == "apiVersion") continue;
    if (key != "metadata") {
      kept.emplace_back(key, value);
      continue;
    }
    json::object metadata;
    for (const auto& member : value.members())
      if (member.first != "name" && member.first != "namespace") metadata.push_back(member);
    if (!metadata.empty()) kept.emplace_back(key, std::move(metadata));
  }
  return json(std::move(kept));
}

}  // namespace kubernetes_render_patches

result<std::vector<object_patch>> patches_in(std::string_view text, std::string_view file) {
  result<std::vector<json>> documents = yaml_documents(text, file);
  if (!documents) return std::move(documents).error();
  std::vector<object_patch> patches;
  for (std::size_t number = 0; number < documents->size(); ++number) {
    auto patch = kubernetes_render_patches::patch_from((*documents)[number], file);
    if (!patch) return kubernetes_render_patches::of_neither_form(file, number);
    patches.push_back(std::move(*patch));
  }
  return patches;
}

result<json> patched(const json& object, const object_patch& patch) {
  result<json> after = patch.is_json_patch
                           ? json_patch(object, patch.body)
                           : strategic_merge(object, kubernetes_render_patches::without_identity(patch.body));
  if (!after) {
    error failure = std::move(after).error();
    failure.subject = patch.file;
    return std::move(failure).with("patches", patch.kind + ' ' + patch.name);
  }
  const bool is_same_kind =
      (*after)["kind"] == object["kind"] && (*after)["apiVersion"] == object["apiVersion"];
  if (is_same_kind && !(*after)["metadata"]["name"].text().empty()) return after;
  return error{.kind = exit_class::usage,
               .subject = patch.file,
               .what = "a patch changes no kind and takes no name away",
               .value = {},
               .notes = {{"patches", patch.kind + ' ' + patch.name}}};
}

}  // namespace cicd::kubernetes
