// Building an image into a layout, and reading it back.
#pragma once

#include <cicd/image/image.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <cicd/image/base_fit.hpp>
#include <cicd/image/base_image.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/image/image_config.hpp>
#include <cicd/image/layer_items.hpp>
#include <cicd/image/layer_store.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/image/sbom/elf.hpp>

namespace cicd {

namespace image_image {
namespace {

/// Empty where it is no program, or of an architecture that is not known here.
std::string_view architecture_of_program(const std::string& path) {
  std::array<char, elf_start> start{};
  const open_file file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0 || ::read(file.get(), start.data(), start.size()) != static_cast<ssize_t>(start.size()))
    return {};
  return elf_architecture({start.data(), start.size()});
}

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

/// An image whose layers are in the layout.
struct made_image {
  base_image image;
  json config;
  std::string architecture, variant;
};

result<made_image> made(const oci_layout& to, const image_recipe& recipe, const layer_making& how) {
  if (auto right = checked(recipe); !right) return right.error();
  const std::string asked =
      recipe.architecture.empty() ? architecture_of_this_machine() : recipe.architecture;
  auto base = base_image_of(recipe, asked, how);
  if (!base) return std::move(base).error();
  auto architecture = architecture_of(recipe, base->config, asked);
  if (!architecture) return std::move(architecture).error();
  if (auto fits = check_base_fits(recipe, *base, *architecture, how); !fits) return fits.error();
  const std::size_t base_layers = base->layers.size();
  auto image = stacked(to, recipe, *std::move(base), how);
  if (!image) return std::move(image).error();
  json config = image_config_of(recipe, *architecture, image->config, image->layers, base_layers);
  std::string variant = config["variant"].text();
  return made_image{*std::move(image), std::move(config), *std::move(architecture), std::move(variant)};
}

/// Its documents, put into the layout, and what of it is kept; gives its manifest.
result<oci_descriptor> put_documents(const oci_layout& layout,
                                     const made_image& made,
                                     built_image& built,
                                     std::vector<digest>& kept) {
  auto config_blob = layout.put(compact(made.config), oci_config_type, durability::fast);
  if (!config_blob) return std::move(config_blob).error();
  auto manifest = layout.put(compact(image_manifest_of(*config_blob, made.image.layers)), oci_manifest_type,
                             durability::fast);
  if (!manifest) return std::move(manifest).error();
  built.manifest = manifest->content;
  built.config = config_blob->content;
  built.size += manifest->size + config_blob->size;
  kept.push_back(built.manifest);
  kept.push_back(built.config);
  for (const auto& one : made.image.layers) {
    const bool is_new = std::ranges::find(kept, one.layer.blob) == kept.end();
    built.layers.push_back(one.layer);
    if (is_new) built.size += one.layer.size;
    kept.push_back(one.layer.blob);
  }
  built.left_out += made.image.left_out;
  built.lost_capabilities.insert(built.lost_capabilities.end(), made.image.lost_capabilities.begin(),
                                 made.image.lost_capabilities.end());
  return manifest;
}

/// Blobs first, then the index by one rename, then what no image needs any more: at every moment the layout
/// holds the old or the new image.
status named(const oci_layout& layout,
             oci_descriptor image,
             const std::string& tag,
             const std::vector<digest>& kept) {
  image.tag = tag;
  if (auto written = layout.write_index({std::move(image)}, durability::fast); !written) return written;
  return layout.prune(kept);
}

/// Reads one image back, its layers too.
status read_into(built_image& read, const oci_layout& there, const oci_descriptor& manifest) {
  const layer_store none{std::string()};
  auto image =
      base_image_in(there, manifest, {.store = none, .threads = 2, .limit = {}, .cancelled = nullptr});
  if (!image) return std::move(image).error();
  auto document = there.document(manifest);
  if (!document) return std::move(document).error();
  const auto config = oci_descriptor::from((*document)["config"]);
  read.config = config->content;
  read.size += manifest.size + config->size;
  for (const auto& one : image->layers) {
    read.layers.push_back(one.layer);
    read.size += one.layer.size;
  }
  return {};
}

}  // namespace
}  // namespace image_image

