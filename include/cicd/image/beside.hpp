// What a registry has about an image beside it, each under a tag of its own that is written once: the bill of
// materials, the signature and the provenance. Copied and removed with the image. The tags of the latter two
// are those where cosign and admission controllers look for them.
#pragma once

#include <cstdint>
#include <string>

#include <cicd/image/image_source.hpp>
#include <cicd/image/registry.hpp>

namespace cicd {

enum class beside : std::uint8_t { bill, signature, provenance };
inline constexpr beside all_beside[] = {beside::bill, beside::signature, beside::provenance};

/// `sha256-<digest hex>.sbom`, `.sig`, `.att`.
std::string tag_of(const digest& image, beside what);
/// Whether the registry has it.
result<bool> is_beside(registry& in, const digest& image, beside what);
/// The manifest or index as it is pointed at, for `subject`.
result<oci_descriptor> subject_of(image_source& in, const digest& image);

/// Puts it there; what another run put there meanwhile is as good. `scratch` is a folder of ours that is made
/// and removed.
status put_beside(registry& to,
                  const digest& image,
                  beside what,
                  const oci_documents& documents,
                  const std::string& scratch);
/// Copies all of it along that there is.
status copy_beside(registry& to, registry& from, const digest& image);
/// Removes all of it that there is.
status remove_beside(registry& in, const digest& image);

}  // namespace cicd
