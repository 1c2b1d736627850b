// A folder in the OCI image layout (image-spec, image-layout.md): blobs by digest and an index of tags. Knows
// the format; not what an image is made of, nor who else writes there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

inline constexpr std::string_view oci_manifest_type = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view oci_index_type = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view oci_config_type = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view oci_gzip_layer_type = "application/vnd.oci.image.layer.v1.tar+gzip";

/// What points at a blob (image-spec, descriptor.md).
struct oci_descriptor {
  std::string media_type;
  digest content;
  std::uint64_t size = 0;
  std::string tag;           ///< `org.opencontainers.image.ref.name`, in an index
  std::string architecture;  ///< of the platform, in an index
  std::string variant{};     ///< of the architecture

  json as_json() const;
  /// Nothing where digest or size are missing or wrong.
  static std::optional<oci_descriptor> from(const json& value);
  bool operator==(const oci_descriptor&) const = default;
};

class oci_layout {
 public:
  explicit oci_layout(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }
  std::string blob_path(const digest& of) const { return folder_ + "/blobs/sha256/" + hex(of); }

  /// Makes the folders and the file that marks a layout.
  status prepare() const;
  /// Writes a blob that we made.
  result<oci_descriptor> put(std::string_view bytes, std::string_view media_type, durability how) const;
  /// Takes over the bytes of a file, which were checked: by a copy of their own where durable, else by a hard
  /// link if that can be. What is there already stays when it is right.
  status adopt(const std::string& file, const digest& content, durability how) const;

  /// What the index points at; nothing when there is no layout. Class `corrupt` when it cannot be read; it is
  /// left untouched.
  result<std::optional<std::vector<oci_descriptor>>> index() const;
  /// Replaces the index: a reader sees the old or the new one.
  status write_index(const std::vector<oci_descriptor>& images, durability how) const;
  /// A JSON blob of at most 4 MiB, checked against size and digest. Class `corrupt`.
  result<json> document(const oci_descriptor& of) const;
  /// Checks a blob against size and digest. Class `corrupt`.
  status check(const oci_descriptor& of) const;
  /// Removes every blob that is not among `kept`.
  status prune(const std::vector<digest>& kept) const;

 private:
  std::string folder_;
};

/// A platform as an index names it: `linux/amd64`, `linux/arm/v7`. Every arm64 is v8, and only some say so.
std::string image_platform(const std::string& system,
                           const std::string& architecture,
                           const std::string& variant);
/// That of an entry of an index, or of a config.
std::string image_platform(const json& of);

/// The two of `<folder>[:<tag>]`: the tag begins after the last colon that follows the last slash.
std::pair<std::string, std::string> layout_and_tag(const std::string& text);
/// What the index of a layout points at under `tag`, or its only entry: an image, or an index of several
/// platforms. Class `usage` with the tags that are there.
result<oci_descriptor> entry_in(const oci_layout& layout, const std::string& tag);
/// The image of a layout under `tag`, or its only one; of several platforms that of `architecture`. Class
/// `usage` with the tags that are there.
result<oci_descriptor> manifest_in(const oci_layout& layout,
                                   const std::string& tag,
                                   const std::string& architecture);

}  // namespace cicd
