// What one look at the targets of a fleet saw, as a file: so that a decision can be made again, elsewhere and
// without asking a server. The format is the contract "fleet observation"
// (docs/contracts/fleet-observation.md). It does not know who looked nor what is decided.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/deliver/policy/fleet_actions.hpp>

namespace cicd {

/// The version of the format.
inline constexpr int observation_schema = 1;

struct fleet_observation {
  std::chrono::system_clock::time_point at{};  ///< to the millisecond: for when it is decided
  std::vector<fleet_target> targets{};
};

/// Members that hold their default are left out.
json json_of(const fleet_observation& seen);

/// Read strictly: a member that is not known, or is there twice, another type, a word that is not allowed.
/// The error (class `usage`; of a newer schema `corrupt`) says the line, the member, what is allowed and the
/// nearest name.
result<fleet_observation> observation_from(std::string_view text, const std::string& file);

}  // namespace cicd
