// Bases of registries: what a reference names there, and copies of images in layouts below the cache, which
// are fetched once and checked by digest each time. Knows registries; not what is built on a base.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/image/image.hpp>
#include <cicd/image/layer_store.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// What a registry has under a reference.
struct named_image {
  digest content;                           ///< of an index, or of the only image
  std::map<std::string, digest> platforms;  ///< of Linux: `linux/amd64` → the image
};

/// Asks the registry, with the logins, mirrors and retries of skopeo. Class `remote`, `usage` where it is no
/// image.
result<named_image> image_named(const skopeo& by, const std::string& reference);

/// Where a base is fetched from and kept.
struct base_source {
  const layer_store& store;
  const surroundings& around;
  const cancellation* cancelled = nullptr;
};

/// A base by its digest.
struct wanted_base {
  std::string repository;
  digest image;                        ///< of the image, or of an index
  std::string architecture;            ///< `amd64`
  std::optional<locked_tag> locked{};  ///< the tag and what it has to name, where it is fetched
  std::string variant{};               ///< `v7`, of arm

  std::string platform() const;  ///< as an index names it: `linux/arm/v7`
};

/// The folder of the layout that holds it: one that is there, or fetched now. Class `usage` with `cicd
/// update` where the tag names another image than the lock by now, `remote` where the registry does not give
/// it.
result<std::string> base_layout_of(const wanted_base& what, const base_source& from);
/// The same of what is there, whole and right; nothing is fetched.
std::optional<std::string> kept_base_layout(const wanted_base& what, const layer_store& store);

}  // namespace cicd
