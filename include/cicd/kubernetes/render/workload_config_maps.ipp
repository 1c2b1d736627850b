// The ConfigMap that carries files of the source folder into containers: text as text, other bytes as base64.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_workload_config_maps {

/// The API server takes no more in a ConfigMap, keys included.
inline constexpr std::size_t most_bytes = 1024 * 1024;

inline error too_large(const declared_pipeline& pipeline, const workload& of, std::size_t bytes) {
  return refused(pipeline, of, "config_files",
                 fmt::format("the files of CONFIG_FILES take {} bytes, and ConfigMap {} holds {} at most",
                             bytes, of.files_name, most_bytes))
      .with("try", "put large files into the image, or on a volume");
}

inline json content_of(const workload& of, json::object text, json::object binary) {
  json content =
      members_of("apiVersion", "v1", "kind", "ConfigMap", "metadata", metadata_of(of, of.files_name));
  if (!text.empty()) content.set("data", json(std::move(text)));
  if (!binary.empty()) content.set("binaryData", json(std::move(binary)));
  return content;
}

}  // namespace kubernetes_render_workload_config_maps

result<json> files_object(const declared_pipeline& pipeline, const workload& of, const release_facts& facts) {
  json::object text, binary;
  std::size_t bytes = 0;
  std::vector<std::string_view> done;
  for (const config_file& each : of.files) {
    if (std::find(done.begin(), done.end(), each.key) != done.end()) continue;
    done.push_back(each.key);
    const auto found = facts.files.find(each.from);
    if (found == facts.files.end()) {
      error failure = refused(pipeline, of, "config_files", "there is no such file below the source folder");
      failure.value = each.from;
      return failure;
    }
    bytes += each.key.size() + found->second.size();
    if (found->second.find('\0') == std::string::npos && valid_utf8(found->second) == found->second)
      text.emplace_back(each.key, found->second);
    else
      binary.emplace_back(each.key, base64(found->second));
  }
  if (bytes > kubernetes_render_workload_config_maps::most_bytes)
    return kubernetes_render_workload_config_maps::too_large(pipeline, of, bytes);
  return kubernetes_render_workload_config_maps::content_of(of, std::move(text), std::move(binary));
}

}  // namespace cicd::kubernetes
