// An OCI manifest that holds small documents in place of an image's files, as registries keep artifacts
// (image-spec, manifest.md, "Guidelines for Artifact Usage"). It does not know what the documents say.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/image/oci_layout.hpp>

namespace cicd {

struct oci_documents {
  std::string type;  ///< the media type of its empty config: what kind of artifact it is
  struct document {
    std::string media_type, text;
    std::vector<std::pair<std::string, std::string>> annotations{};
    bool operator==(const document&) const = default;
  };
  std::vector<document> all;
  /// The manifest that they are about (OCI 1.1, `subject`), by which registries list them; it need not be
  /// there yet.
  std::optional<oci_descriptor> subject{};
  bool operator==(const oci_documents&) const = default;
};

/// Makes the OCI layout folder `layout`, which then holds these alone, and gives the manifest's digest. The
/// same documents have the same digest.
result<digest> write_documents(const std::string& layout, const oci_documents& what);
/// The documents that a manifest holds, each at most 16 MiB and checked against its digest. Class `corrupt`
/// where one is missing or spoilt, or where it is a manifest of an image.
result<oci_documents> read_documents(const oci_layout& layout, const oci_descriptor& manifest);
/// That all that a manifest of documents or files names is there, and is what its digest says. Class
/// `corrupt`.
status check_artifact(const oci_layout& layout, const oci_descriptor& manifest);
/// Whether it is a manifest of documents or files, and none of an image. Class `corrupt` where it cannot be
/// read.
result<bool> holds_documents(const oci_layout& layout, const oci_descriptor& manifest);

}  // namespace cicd
