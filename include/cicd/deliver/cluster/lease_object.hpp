// A Lease of coordination.k8s.io as it is written: who has it, for how long, since when. It does not know who
// takes it, nor how it is written.
#pragma once

#include <chrono>
#include <string>

#include <cicd/base/json.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

struct lease_place {
  std::string namespace_name, name;
};

/// With a holder: taken or renewed; without: given back. `before` is what is there, null where nothing is;
/// what others put on that is kept, and a write fails where it is no longer the newest. Its times are for
/// people alone.
json lease_of(const lease_place& place,
              const json& before,
              const std::string& holder,
              std::chrono::seconds lasts,
              const clock& time);

}  // namespace cicd
