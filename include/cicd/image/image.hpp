// OCI images without a daemon: reproducible layers, config, manifest and layout. The same inputs give the
// same digest on another path and another day. Knows files and bytes; not what is in them, nor Kubernetes,
// nor commits. Specifications: OCI image-spec 1.0 (manifest.md, config.md, layer.md, image-layout.md).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// One entry of a layer: a file or folder on disk and where it lies in the image.
struct layer_entry {
  std::string from;  ///< absolute path on disk: a file, link or folder (with all below it)
  std::string to;    ///< absolute path in the image
};

/// One layer. Entries are sorted, times are 1970-01-01T00:00:01Z, owners 0:0, modes 0644/0755 by the owner's
/// execute bit (special bits of a base's tree are kept), parents are explicit.
struct layer_recipe {
  std::string name;  ///< `base`, `dependencies`, `application`: shown, and in the history
  std::vector<layer_entry> entries;
  bool keep_modes =
      false;  ///< a root file system: modes and numeric owners as they are (owners 0:0 when not root made it)
};

/// A tag of a base, and what it has to name where it is asked.
struct locked_tag {
  std::string reference;  ///< `<registry>/<repository>:<tag>`
  digest image;
};

/// What an image is made of.
struct image_recipe {
  std::string base;  ///< `scratch`, `oci:<layout>[:tag]`, `rootfs:<folder or tar>`, or `<reference>@sha256:…`
  std::optional<locked_tag>
      locked{};           ///< of a `base` by digest: the tag in the sources that it was locked for
  std::string directory;  ///< absolute folder that relative paths of `base` are below
  std::vector<layer_recipe> layers;
  std::vector<std::string> entrypoint, arguments;
  std::vector<std::pair<std::string, std::string>> env;
  std::map<std::string, std::string> labels;
  std::uint32_t user = 10001;
  bool is_user_given = false;  ///< it is meant, whatever the base runs as
  std::string group{};         ///< a number or a name; empty: that of the user
  std::string working_directory = "/";
  int port = 0;                ///< 0: none
  std::string architecture;    ///< `amd64`, `arm64`; that of the base, or of this machine, when empty
  std::string variant{};       ///< of the architecture: `v7` of `arm`; that of the base when empty
  std::string tag = "latest";  ///< the image's name in its layout's index; not part of the image
  std::map<std::string, std::string, std::less<>>
      environment;  ///< for skopeo (PATH, HOME, …), where the base is in a registry
};

/// A layer in a layout.
struct built_layer {
  std::string name;
  digest blob;             ///< of the compressed bytes
  digest diff_id;          ///< of the tar
  std::uint64_t size = 0;  ///< compressed
  bool reused = false;     ///< neither built nor compressed again
};
struct built_image {
  digest manifest;  ///< the image's digest
  digest config;
  std::vector<built_layer> layers;
  std::uint64_t size = 0;    ///< of all blobs
  std::size_t left_out = 0;  ///< devices below `dev/` of the base's archive, where it was unpacked
  std::vector<std::string> lost_capabilities{};  ///< files of a root file system that lose theirs
};

/// Where layers that were built before are remembered, by a digest over names, modes and contents of their
/// entries.
struct layer_cache {
  std::string folder;     ///< absolute; each entry is checked against its digest when read
  std::string trusted{};  ///< another one to read from; empty: none
};

/// Builds the image into the OCI layout folder `layout`, which afterwards holds exactly this image; existing
/// blobs are kept when they check out. Layers are written as parallel gzip members of fixed size, so that the
/// bytes do not depend on the number of threads. Errors (class `usage`): nothing at `from`, a device or
/// socket, `..`, a link that leads out of a base's archive, two entries on one path with different content, a
/// base that is no layout or archive; each names the entry.
result<built_image> build_image(const image_recipe& recipe,
                                const std::string& layout,
                                const layer_cache& cache,
                                unsigned threads,
                                const cancellation* cancelled);

/// The same of an image for each of several platforms, with an index of them, which is the layout's one
/// image: `manifest` is its digest, `layers` are those of all. Each recipe has its architecture.
result<built_image> build_image_index(const std::vector<image_recipe>& recipes,
                                      const std::string& layout,
                                      const layer_cache& cache,
                                      unsigned threads,
                                      const cancellation* cancelled);

/// Class `usage` where a program that a layer names by itself, outside of any folder, is for another
/// architecture than the recipe.
status check_programs(const image_recipe& recipe);

/// Reads a layout back and checks every digest and size in it, of an index those of each image. Class
/// `corrupt` when something does not.
result<built_image> read_layout(const std::string& layout, const std::string& tag = {});

}  // namespace cicd
