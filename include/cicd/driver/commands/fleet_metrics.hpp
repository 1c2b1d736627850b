// What a loop over the fleet has done and found, as metrics in Prometheus' text form (version 0.0.4). It does
// not know who asks.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <cicd/deliver/policy/fleet_actions.hpp>

namespace cicd {

/// Since the process was started, but for `last`.
struct fleet_counts {
  std::vector<fleet_action> last{};              ///< of the last pass that came to its end
  std::map<std::string, std::uint64_t> passes;   ///< by outcome, the word of an exit class
  std::map<std::string, std::uint64_t> deploys;  ///< by outcome, `deployed`
  std::chrono::milliseconds last_duration{};     ///< of the last pass
  std::chrono::system_clock::time_point last_end{}, last_success{};  ///< the epoch: there was none
  unsigned failures = 0;  ///< passes that failed since the last that did not
  bool acts = false;      ///< it holds the lease, or there is none
};

std::string metrics_text(const fleet_counts& of);

}  // namespace cicd
