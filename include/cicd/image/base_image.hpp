// What an image stands on: nothing, an image of a layout or a registry, or a root file system. Knows how each
// is read and kept; not what lies above it.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/image/image.hpp>
#include <cicd/image/image_config.hpp>
#include <cicd/image/layer_store.hpp>
#include <cicd/image/unpack_limit.hpp>

namespace cicd {

/// The base's layers, where their bytes lie, and its config (null for none).
struct base_image {
  json config;
  std::vector<image_layer> layers;
  std::vector<std::string> blobs;                ///< the layers' files, checked, in their order
  std::vector<digest> stored;                    ///< the keys of those that lie in the layer store
  std::size_t left_out = 0;                      ///< devices of an archive that was unpacked
  std::vector<std::string> lost_capabilities{};  ///< files of a root file system that lose theirs
};

/// How layers are made and who may stop it.
struct layer_making {
  const layer_store& store;
  unsigned threads = 1;
  unpack_limit limit = {};
  const cancellation* cancelled = nullptr;
};

/// Reads `recipe.base`.
result<base_image> base_image_of(const image_recipe& recipe,
                                 const std::string& architecture,
                                 const layer_making& how);

/// An image of a layout, every layer of it checked.
result<base_image> base_image_in(const oci_layout& layout,
                                 const oci_descriptor& manifest,
                                 const layer_making& how);

/// Adds the recipe's layer on top: from the store when it was built before, else packed and stored. What
/// looks as it did then is not even read.
status add_layer(base_image& to, const layer_recipe& recipe, const layer_making& how);

}  // namespace cicd
