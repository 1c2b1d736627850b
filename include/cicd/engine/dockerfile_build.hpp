// The program that builds Dockerfiles, without a daemon: buildah or podman. It is given the bases that were
// locked, out of the cache, and fetches none by itself. Knows the programs; not what the image is for.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/engine/image_bases.hpp>
#include <cicd/image/image.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// `buildah` or `podman`, the first that is on PATH.
std::optional<std::string> image_builder_of(const surroundings& around);
/// Class `usage`: neither is there.
error no_image_builder();

/// What was built: a layout with one image, tagged `image`, in `folder`, which was made for the builder.
struct dockerfile_image_made {
  std::string by;  ///< `buildah 1.28.2`
  std::string printed;
};

/// Builds it in `scratch`, an empty folder, into the layout `<scratch>/out`. The context lies in the folder
/// of the task. Class `usage` where the builder is too old for what the Dockerfile says, `step_failed` with
/// the line where the build fails. What the builder prints is handed to `log`, also where it fails.
result<dockerfile_image_made> build_dockerfile(const task& work,
                                               const dockerfile_sources& sources,
                                               const std::string& scratch,
                                               const surroundings& around,
                                               const layer_cache& layers,
                                               const std::function<void(const std::string&)>& log,
                                               const cancellation& cancelled);

/// As whom an image runs.
struct image_user {
  std::uint32_t number = 0;
  std::string group{};  ///< as the Dockerfile has it; empty where it has none
};
/// By the image's own /etc/passwd where USER is a name. Class `usage` where that is root, or there is none.
result<image_user> user_of_built(const std::string& layout, const std::string& dockerfile);

}  // namespace cicd
