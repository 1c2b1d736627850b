// A Job that a person waits for at a terminal: its output as ours, what happens to it beside, Ctrl-C ends it.
// It does not know what the Job is for.
#pragma once

#include <functional>
#include <string>

#include <cicd/driver/commands/act_on.hpp>

namespace cicd {

/// Prints what is told of a Job: its log to standard output as it is but for commands to a CI system,
/// everything else to standard error.
void print_job_event(const event& happened);

struct followed_action {
  std::string words;         ///< for the record: `task orders/prod`
  bool pass_status = false;  ///< the container's own status is ours
};
/// Does it, printed and recorded. `done`, `step_failed`, or the container's status where that is passed on;
/// interrupted as the signal says.
exit_class follow_job(action_ports on,
                      const workspace& where,
                      const followed_action& about,
                      const interrupts& stop,
                      const std::function<result<job_ended>(const action_ports& on)>& act);

/// A line to standard error.
void say_beside(const std::string& line);

}  // namespace cicd
