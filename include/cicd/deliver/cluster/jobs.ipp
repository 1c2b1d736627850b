// What a person does to Jobs and cron jobs: each function asks the gate, then does it, then tells it.
#pragma once

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/deliver/cluster/jobs.hpp>

namespace cicd {

namespace deliver_cluster_jobs {
namespace {

using kubernetes::cron_status;
using kubernetes::object_key;
using time_point = std::chrono::system_clock::time_point;

/// Of several services one must be named: a task with another one's environment does harm quietly.
result<std::string> service_of(const declared_pipeline& pipeline, const std::string& named) {
  if (!named.empty()) return named;
  std::vector<std::string> names;
  for (const service& each : pipeline.declared.services)
    if (std::ranges::find(names, each.name.str()) == names.end()) names.push_back(each.name.str());
  if (names.size() == 1) return names.front();
  const std::string subject = pipeline.declared.name.str();
  if (names.empty())
    return error{exit_class::usage,
                 subject,
                 "it has no service whose environment a task could have",
                 {},
                 {{"try", "--service with the name of a cron job"}}};
  return error{exit_class::usage,
               subject,
               "whose image and environment is not said",
               {},
               {{"allowed", "--service " + joined(names, ", --service ")}}};
}

result<deployment_record> deployed_in(const open_place& at) {
  result<cluster_state> state = read_cluster_state(*at.with, at.place);
  if (!state) return std::move(state).error();
  if (state->record) return *std::move(state->record);
  return error{exit_class::usage,
               at.place.text(),
               "nothing is deployed there, so there is no image to run",
               {},
               {{"try", fmt::format("cicd run {}.deploy-{}", at.place.pipeline, at.place.environment)}}};
}

/// Runs it to its end.
result<job_ended> follow(const permit&,
                         kubernetes::cluster& with,
                         const json& job,
                         const std::string& what,
                         bool remove,
                         const action_ports& on) {
  const changed_place at = on.at(with);
  const std::string name = job["metadata"]["name"].text();
  on.tell(job_started{at, name, what});
  kubernetes::job_options how;
  how.remove = remove;
  how.output = [&](std::string_view line) {
    on.tell(step_output{on.subject(), output_stream::out, std::string(line)});
  };
  how.say = [&](const std::string& line) { on.tell(step_message{on.subject(), line}); };
  const result<kubernetes::job_end> end = kubernetes::run_job(with, job, how);
  if (!end) return end.error();
  job_ended ended{at, name, what, end->good, end->status, end->meaning, {}};
  if (end->why) ended.why = std::string(trimmed(text_of(*end->why)));
  on.tell(ended);
  return ended;
}

object_key key_of(const cron_job_there& of) {
  return {"CronJob", of.place.namespace_name, of.status.object};
}

error runs_already(const cron_job_there& of) {
  const kubernetes::cron_run& run = of.status.running.front();
  const std::string since = run.started ? ", since " + utc_text(*run.started) : "";
  return {exit_class::conflict,
          of.subject(),
          "a run of it is under way and CONCURRENCY forbid allows no second one" + since,
          run.job,
          {{"try", fmt::format("kubectl -n {} logs --follow job/{}", of.place.namespace_name, run.job)}}};
}

/// The cluster does not count what was started by hand when it holds back a planned run.
void warn_of_planned_run(const cron_job_there& of, const action_ports& on) {
  const cron_status& now = of.status;
  if (now.suspended)
    on.tell(step_warning{on.subject(), of.subject() + " is suspended; this run is not held back by that"});
  if (now.concurrency == "Forbid" && now.next)
    on.tell(step_warning{
        on.subject(),
        fmt::format("the planned run of {} starts all the same if this one is still running then",
                    utc_text(*now.next))});
}

/// Applied by a manager of its own, so that no deploy takes it away or sees a conflict.
status apply_suspension(const permit&, const cron_job_there& of, bool suspended, json annotations) {
  json metadata, object;
  metadata.set("name", of.status.object).set("namespace", of.place.namespace_name);
  if (suspended) metadata.set("annotations", std::move(annotations));
  object.set("apiVersion", "batch/v1").set("kind", "CronJob").set("metadata", std::move(metadata));
  object.set("spec", json().set("suspend", suspended));
  const kubernetes::api_answer applied =
      of.with.apply({object}, {.force = true, .manager = std::string(kubernetes::suspend_manager)}).front();
  if (applied) return {};
  const char* word = suspended ? "suspend " : "resume ";
  return error_of(*applied.failure, of.subject(), key_of(of), word + key_of(of).text());
}

/// Kubernetes would start the last missed run at once, long after its time; it does not when it was told that
/// it is done.
std::optional<error> forgo_missed(const permit&, const cron_job_there& of, time_point now) {
  json body;
  body.set("status", json().set("lastScheduleTime", utc_text(std::chrono::floor<std::chrono::seconds>(now))));
  const kubernetes::api_answer done = of.with.patch(key_of(of), "merge", body, "status");
  if (done) return std::nullopt;
  return error_of(*done.failure, of.subject(), key_of(of), "write the status of " + key_of(of).text());
}

kubernetes::cron_runs missed_while_suspended(const cron_status& was, time_point now) {
  kubernetes::cron_runs missed = was.missed;
  if (!was.suspended->since) return missed;
  const std::size_t before = missed.last.size();
  std::erase_if(missed.last, [&](auto at) { return at <= *was.suspended->since || at > now; });
  // Where more are missed than are listed, all that are listed lie within.
  missed.count -= before - missed.last.size();
  return missed;
}

}  // namespace
}  // namespace deliver_cluster_jobs

result<job_ended> run_task(const task_request& request, const action_ports& on, const make_task& make) {
  using namespace deliver_cluster_jobs;
  if (status may = on.may_begin(change::task); !may) return std::move(may).error();
  const result<open_place> at = on.open(0);
  if (!at) return at.error();
  const result<std::string> service = service_of(*on.pipeline, request.service);
  if (!service) return service.error();
  const result<deployment_record> record = deployed_in(*at);
  if (!record) return record.error();
  const std::string name =
      kubernetes::job_name(fmt::format("{}-{}-task", at->place.pipeline, *service), on.id);
  const result<json> job = make(*at, *record, *service, name);
  if (!job) return job.error();
  const result<permit> allowed = on.may(change::task, {});
  if (!allowed) return allowed.error();
  const std::string command = shell_quoted(request.command);
  on.tell(step_warning{on.subject(), fmt::format("{}: version {} of {}: {}", at->place.text(),
                                                 record->version, *service, command)});
  return follow(*allowed, *at->with, *job, fmt::format("task '{}'", command), true, on);
}

result<job_ended> run_cron_job(const cron_job_there& of, const action_ports& on) {
  using namespace deliver_cluster_jobs;
  const result<permit> allowed = on.may(change::cron_run, {});
  if (!allowed) return allowed.error();
  if (of.status.concurrency == "Forbid" && !of.status.running.empty()) return runs_already(of);
  warn_of_planned_run(of, on);
  const std::string name = kubernetes::job_name(of.status.object + "-manual", on.id);
  return follow(*allowed, of.with, kubernetes::job_by_hand(of.object, name),
                fmt::format("the run of {}", of.name), false, on);
}

result<bool> suspend_cron_job(const cron_job_there& of,
                              const std::string& reason,
                              const std::string& otherwise_who,
                              const action_ports& on) {
  using namespace deliver_cluster_jobs;
  const result<permit> allowed = on.may(change::cron_pause, {});
  if (!allowed) return allowed.error();
  if (of.status.suspended) return false;
  const std::string who = identity_in(of.with).value_or(otherwise_who);
  json notes;
  notes.set(std::string(kubernetes::suspended_by), who);
  notes.set(std::string(kubernetes::suspended_at), utc_text(on.time->now()));
  notes.set(std::string(kubernetes::suspended_because), reason);
  if (status done = apply_suspension(*allowed, of, true, std::move(notes)); !done)
    return std::move(done).error();
  on.tell(cron_suspended{on.at(of.with), of.name, who, reason});
  return true;
}

result<std::optional<cron_resumption>> resume_cron_job(const cron_job_there& of, const action_ports& on) {
  using namespace deliver_cluster_jobs;
  const result<permit> allowed = on.may(change::cron_pause, {});
  if (!allowed) return allowed.error();
  if (!of.status.suspended) return std::optional<cron_resumption>();
  const time_point now = on.time->now();
  cron_resumption done{missed_while_suspended(of.status, now), forgo_missed(*allowed, of, now)};
  if (status applied = apply_suspension(*allowed, of, false, {}); !applied) return std::move(applied).error();
  on.tell(cron_resumed{on.at(of.with), of.name, on.who(), done.missed.count});
  return std::optional(std::move(done));
}

}  // namespace cicd
