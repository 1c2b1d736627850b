// What an image stands on.
#pragma once

#include <cicd/image/base_image.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/image/archive_items.hpp>
#include <cicd/image/base_layout.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/layer_tar.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/image/parallel_gzip.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/image/staging.hpp>
#include <cicd/system/in_parallel.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace image_base {
namespace {

/// Where a base lies: an absolute path is the declaration's own, a relative one is below `directory`, links
/// and all. Also where nothing is there.
result<std::string> place_of(const std::string& directory, const std::string& path) {
  if (path.starts_with('/')) return normal_path(path);
  auto place = place_below(directory, path);
  if (!place) return std::move(place).error();
  return *place ? **std::move(place) : normal_path(directory + "/" + path);
}

/// Writes the layer's bytes; the digest of the tar is taken while they are packed.
result<packed_layer> pack(const std::vector<layer_item>& items,
                          int file,
                          const std::string& path,
                          const layer_making& how) {
  packed_layer made;
  sha256_stream blob, diff_id;
  parallel_gzip gzip(how.threads, [&](std::string_view bytes) {
    blob.update(bytes);
    made.size += bytes.size();
    return write_all(file, bytes, path);
  });
  const auto both = [&](std::string_view bytes) {
    diff_id.update(bytes);
    return gzip.write(bytes);
  };
  if (auto written = write_layer_tar(items, both, how.cancelled); !written) return written.error();
  if (auto finished = gzip.finish(); !finished) return finished.error();
  made.blob = blob.finish();
  made.diff_id = diff_id.finish();
  return made;
}

image_layer as_layer(const std::string& name, const packed_layer& packed, bool reused) {
  return {.layer = {.name = name,
                    .blob = packed.blob,
                    .diff_id = packed.diff_id,
                    .size = packed.size,
                    .reused = reused},
          .media_type = std::string(oci_gzip_layer_type)};
}

digest stored_key(const digest& content) {
  return sha256(layer_writer_version() + " " + hex(content));
}

void put_on(base_image& image,
            const std::string& name,
            const digest& stored,
            const packed_layer& packed,
            bool reused,
            const layer_store& store) {
  image.layers.push_back(as_layer(name, packed, reused));
  image.blobs.push_back(store.blob_path(packed.blob));
  image.stored.push_back(stored);
}

/// Whether the store had it.
bool put_known(base_image& image, const std::string& name, const digest& stored, const layer_store& store) {
  const auto found = store.find(stored);
  if (found) put_on(image, name, stored, *found, true, store);
  return found.has_value();
}

status put_packed(base_image& image,
                  const std::string& name,
                  const digest& stored,
                  const std::vector<layer_item>& items,
                  const layer_making& how) {
  auto packed =
      how.store.add(stored, [&](int file, const std::string& path) { return pack(items, file, path, how); });
  if (!packed) return std::move(packed).error();
  put_on(image, name, stored, *packed, false, how.store);
  return {};
}

result<base_image> of_folder(const std::string& folder, const layer_making& how) {
  base_image base;
  auto added =
      add_layer(base, {.name = "base", .entries = {{.from = folder, .to = "/"}}, .keep_modes = true}, how);
  if (!added) return std::move(added).error();
  return base;
}

status put_unpacked(base_image& base, const std::string& tar, const digest& stored, const layer_making& how) {
  unfinished::sweep(how.store.unfinished_folder());
  auto scratch = unfinished::make(how.store.unfinished_folder(), entry_kind::folder);
  if (!scratch) return std::move(scratch).error();
  auto unpacked = items_of_tar(tar, scratch->path(), how.limit, how.cancelled);
  if (!unpacked) return std::move(unpacked).error();
  if (auto read = digest_items(unpacked->items, how.threads, how.cancelled); !read) return read;
  auto settled = settled_items(std::move(unpacked->items));
  if (!settled) return std::move(settled).error().with("archive", tar);
  base.left_out = unpacked->left_out;
  base.lost_capabilities = losing_capabilities(*settled);
  return put_packed(base, "base", stored, *settled, how);
}

/// A tar is known by its bytes, so that one that did not change is not unpacked.
result<base_image> of_tar(const std::string& tar, const layer_making& how) {
  auto read = digest_of_file(tar, how.cancelled);
  if (!read) return std::move(read).error();
  const digest stored = stored_key(sha256("tar " + hex(read->content)));
  base_image base;
  if (put_known(base, "base", stored, how.store)) return base;
  if (auto put = put_unpacked(base, tar, stored, how); !put) return put.error();
  return base;
}

result<base_image> of_root(const std::string& path, const layer_making& how) {
  if (is_folder(path)) return of_folder(path, how);
  if (exists(path)) return of_tar(path, how);
  return image_error(exit_class::usage, "the base image's root file system is not there", path)
      .with("allowed", "rootfs:<folder>, rootfs:<file.tar>, also .tar.gz, .tar.xz, .tar.zst");
}

std::string history_name(const json& config, std::size_t layer) {
  std::size_t seen = 0;
  for (const auto& step : config["history"].elements()) {
    if (step["empty_layer"].boolean()) continue;
    if (seen++ != layer) continue;
    const std::string by = step["created_by"].text();
    return by.starts_with(layer_history_prefix) ? by.substr(layer_history_prefix.size()) : "base";
  }
  return "base";
}

result<image_layer> layer_from(const json& value, const json& diff_id, std::string name) {
  const auto blob = oci_descriptor::from(value);
  const auto content = digest_from(diff_id.text());
  if (!blob || !content)
    return image_error(exit_class::corrupt, "a layer without digest or size in the base image");
  image_layer layer;
  layer.layer.name = std::move(name);
  layer.layer.blob = blob->content;
  layer.layer.diff_id = *content;
  layer.layer.size = blob->size;
  layer.layer.reused = true;
  layer.media_type = blob->media_type;
  return layer;
}

result<base_image> of_documents(const oci_layout& layout,
                                const json& manifest,
                                json config,
                                const layer_making& how) {
  base_image base;
  const auto& layers = manifest["layers"].elements();
  const auto& diff_ids = config["rootfs"]["diff_ids"].elements();
  if (layers.size() != diff_ids.size())
    return image_error(exit_class::corrupt, "manifest and config of the image disagree about its layers",
                       layout.folder());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    auto layer = layer_from(layers[i], diff_ids[i], history_name(config, i));
    if (!layer) return std::move(layer).error();
    base.blobs.push_back(layout.blob_path(layer->layer.blob));
    base.layers.push_back(*std::move(layer));
  }
  base.config = std::move(config);
  auto checked = in_parallel(how.threads, base.layers.size(), [&](std::size_t i) {
    const auto& layer = base.layers[i].layer;
    return layout.check(
        {.media_type = {}, .content = layer.blob, .size = layer.size, .tag = {}, .architecture = {}});
  });
  if (!checked) return checked.error();
  return base;
}

