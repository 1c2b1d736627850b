// A layer is the file itself; its name and mode are annotations, as ORAS reads and writes them.
#pragma once

#include <cicd/image/artifact_files.hpp>

#include <utility>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/image/documents.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/place.hpp>

namespace cicd {

namespace image_artifact_files {
namespace {

constexpr std::string_view type = "application/vnd.cicd.files.v1+json";
constexpr std::string_view layer_type = "application/octet-stream";
constexpr const char *title = "org.opencontainers.image.title", *mode = "dev.cicd.mode", *runs = "755",
                     *is_read = "644";

error not_ours(std::string what, const std::string& layout, const digest& manifest) {
  return image_error(exit_class::corrupt, std::move(what), oci_text(manifest)).with("in", layout);
}

/// As a file of ours is named: relative, and nothing above it.
bool is_name(const std::string& name) {
  return !name.empty() && name.front() != '/' && normal_path(name) == name && !name.starts_with("..");
}

/// The file's bytes as a blob, by what was copied.
result<oci_descriptor> put(const oci_layout& to,
                           const std::string& name,
                           const artifact_file& file,
                           const cancellation* cancelled) {
  const status copied = place_copy(to.folder(), "files/" + name, file.path, file.runs ? 0755 : 0644);
  if (!copied) return copied.error();
  const std::string copy = to.folder() + "/files/" + name;
  const auto read = digest_of_file(copy, cancelled);
  if (!read) return read.error();
  if (status taken = to.adopt(copy, read->content, durability::durable); !taken)
    return std::move(taken).error();
  return oci_descriptor{.media_type = std::string(layer_type),
                        .content = read->content,
                        .size = read->stamp.size,
                        .tag = {},
                        .architecture = {}};
}

}  // namespace
}  // namespace image_artifact_files

result<digest> write_files(const std::string& layout,
                           const std::map<std::string, artifact_file>& files,
                           const cancellation* cancelled) {
  using namespace image_artifact_files;
  const oci_layout to(layout);
  if (status emptied = remove_tree(layout); !emptied) return std::move(emptied).error();
  if (status prepared = to.prepare(); !prepared) return std::move(prepared).error();
  const auto config = to.put("{}", type, durability::fast);
  if (!config) return config.error();
  json layers(json::array{});
  for (const auto& [name, file] : files) {
    const auto layer = put(to, name, file, cancelled);
    if (!layer) return layer.error();
    layers.push(
        layer->as_json().set("annotations", json().set(title, name).set(mode, file.runs ? runs : is_read)));
  }
  json manifest;
  manifest.set("schemaVersion", 2).set("mediaType", oci_manifest_type);
  manifest.set("config", config->as_json()).set("layers", std::move(layers));
  const auto made = to.put(compact(manifest), oci_manifest_type, durability::fast);
  if (!made) return made.error();
  if (status written = to.write_index({*made}, durability::fast); !written) return std::move(written).error();
  return made->content;
}

status unpack_files(const std::string& layout, const digest& manifest, const std::string& folder) {
  using namespace image_artifact_files;
  const oci_layout from(layout);
  const auto there = manifest_in(from, {}, {});
  if (!there) return there.error();
  if (there->content != manifest)
    return not_ours("these are other files than were published", layout, manifest);
  const auto document = from.document(*there);
  if (!document) return document.error();
  if ((*document)["config"]["mediaType"].text() != type)
    return not_ours("the manifest is not one of files", layout, manifest);
  if (status right = check_artifact(from, *there); !right) return right;
  if (status made = make_folder(folder); !made) return made;
  for (const json& each : (*document)["layers"].elements()) {
    const auto layer = oci_descriptor::from(each);
    const std::string name = each["annotations"][title].text();
    if (!layer || !is_name(name))
      return not_ours("the manifest names a file that cannot be", layout, manifest);
    const unsigned mode_of = each["annotations"][mode].text() == runs ? 0755 : 0644;
    if (status placed = place_copy(folder, name, from.blob_path(layer->content), mode_of); !placed)
      return placed;
  }
  return {};
}

}  // namespace cicd
