// The two documents of an image: config and manifest (image-spec, config.md and manifest.md), with members in
// a fixed order. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/json.hpp>
#include <cicd/image/image.hpp>
#include <cicd/image/oci_layout.hpp>

namespace cicd {

/// What a layer's name follows in the history's `created_by`.
inline constexpr std::string_view layer_history_prefix = "cicd: ";

/// A layer as it is written into both documents.
struct image_layer {
  built_layer layer;
  std::string media_type = std::string(oci_gzip_layer_type);
};

/// The config of `recipe` on top of the base's (null for none). The base's environment, labels, ports and
/// start stay where the recipe does not say otherwise; an entry point of the recipe drops the base's
/// arguments. `base_layers` of `layers` are the base's.
json image_config_of(const image_recipe& recipe,
                     const std::string& architecture,
                     const json& base,
                     const std::vector<image_layer>& layers,
                     std::size_t base_layers);
json image_manifest_of(const oci_descriptor& config, const std::vector<image_layer>& layers);

/// This machine's architecture as OCI names it (`amd64`, `arm64`).
std::string architecture_of_this_machine();
/// Whether a machine of that architecture runs programs of the other by itself.
bool runs_programs_of(std::string_view machine, std::string_view program);

}  // namespace cicd