/// Other kinds of config are artifacts, and their layers no file systems.
error not_an_image(const oci_layout& layout, const std::string& kind) {
  return image_error(exit_class::usage, "the base is not an OCI image", kind)
      .with("layout", layout.folder())
      .with("allowed", std::string(oci_config_type))
      .with("try", "skopeo copy --format oci docker://<reference> oci:<folder>:<tag>");
}

result<base_image> of_layout(const oci_layout& layout,
                             const std::string& tag,
                             const std::string& architecture,
                             const layer_making& how) {
  auto image = manifest_in(layout, tag, architecture);
  if (!image) return std::move(image).error();
  return base_image_in(layout, *image, how);
}

/// Fetched once; a copy that is no longer right is made again, and one of another user is none.
result<base_image> of_registry(const image_recipe& recipe,
                               const std::string& architecture,
                               const layer_making& how) {
  auto from = pinned_reference_from(recipe.base);
  if (!from) return std::move(from).error();
  const surroundings around(recipe.environment);
  const wanted_base what{std::move(from->repository), from->image, architecture, recipe.locked,
                         recipe.variant};
  const auto read = [&](const result<std::string>& folder) {
    return folder ? of_layout(oci_layout(*folder), {}, architecture, how) : folder.error();
  };
  if (const auto kept = kept_base_layout(what, how.store)) {
    if (result<base_image> base = read(*kept); base) return base;
    if (kept->starts_with(how.store.folder() + "/"))
      if (auto removed = remove_tree(*kept); !removed) return removed.error();
  }
  return read(base_layout_of(what, {how.store, around, how.cancelled}));
}

/// A root file system is bounded like an archive of one: by the sizes of its files, holes and all.
status check_size(const std::vector<layer_item>& items, const unpack_limit& limit) {
  unpack_count count(limit);
  for (const auto& item : items)
    if (auto within = count.add(item.kind == entry_kind::file ? item.stamp.size : 0, item.from); !within)
      return within;
  return {};
}

}  // namespace
}  // namespace image_base

status add_layer(base_image& to, const layer_recipe& recipe, const layer_making& how) {
  const auto looked = file_time_now();
  auto items = listed_items(recipe);
  if (!items) return std::move(items).error();
  if (recipe.keep_modes)
    if (auto within = image_base::check_size(*items, how.limit); !within) return within;
  if (recipe.keep_modes) to.lost_capabilities = losing_capabilities(*items);
  const layer_look look = look_of(*items);
  const digest seen = image_base::stored_key(look.key);
  if (const auto known = how.store.key_for(seen))
    if (image_base::put_known(to, recipe.name, *known, how.store)) return {};
  if (auto read = digest_items(*items, how.threads, how.cancelled); !read) return read;
  auto settled = settled_items(*std::move(items));
  if (!settled) return std::move(settled).error().with("layer", recipe.name);
  const digest stored = image_base::stored_key(key_of(*settled));
  if (look.newest < looked) how.store.remember(seen, stored);
  if (image_base::put_known(to, recipe.name, stored, how.store)) return {};
  return image_base::put_packed(to, recipe.name, stored, *settled, how);
}

result<base_image> base_image_in(const oci_layout& layout,
                                 const oci_descriptor& image,
                                 const layer_making& how) {
  auto manifest = layout.document(image);
  if (!manifest) return std::move(manifest).error();
  const auto config = oci_descriptor::from((*manifest)["config"]);
  if (!config || config->media_type != oci_config_type)
    return image_base::not_an_image(layout, config ? config->media_type : image.media_type);
  auto document = layout.document(*config);
  if (!document) return std::move(document).error();
  return image_base::of_documents(layout, *manifest, *std::move(document), how);
}

result<base_image> base_image_of(const image_recipe& recipe,
                                 const std::string& architecture,
                                 const layer_making& how) {
  const std::string& base = recipe.base;
  if (base == "scratch") return base_image{};
  if (base.starts_with("rootfs:")) {
    auto place = image_base::place_of(recipe.directory, base.substr(7));
    return place ? image_base::of_root(*place, how) : std::move(place).error();
  }
  if (base.starts_with("oci:")) {
    const auto [layout, tag] = layout_and_tag(base.substr(4));
    auto place = image_base::place_of(recipe.directory, layout);
    return place ? image_base::of_layout(oci_layout(*place), tag, architecture, how)
                 : std::move(place).error();
  }
  return image_base::of_registry(recipe, architecture, how);
}

}  // namespace cicd
