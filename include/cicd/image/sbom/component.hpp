// One thing that an image carries, as a bill of materials lists it, and its package URL. Pure; it does not
// know which file said so.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/digest.hpp>

namespace cicd {

/// What a component is to those who read the list.
enum class component_kind : std::uint8_t { library, application, platform, operating_system };

struct sbom_component {
  component_kind kind = component_kind::library;
  std::string type;   ///< of its package URL: `deb`, `maven`, `npm`; empty: it has none
  std::string space;  ///< `debian`, `org.slf4j`, `@angular`
  std::string name, version;
  std::map<std::string, std::string> qualifiers{};  ///< `arch`, `distro`
  std::string license{};                            ///< as the package says it; empty: it does not
  digest content{};                                 ///< of its one file; none where it is several
  std::set<std::string> places{};                   ///< paths in the image
  /// Programs and libraries that it is linked with when it starts, by their `reference_of`.
  std::set<std::string> linked{};
};

/// `pkg:deb/debian/libc6@2.36-9?arch=amd64` by the rules of each type; empty where it has no type.
std::string package_url_of(const sbom_component& of);
/// What names it within one list: the package URL, else its first path.
std::string reference_of(const sbom_component& of);
/// One entry for each reference, with all its places, sorted.
std::vector<sbom_component> merged_components(std::vector<sbom_component> all);

}  // namespace cicd
