// The signature and the provenance of an image beside it in its registry: written once, read, and verified by
// cosign. It does not know who has to have signed, nor where the key comes from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <cicd/image/beside.hpp>
#include <cicd/image/signature/cosign.hpp>
#include <cicd/image/signature/provenance.hpp>

namespace cicd {

/// Whether signature and provenance are there, by any key or identity.
result<bool> is_signed(registry& in, const digest& image);

/// Signs the image in the layout folder `layout` and puts signature and provenance beside it, the signature
/// last; what is there already stays. `key` null: by the identity of the CI job.
status attach_signature(registry& to,
                        const std::string& layout,
                        const digest& image,
                        const in_toto_statement& about,
                        const cosign& by,
                        const signing_key* key,
                        const std::string& scratch);

/// How far an image is signed.
struct signature_state {
  enum class lack : std::uint8_t {
    none,           ///< it is as it should be
    unsigned_,      ///< there is no signature
    no_provenance,  ///< there is no provenance
    signature,      ///< the signature is another's, or of another image
    provenance      ///< the same of the provenance
  };
  lack is = lack::none;
  std::string says{};                     ///< what cosign says
  std::optional<told_provenance> told{};  ///< what was verified
};
/// Verifies both. Class `corrupt` where what is there cannot be read.
result<signature_state> state_of_signature(image_source& images,
                                           registry& in,
                                           const digest& image,
                                           const cosign& by,
                                           const trusted_signer& signer,
                                           const std::string& scratch);

/// What is there, whether it is right or not.
struct seen_signatures {
  std::size_t by_key = 0, by_certificate = 0;   ///< how many signatures
  std::optional<told_provenance> provenance{};  ///< the first
};
result<seen_signatures> signatures_of(registry& in, const digest& image, const std::string& scratch);

}  // namespace cicd
