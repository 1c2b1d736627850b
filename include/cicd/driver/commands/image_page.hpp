// What `cicd image inspect` and `cicd image diff` show, as text and as JSON. It does not know where the
// images come from.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/image/image_files.hpp>
#include <cicd/image/image_source.hpp>
#include <cicd/image/sbom/bill.hpp>
#include <cicd/image/signature/signed_image.hpp>

namespace cicd {

/// An image and how it was named.
struct shown_image {
  std::string said, reference;
  seen_image seen;
  seen_signatures signatures{};  ///< what lies beside it, not verified
};
std::string text_of(const shown_image& image);
json json_of(const shown_image& image);

/// What lies between two images.
struct image_difference {
  shown_image before, after;
  struct config_change {
    std::string what, before, after;  ///< `env JAVA_OPTS`; empty: there was, or is, none
  };
  std::vector<config_change> config;
  std::vector<oci_descriptor> removed, added;  ///< layers
  std::size_t shared = 0;                      ///< layers that both have
  std::vector<path_change> files;
  struct package_change {
    std::string name, before, after;  ///< `deb libc6`, versions; empty: not there
  };
  std::vector<package_change> packages;

  bool is_none() const { return before.seen.manifest == after.seen.manifest; }
};
image_difference difference_of(shown_image before, shown_image after);
/// Packages that came, went, or have another version; sorted by name.
std::vector<image_difference::package_change> package_changes(const bill_of_materials& before,
                                                              const bill_of_materials& after);
std::string text_of(const image_difference& difference);
json json_of(const image_difference& difference);

}  // namespace cicd
