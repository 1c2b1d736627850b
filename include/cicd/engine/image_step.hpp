// The work of an image step: from a declaration and a step's folder to a recipe, built into the layout that
// lies in the folder.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <cicd/image/image.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// The recipe of a declared image whose files lie in `folder`, for one of its PLATFORMS (empty: it has none).
result<image_recipe> recipe_for(const image& declared,
                                const std::string& folder,
                                const surroundings& around,
                                std::string_view platform = {});

/// Where built layers are kept: the domain's part of the shared cache, or a folder of the build tree when
/// that cannot be written, which is said.
layer_cache layers_of(const workspace& where, const std::function<void(const std::string&)>& say);

/// What building takes from the run.
struct image_making {
  const surroundings& around;
  const layer_cache& layers;
  unsigned threads = 1;
  const cancellation& cancelled;
  std::function<std::string(const std::string&)> masked;  ///< a text without what must not be read
  std::function<void(const std::string&)> say;
};

/// Builds it; the artifact of the outcome is the image's digest.
outcome build_image_step(const task& work, const image_making& how);

}  // namespace cicd
