// `cicd reconcile --watch`: pass after pass in one plain process, with a lease, probes and metrics. It keeps
// nothing that a pass needs: what is decided is what the records say. It does not know what a pass does.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <cicd/driver/commands/fleet_metrics.hpp>
#include <cicd/driver/commands/loop_lease.hpp>
#include <cicd/driver/commands/reconcile_pass.hpp>

namespace cicd {

struct watch_request {
  pass_request pass;
  std::chrono::milliseconds every{60000};
  std::string lease;    ///< a file or a Lease (loop_lease.hpp); empty: there is none
  std::string address;  ///< of probes and metrics; empty: there are none
};

/// How long a loop sleeps after a pass: until the first waiting ends, at most `every` by a share of it that
/// `dice` (0 to 1) says; after failures for longer, up to 15 minutes. At least a second.
std::chrono::milliseconds sleep_after(const fleet_counts& passes,
                                      std::chrono::milliseconds every,
                                      std::chrono::system_clock::time_point now,
                                      double dice);

/// What `/health` says: 503 where a loop that sleeps should have woken a minute ago, else 200.
struct loop_health {
  bool is_in_pass = false;
  std::chrono::system_clock::time_point got_on{};  ///< the pass, for the last time
  std::chrono::system_clock::time_point wakes{};
};
std::string health_text(const fleet_counts& of, const loop_health& at, const lease_view& lease, bool is_well);
bool is_well(const loop_health& at, std::chrono::system_clock::time_point now);

/// Until a signal: done where it slept, else how the pass ended that it interrupted.
exit_class watch_over(const watch_request& of, const surroundings& around);

}  // namespace cicd
