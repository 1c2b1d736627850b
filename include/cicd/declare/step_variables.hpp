// The variables of a step's process that no declaration may take: what cicd sets itself, and what programs
// need of the machine. It does not know their values.
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace cicd {

/// Set by cicd for each step; by them the processes of a step are found.
inline constexpr std::string_view own_variables[] = {"CICD_FOLDER", "CICD_STEP"};
/// Passed to each step from outside, since hardly a program works without them.
inline constexpr std::string_view machine_variables[] = {"PATH", "HOME",   "USER",   "LOGNAME",
                                                         "LANG", "LC_ALL", "TMPDIR", "TZ"};

constexpr bool is_own_variable(std::string_view name) {
  return std::ranges::find(own_variables, name) != std::end(own_variables);
}
constexpr bool is_machine_variable(std::string_view name) {
  return std::ranges::find(machine_variables, name) != std::end(machine_variables);
}
/// Whether the value of a secret in it would change how the step's programs are found, loaded or controlled.
constexpr bool steers_programs(std::string_view name) {
  return is_machine_variable(name) || name.starts_with("CICD_") || name.starts_with("LD_")
         || name == "GIT_CEILING_DIRECTORIES";
}

}  // namespace cicd
