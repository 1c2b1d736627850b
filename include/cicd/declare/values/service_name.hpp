// Whether a new service can have a name: what CMake, DNS, Java, Cargo or Go would refuse only later. It does
// not know in which language the service is written, which may change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cicd {

/// Who would refuse it, and why.
struct name_objection {
  std::string by;  ///< `CMake`
  std::string why;
};

struct refused_name {
  std::vector<name_objection> objections;
  std::string meant;  ///< a good name that is near
};

/// The longest name: names of objects in a cluster begin with it and go on.
inline constexpr std::size_t longest_service_name = 40;

/// Nothing where the name is good everywhere.
std::optional<refused_name> why_no_service_name(std::string_view name);

}  // namespace cicd