status check_programs(const image_recipe& recipe) {
  for (const layer_recipe& layer : recipe.layers)
    for (const layer_entry& each : layer.entries) {
      const std::string_view there = image_image::architecture_of_program(each.from);
      if (!there.empty() && !runs_programs_of(recipe.architecture, there))
        return image_error(exit_class::usage, "a program of the image is for another architecture", each.to)
            .with("platform", image_platform("linux", recipe.architecture, recipe.variant))
            .with("it is for", std::string(there))
            .with("from", each.from)
            .with("try", "FILES bin/{arch}/<program>=" + each.to + ", and a step that builds each");
    }
  return {};
}

result<built_image> build_image(const image_recipe& recipe,
                                const std::string& layout,
                                const layer_cache& cache,
                                unsigned threads,
                                const cancellation* cancelled) {
  using namespace image_image;
  if (auto right = checked(recipe); !right) return right.error();
  const layer_store store(cache.folder, cache.trusted);
  const auto limit = unpack_limit_of(surroundings(recipe.environment));
  if (!limit) return limit.error();
  const layer_making how{
      .store = store, .threads = std::max(threads, 1U), .limit = *limit, .cancelled = cancelled};
  const oci_layout to(layout);
  auto image = made(to, recipe, how);
  if (!image) return std::move(image).error();
  built_image built;
  std::vector<digest> kept;
  auto manifest = put_documents(to, *image, built, kept);
  if (!manifest) return std::move(manifest).error();
  if (auto written = named(to, *std::move(manifest), recipe.tag, kept); !written) return written.error();
  for (const auto& key : image->image.stored) store.confirm(key);
  return built;
}

result<built_image> build_image_index(const std::vector<image_recipe>& recipes,
                                      const std::string& layout,
                                      const layer_cache& cache,
                                      unsigned threads,
                                      const cancellation* cancelled) {
  using namespace image_image;
  const layer_store store(cache.folder, cache.trusted);
  const auto limit = unpack_limit_of(surroundings(recipes.front().environment));
  if (!limit) return limit.error();
  const layer_making how{
      .store = store, .threads = std::max(threads, 1U), .limit = *limit, .cancelled = cancelled};
  const oci_layout to(layout);
  built_image built;
  std::vector<digest> kept;
  json manifests(json::array{});
  for (const image_recipe& each : recipes) {
    auto image = made(to, each, how);
    if (!image)
      return std::move(image).error().with("platform",
                                           image_platform("linux", each.architecture, each.variant));
    auto manifest = put_documents(to, *image, built, kept);
    if (!manifest) return std::move(manifest).error();
    manifest->architecture = image->architecture;
    manifest->variant = image->variant;
    manifests.push(manifest->as_json());
    for (const auto& key : image->image.stored) store.confirm(key);
  }
  json index;
  index.set("schemaVersion", 2).set("mediaType", std::string(oci_index_type));
  auto put = to.put(compact(index.set("manifests", std::move(manifests))), oci_index_type, durability::fast);
  if (!put) return std::move(put).error();
  built.manifest = put->content;
  built.size += put->size;
  kept.push_back(put->content);
  if (auto written = named(to, *std::move(put), recipes.front().tag, kept); !written) return written.error();
  return built;
}

result<built_image> read_layout(const std::string& layout, const std::string& tag) {
  const oci_layout there(layout);
  auto found = entry_in(there, tag);
  if (!found) return std::move(found).error();
  built_image read;
  read.manifest = found->content;
  if (found->media_type != oci_index_type) {
    const status one = image_image::read_into(read, there, *found);
    return one ? result<built_image>(std::move(read)) : one.error();
  }
  auto index = there.document(*found);
  if (!index) return std::move(index).error();
  read.size = found->size;
  for (const auto& each : (*index)["manifests"].elements()) {
    const auto manifest = oci_descriptor::from(each);
    if (!manifest)
      return image_error(exit_class::corrupt, "an entry without digest and size in the index of an image",
                         layout + "@" + oci_text(found->content));
    if (status one = image_image::read_into(read, there, *manifest); !one) return one.error();
  }
  return read;
}

}  // namespace cicd
