// One deploy of an environment at a time, over all machines: a Lease with its holder's name, kept alive while
// it is held. A holder that died is taken over from, one that lives never is, and one that slept too long is
// told that it lost it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <cicd/deliver/records/cluster_state.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

class cluster_lease {
 public:
  struct options {
    std::chrono::seconds lasts{15};  ///< a holder that was not heard of for so long is dead
    std::function<void(const std::string& line)> say{};
    const clock& time = system_clock_port();
  };
  /// Class `conflict`, with the holder's name, when another holds it and lives; waits up to `lasts` to know.
  static result<std::unique_ptr<cluster_lease>> take(kubernetes::cluster& with,
                                                     const cluster_place& place,
                                                     const std::string& holder,
                                                     const options& how,
                                                     const cancellation* cancelled);
  virtual ~cluster_lease() = default;  ///< gives it back
  /// Class `conflict` once it was lost: nothing may be written any more.
  virtual status still_held() = 0;
};

}  // namespace cicd
