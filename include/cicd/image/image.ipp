// Building an image into a layout, and reading it back.
#pragma once

#include <cicd/image/image.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/image/base_image.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/image_config.hpp>
#include <cicd/image/layer_items.hpp>
#include <cicd/image/layer_store.hpp>
#include <cicd/image/oci_layout.hpp>

namespace cicd {

namespace image_image {
namespace {

status checked(const image_recipe& recipe) {
  if (recipe.base.empty())
    return image_error(exit_class::usage, "the image has no base")
        .with("allowed",
              "scratch, oci:<layout>[:<tag>], rootfs:<folder or tar>, <reference>@sha256:<digest>");
  if (!recipe.working_directory.starts_with('/'))
    return image_error(exit_class::usage, "the working directory in the image is not absolute",
                       recipe.working_directory);
  if (recipe.port < 0 || recipe.port > 65535)
    return image_error(exit_class::usage, "no port", std::to_string(recipe.port))
        .with("allowed", "1 to 65535");
  for (const auto& [name, value] : recipe.env)
    if (name.empty() || name.find('=') != std::string::npos)
      return image_error(exit_class::usage, "no name of an environment variable", name);
  return {};
}

/// The architecture that is meant; a base of another one cannot run there.
result<std::string> architecture_of(const image_recipe& recipe, const json& base, const std::string& asked) {
  const std::string there = base["architecture"].text(asked);
  if (recipe.architecture.empty() || there == recipe.architecture) return there;
  return image_error(exit_class::usage, "the base image is of another architecture", there)
      .with("declared", recipe.architecture)
      .with("base", recipe.base);
}

/// Those of the image's layers that are not in the layout yet, from the one at `first` on.
status adopt_from(std::size_t first, const oci_layout& layout, const base_image& image) {
  for (std::size_t i = first; i < image.blobs.size(); ++i)
    if (auto taken = layout.adopt(image.blobs[i], image.layers[i].layer.blob, durability::fast); !taken)
      return taken;
  return {};
}

/// Each layer is adopted as soon as it is there, the largest first mostly, so that its stamp has settled at
/// the end.
result<base_image> stacked(const oci_layout& layout,
                           const image_recipe& recipe,
                           base_image image,
                           const layer_making& how) {
  if (auto prepared = layout.prepare(); !prepared) return prepared.error();
  if (auto adopted = adopt_from(0, layout, image); !adopted) return adopted.error();
  for (const auto& layer : recipe.layers) {
    const std::size_t before = image.blobs.size();
    if (auto added = add_layer(image, layer, how); !added) return added.error();
    if (auto adopted = adopt_from(before, layout, image); !adopted) return adopted.error();
  }
  return image;
}

/// Blobs first, then the index by one rename, then what nobody needs any more: at every moment the layout
/// holds the old or the new image.
result<built_image> written(const oci_layout& layout,
                            const image_recipe& recipe,
                            const json& config,
                            const base_image& image) {
  auto config_blob = layout.put(compact(config), oci_config_type, durability::fast);
  if (!config_blob) return std::move(config_blob).error();
  auto manifest =
      layout.put(compact(image_manifest_of(*config_blob, image.layers)), oci_manifest_type, durability::fast);
  if (!manifest) return std::move(manifest).error();
  manifest->tag = recipe.tag;
  if (auto named = layout.write_index({*manifest}, durability::fast); !named) return named.error();

  built_image built{.manifest = manifest->content,
                    .config = config_blob->content,
                    .layers = {},
                    .size = manifest->size + config_blob->size};
  std::vector<digest> kept{built.manifest, built.config};
  for (const auto& one : image.layers) {
    built.layers.push_back(one.layer);
    built.size += one.layer.size;
    kept.push_back(one.layer.blob);
  }
  if (auto pruned = layout.prune(kept); !pruned) return pruned.error();
  return built;
}

}  // namespace
}  // namespace image_image

result<built_image> build_image(const image_recipe& recipe,
                                const std::string& layout,
                                const layer_cache& cache,
                                unsigned threads,
                                const cancellation* cancelled) {
  if (auto right = image_image::checked(recipe); !right) return right.error();
  const layer_store store(cache.folder, cache.trusted);
  const auto limit = unpack_limit_of(surroundings(recipe.environment));
  if (!limit) return limit.error();
  const layer_making how{
      .store = store, .threads = std::max(threads, 1U), .limit = *limit, .cancelled = cancelled};
  const std::string asked =
      recipe.architecture.empty() ? architecture_of_this_machine() : recipe.architecture;
  auto base = base_image_of(recipe, asked, how);
  if (!base) return std::move(base).error();
  auto architecture = image_image::architecture_of(recipe, base->config, asked);
  if (!architecture) return std::move(architecture).error();
  const std::size_t base_layers = base->layers.size();
  const oci_layout to(layout);
  auto image = image_image::stacked(to, recipe, *std::move(base), how);
  if (!image) return std::move(image).error();
  const json config = image_config_of(recipe, *architecture, image->config, image->layers, base_layers);
  auto built = image_image::written(to, recipe, config, *image);
  for (const auto& key : image->stored) store.confirm(key);
  if (built) {
    built->left_out = image->left_out;
    built->lost_capabilities = std::move(image->lost_capabilities);
  }
  return built;
}

result<built_image> read_layout(const std::string& layout, const std::string& tag) {
  const oci_layout there(layout);
  auto manifest = manifest_in(there, tag, architecture_of_this_machine());
  if (!manifest) return std::move(manifest).error();
  const layer_store none{std::string()};
  auto image =
      base_image_in(there, *manifest, {.store = none, .threads = 2, .limit = {}, .cancelled = nullptr});
  if (!image) return std::move(image).error();
  auto document = there.document(*manifest);
  if (!document) return std::move(document).error();
  const auto config = oci_descriptor::from((*document)["config"]);
  built_image built{.manifest = manifest->content,
                    .config = config->content,
                    .layers = {},
                    .size = manifest->size + config->size};
  for (const auto& one : image->layers) {
    built.layers.push_back(one.layer);
    built.size += one.layer.size;
  }
  return built;
}

}  // namespace cicd
