// How a canary's pods do beside production's: pods, ready endpoints, restarts, failed probes. What Kubernetes
// counts, and no more: it knows no requests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/branch/remove.hpp>

namespace cicd {

struct pod_group {
  std::int64_t pods = 0;
  std::int64_t ready = 0;  ///< endpoints of the Service that take requests
  std::int64_t restarts = 0;
  std::optional<std::int64_t> failed_probes{};  ///< events that say so; nothing where they may not be read
  std::vector<std::string> last_failures{};     ///< how containers died last, a sentence each
};

struct canary_health {
  pod_group canary, production;
  /// By ready endpoints.
  canary_share share() const;
};

/// Asks for pods, EndpointSlices and, where they may be read, events.
result<canary_health> health_of_canary(kubernetes::cluster& with, const known_place& of);

}  // namespace cicd
