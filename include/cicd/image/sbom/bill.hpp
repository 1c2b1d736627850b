// The bill of materials of an image: what is in its layers, by the files that say so. The same image has the
// same one for each user at each time: nothing but its bytes counts.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/image/image_source.hpp>
#include <cicd/image/sbom/component.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

struct bill_of_materials {
  digest image;         ///< of its manifest
  std::string title;    ///< by the label `org.opencontainers.image.title`; else `image`
  std::string version;  ///< by the label of that name; empty: none
  std::string architecture;
  std::string created;                     ///< as the config says it, UTC
  sbom_component system{};                 ///< the distribution; without a name: none is known
  std::vector<sbom_component> components;  ///< sorted by `reference_of`
};

/// Reads the layers of the image, those of the layout at `layout`, side by side. A file that cannot be
/// understood is none of a package manager. Class `usage` for a layer that is no archive, or is too large.
result<bill_of_materials> bill_of(const seen_image& image,
                                  const std::string& layout,
                                  const unpack_limit& limit,
                                  unsigned threads,
                                  const cancellation* cancelled);

}  // namespace cicd
