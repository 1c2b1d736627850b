// A Job that somebody waits for at a terminal: its output as ours, what happens to it beside, Ctrl-C ends it.
#pragma once

#include <string>

#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/kubernetes/jobs/job_run.hpp>

namespace cicd {

struct followed_options {
  std::string subject;  ///< `orders/prod`
  std::string what;     ///< `the run of close-stale-orders`
  bool remove = true;
  bool pass_status = false;
};
/// The Job's log goes to standard output as it is but for commands to a CI system, everything else to
/// standard error. `done`, `step_failed`, or the container's own status where that is passed on; interrupted
/// as the signal says.
exit_class follow_job(const permit& allowed,
                      kubernetes::cluster& with,
                      const json& job,
                      const followed_options& options,
                      const interrupts& stop);

/// A line to standard error.
void say_beside(const std::string& line);

}  // namespace cicd
