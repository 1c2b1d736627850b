// Whether a base fits what is laid on it: its user, and what programs and Python packages need of it. Knows
// where distributions keep loaders and interpreters; not how an image is built.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/image/base_image.hpp>
#include <cicd/image/image.hpp>
#include <cicd/image/wanted_files.hpp>

namespace cicd {

/// What an image has.
struct base_offer {
  std::set<std::string> loaders;  ///< names of files
  std::set<std::string> pythons;  ///< `3.11`
  int glibc = 0;                  ///< 2.36 as 36; 0: not known
};
base_offer offer_of(const wanted_files& files);
/// Whether a path of an image is read for the offer.
bool is_of_offer(std::string_view path);

/// Class `usage` with the reason: the base runs as another user than the image, which does not say its own;
/// the program of the entry point, or one that FILES names by itself, is of another architecture, needs a C
/// library that is not there, or a newer one; Python packages are of another version. Reads the base's layers
/// where something on it depends on them.
status check_base_fits(const image_recipe& recipe,
                       const base_image& base,
                       const std::string& architecture,
                       const layer_making& how);

}  // namespace cicd
