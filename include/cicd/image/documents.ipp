// An OCI manifest that holds documents.
#pragma once

#include <cicd/image/documents.hpp>

#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_documents {
namespace {

constexpr std::uint64_t largest = 16U << 20U;

error no_documents(std::string what, const oci_layout& in, const oci_descriptor& manifest) {
  return image_error(exit_class::corrupt, std::move(what), oci_text(manifest.content))
      .with("in", in.folder());
}

}  // namespace
}  // namespace image_documents

result<digest> write_documents(const std::string& layout, const oci_documents& what) {
  const oci_layout to(layout);
  if (auto emptied = remove_tree(layout); !emptied) return emptied.error();
  if (auto prepared = to.prepare(); !prepared) return prepared.error();
  auto config = to.put("{}", what.type, durability::fast);
  if (!config) return std::move(config).error();
  json layers = json::array{};
  for (const auto& each : what.all) {
    auto put = to.put(each.text, each.media_type, durability::fast);
    if (!put) return std::move(put).error();
    json layer = put->as_json();
    if (!each.annotations.empty()) {
      json annotations = json::object{};
      for (const auto& [name, value] : each.annotations) annotations.set(name, value);
      layer.set("annotations", std::move(annotations));
    }
    layers.push(std::move(layer));
  }
  json manifest;
  manifest.set("schemaVersion", 2).set("mediaType", oci_manifest_type);
  manifest.set("config", config->as_json()).set("layers", std::move(layers));
  if (what.subject) manifest.set("subject", what.subject->as_json());
  auto put = to.put(compact(manifest), oci_manifest_type, durability::fast);
  if (!put) return std::move(put).error();
  if (auto written = to.write_index({*put}, durability::fast); !written) return written.error();
  return put->content;
}

result<bool> holds_documents(const oci_layout& layout, const oci_descriptor& manifest) {
  auto document = layout.document(manifest);
  if (!document) return std::move(document).error();
  const std::string type = (*document)["config"]["mediaType"].text();
  return !type.empty() && type != oci_config_type && type != "application/vnd.docker.container.image.v1+json";
}

status check_artifact(const oci_layout& layout, const oci_descriptor& manifest) {
  const auto document = layout.document(manifest);
  if (!document) return document.error();
  std::vector<json> parts{(*document)["config"]};
  for (const json& each : (*document)["layers"].elements()) parts.push_back(each);
  for (const json& each : parts) {
    const auto part = oci_descriptor::from(each);
    if (!part) return image_documents::no_documents("the manifest names no content", layout, manifest);
    if (status right = layout.check(*part); !right) return right;
  }
  return {};
}

result<oci_documents> read_documents(const oci_layout& layout, const oci_descriptor& manifest) {
  using namespace image_documents;
  auto holds = holds_documents(layout, manifest);
  if (!holds) return std::move(holds).error();
  if (!*holds) return no_documents("the manifest is that of an image, and no artifact", layout, manifest);
  auto document = layout.document(manifest);
  if (!document) return std::move(document).error();
  oci_documents read{.type = (*document)["config"]["mediaType"].text(),
                     .all = {},
                     .subject = oci_descriptor::from((*document)["subject"])};
  const auto config = oci_descriptor::from((*document)["config"]);
  if (!config) return no_documents("the manifest of an artifact has no config", layout, manifest);
  if (auto right = layout.check(*config); !right) return right.error();
  for (const json& each : (*document)["layers"].elements()) {
    const auto layer = oci_descriptor::from(each);
    if (!layer || layer->size > largest)
      return no_documents("the artifact holds something else than documents of at most 16 MiB", layout,
                          manifest);
    if (auto right = layout.check(*layer); !right) return right.error();
    auto text = read_file(layout.blob_path(layer->content));
    if (!text) return std::move(text).error();
    oci_documents::document& made = read.all.emplace_back();
    made.media_type = layer->media_type;
    made.text = *std::move(text);
    for (const auto& [name, value] : each["annotations"].members())
      made.annotations.emplace_back(name, value.text());
  }
  return read;
}

}  // namespace cicd
