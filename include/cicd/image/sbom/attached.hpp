// The bill of materials of an image beside it in its registry: written once.
#pragma once

#include <string>

#include <cicd/image/registry.hpp>
#include <cicd/image/unpack_limit.hpp>

namespace cicd {

/// How layers are read for it.
struct bill_reading {
  unpack_limit limit{};
  unsigned threads = 2;
  const cancellation* cancelled = nullptr;
};

/// Puts the bill of the image, or of each image of the index, in the layout folder `layout` under its tag;
/// what is there already stays, and nothing is read for it then. `scratch` is a folder of ours that is made
/// and removed.
status attach_bill(registry& to,
                   const std::string& layout,
                   const digest& image,
                   const std::string& scratch,
                   const bill_reading& how);

}  // namespace cicd
