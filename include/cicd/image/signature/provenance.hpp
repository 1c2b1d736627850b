// Where an image comes from, as SLSA provenance in an in-toto statement. Pure: the same facts, the same
// bytes; no time, no run and no machine is among them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/image/signature/cosign.hpp>

namespace cicd {

inline constexpr std::string_view provenance_type = "https://slsa.dev/provenance/v1";
/// What `externalParameters` of ours mean: docs/images.md.
inline constexpr std::string_view provenance_build_type = "https://cicd.dev/pipeline/v1";

/// What an image was made of, as the build tree knows it.
struct build_materials {
  std::vector<std::pair<std::string, std::string>> steps{};  ///< `orders/build` → its key, in their order
  std::vector<std::pair<std::string, std::string>>
      bases{};    ///< as the sources name it → `<repository>@sha256:<digest>`
  digest inputs;  ///< over the declaration and the files of these steps
};

struct provenance_facts {
  std::string pipeline, image;
  std::string source;   ///< the repository, without a login; empty: it has none
  std::string commit;   ///< 40 digits; empty: of changes that are not committed
  std::string builder;  ///< the CI system, `GitHub Actions`; empty: none
  build_materials made_of;
};

/// `repository` is where the image is.
in_toto_statement statement_of(const provenance_facts& facts,
                               const std::string& repository,
                               const digest& image);

/// What a person is told of it.
struct told_provenance {
  std::string build_type, builder;
  std::string pipeline, image;  ///< of a statement of ours
  std::string source, commit;
};
/// Of a DSSE envelope as cosign keeps it. Class `corrupt` where it is none, or no provenance.
result<told_provenance> provenance_in(std::string_view envelope);

}  // namespace cicd
