// A number and what it counts: `1 manifest`, `2 manifests`.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace cicd {

/// `noun` is singular, and its plural ends in `s`.
inline std::string counted(std::integral auto number, std::string_view noun) {
  return std::to_string(number) + ' ' + std::string(noun) + (number == 1 ? "" : "s");
}

}  // namespace cicd
