// Whether a workload as it is has all that it wants, out of its own status. Pure.
#pragma once

#include <string>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

struct workload_health {
  bool is_healthy = false;
  bool is_failing = false;  ///< it will not get there by itself: its deadline is past, or pods cannot be made
  std::string says{};       ///< `Deployment orders-api: 1/3 updated, 1 ready, 1 available`
};

/// Of a Deployment, StatefulSet or DaemonSet.
workload_health health_of_workload(const json& object);

}  // namespace cicd::kubernetes
