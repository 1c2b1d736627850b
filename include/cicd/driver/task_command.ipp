// From what is recorded as deployed to a Job that is followed and taken away.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/driver/followed_job.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/task_command.hpp>
#include <cicd/release/cluster_state.hpp>

namespace cicd {

namespace driver_task_command {
namespace {

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

result<deployment_record> deployed_in(const opened_environment& at) {
  result<cluster_state> state = read_cluster_state(*at.with, at.wave.place);
  if (!state) return std::move(state).error();
  if (state->record) return *std::move(state->record);
  return error{
      exit_class::usage,
      at.wave.place.text(),
      "nothing is deployed there, so there is no image to run",
      {},
      {{"try", fmt::format("cicd run {}.deploy-{}", at.wave.place.pipeline, at.wave.place.environment)}}};
}

result<json> job_for(const opened_environment& at,
                     const deployment_record& record,
                     const std::string& service,
                     const task_request& request) {
  delivery::draft draft = delivery::draft_of(record, *at.found.place);
  draft.facts.server_minor = at.with->minor_version();
  if (status read = delivery::read_declared_files(*at.found.pipeline, *at.found.place, draft.facts); !read)
    return std::move(read).error();
  const std::string name =
      kubernetes::job_name(fmt::format("{}-{}-task", at.wave.place.pipeline, service), at.found.run_id);
  result<json> job = kubernetes::job_of(*at.found.pipeline, draft.facts, service, request.command, name);
  if (!job) return job;
  json metadata = (*job)["metadata"];
  metadata.set("namespace", at.wave.place.namespace_name);
  job->set("metadata", std::move(metadata));
  return job;
}

}  // namespace
}  // namespace driver_task_command

exit_class run_task(const task_request& request, surroundings around) {
  using namespace driver_task_command;
  const interrupts stop;
  result<opened_environment> at =
      open_environment(request.tree, request.pipeline, request.environment, request.context,
                       std::move(around), &stop.asked(), change::task);
  if (!at && at.error().kind == exit_class::interrupted) return stop.kind();
  if (!at) return refused(at.error());
  const result<std::string> service = service_of(*at->found.pipeline, request.service);
  if (!service) return refused(service.error());
  const result<deployment_record> record = deployed_in(*at);
  if (!record) return refused(record.error());
  const result<json> job = job_for(*at, *record, *service, request);
  if (!job) return refused(job.error());
  const result<permit> allowed = may_change(*at, change::task);
  if (!allowed) return refused(allowed.error());
  say_beside(fmt::format("{}: version {} of {}: {}", at->wave.place.text(), record->version, *service,
                         shell_quoted(request.command)));
  return follow_job(*allowed, *at->with, *job,
                    {.subject = at->wave.place.text(),
                     .what = fmt::format("task '{}'", shell_quoted(request.command)),
                     .remove = true,
                     .pass_status = request.pass_status},
                    stop);
}

}  // namespace cicd
