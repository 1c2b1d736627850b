// An image that is there already, in a layout or a registry, as its documents say it: index, manifest and
// config are read without its layers, which are brought where a caller asks for them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// Where an image lies. All calls block.
class image_source {
 public:
  virtual ~image_source() = default;
  /// How a person names it: `oci:<folder>`, `registry.example.com/services/orders`.
  virtual std::string name() const = 0;
  /// The manifest or index, checked against its digest. Class `remote` where it is not there.
  virtual result<std::string> manifest(const digest& of) = 0;
  /// The config that such a manifest names.
  virtual result<std::string> config(const digest& manifest, const oci_descriptor& config) = 0;
  /// A layout folder that holds the manifest, its config and its layers; it lives as long as this.
  virtual result<std::string> layout(const digest& manifest) = 0;
};

/// The layout in that folder.
std::unique_ptr<image_source> layout_source(const std::string& folder);
/// A repository of a registry, through skopeo; what is brought lies below `scratch` until this ends.
result<std::unique_ptr<image_source>> registry_source(const std::string& repository,
                                                      const std::string& scratch,
                                                      const surroundings& around,
                                                      const cancellation* cancelled);

/// One image of one platform.
struct seen_image {
  digest named;  ///< what was asked for: the manifest, or an index that it is in
  digest manifest;
  std::uint64_t manifest_size = 0;
  json config;
  oci_descriptor config_blob;
  std::vector<oci_descriptor> layers;
  std::vector<std::string> made_by;    ///< of each layer what the history says; empty: nothing
  std::vector<std::string> platforms;  ///< of an index all that are there; empty: it is none

  std::string platform() const { return image_platform(config); }
  std::uint64_t size() const;  ///< of all blobs, as they are stored
};

/// Reads the image of `platform` (empty: of this machine, else the first one). Class `usage` with those that
/// there are, `corrupt` where the documents cannot be, or hold something else than an image.
result<seen_image> see_image(image_source& in, const digest& image, const std::string& platform);

/// The images of all platforms of an index, in its order; of a single image itself.
result<std::vector<seen_image>> see_all_platforms(image_source& in, const digest& image);

}  // namespace cicd
