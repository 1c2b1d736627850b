// Tasks BEFORE deploy, such as migrations: a Job for each, once for what is deployed and the environment. The
// Job's name says what it is for, so that one whose run was killed is found and never run a second time. It
// knows no lock and does not write the state.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// A task that is due before a deploy.
struct due_task {
  deploy_task declared;
  std::string of;   ///< what it is run for: the artifact, or the images, with the command; 64 digits
  std::string job;  ///< the name of its Job
};

/// Those of a release that did not run for it yet, in the order of their declaration. `done` is what the
/// environment remembers; of a branch's copy what its own state does.
std::vector<due_task> tasks_due(const wanted_release& of, const std::vector<finished_task>& done);

struct task_run {
  std::string subject;  ///< whom errors are about
  std::function<void(const std::string& line)> say{};
};
/// Runs it to its end, or follows the Job of an earlier run that was killed; one that failed before is
/// removed and run again. The Job stays where it failed. Class `step_failed` where it ended badly, with how,
/// and its last lines.
result<finished_task> run_before(kubernetes::cluster& with,
                                 const wanted_release& of,
                                 const due_task& what,
                                 const task_run& how);
/// Once the state says that it ran: its Job, and those of earlier runs of the same task, go.
void forget_jobs(kubernetes::cluster& with, const wanted_release& of, const due_task& what);

}  // namespace cicd
