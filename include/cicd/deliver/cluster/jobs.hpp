// Jobs and cron jobs at the hand of a person: a task with the deployed image, a run of a cron job now, its
// suspension and its end. It does not know how what happens is shown.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/policy/action.hpp>
#include <cicd/kubernetes/jobs/cron_status.hpp>
#include <cicd/kubernetes/jobs/job_run.hpp>

namespace cicd {

struct task_request {
  std::string service;               ///< or a cron job; empty: the only service
  std::vector<std::string> command;  ///< in place of the image's entry point, as COMMAND is
};
/// Makes the task's Job of the deployment that is recorded there; `name` is what it is to be called.
using make_task = std::function<result<json>(const open_place& at,
                                             const deployment_record& record,
                                             const std::string& service,
                                             const std::string& name)>;
/// Runs the command once in the first cluster, and takes its Job away. Tells `step_warning` with what is run,
/// `job_started`, its output, `job_ended`. Class `usage` where nothing is deployed, or it is not clear with
/// which service's environment.
result<job_ended> run_task(const task_request& request, const action_ports& on, const make_task& make);

/// A cron job that is deployed in an open cluster.
struct cron_job_there {
  kubernetes::cluster& with;
  cluster_place place;
  std::string name;  ///< as declared
  json object;
  kubernetes::cron_status status;
  /// `orders/prod close-stale-orders`
  std::string subject() const { return place.text() + " " + name; }
};
/// Starts a run as it is deployed and waits for its end; its Job stays. Tells the same as a task does. Class
/// `conflict` where one is under way and CONCURRENCY allows no second.
result<job_ended> run_cron_job(const cron_job_there& of, const action_ports& on);

/// No further runs until it is resumed, also over deploys; tells `cron_suspended`. False, and nothing is
/// told, where it is suspended already. `otherwise_who` is who asks where the API server does not say.
result<bool> suspend_cron_job(const cron_job_there& of,
                              const std::string& reason,
                              const std::string& otherwise_who,
                              const action_ports& on);

struct cron_resumption {
  kubernetes::cron_runs missed;      ///< while it was suspended
  std::optional<error> not_forgone;  ///< why the cluster may start the last of them at once
};
/// Runs again from now on, and forgoes what was missed; tells `cron_resumed`. Nothing where it was not
/// suspended.
result<std::optional<cron_resumption>> resume_cron_job(const cron_job_there& of, const action_ports& on);

}  // namespace cicd
