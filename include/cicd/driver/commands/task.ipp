// `cicd task`: a command in a pod of its own, with the image that is deployed and the service's environment:
// from what is recorded as deployed to a Job that is followed and taken away.
#pragma once

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/deliver/records/cluster_state.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/followed_job.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_task {
namespace {

struct task_request {
  session_request tree;
  std::string pipeline, environment;
  std::string service;               ///< or a cron job; empty: the only service
  std::string context;               ///< which of several clusters; empty: the first
  std::vector<std::string> command;  ///< in place of the image's entry point, as COMMAND is
  bool pass_status = false;
};

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
  release_draft draft = draft_of(record, *at.found.place);
  draft.facts.server_minor = at.with->minor_version();
  if (status read = read_declared_files(*at.found.pipeline, *at.found.place, draft.facts); !read)
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

exit_class run_task(const task_request& request, surroundings around) {
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

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<task_request>();
  CLI::App* task =
      app.add_subcommand("task", "run a command once with the deployed image and a service's environment");
  task->add_option("pipeline", said->pipeline)->required();
  task->add_option("environment", said->environment)->required();
  task->add_option("command", said->command, "after --; in place of the image's entry point")->required();
  task->add_option("--service", said->service, "or a cron job; default: the only service")->type_name("NAME");
  add_context(task, said->context);
  with_tree(task, said->tree);
  add_pass_status(task, said->pass_status);
  acts(task, chosen, [said](surroundings around) { return run_task(*said, std::move(around)); });
}

const registered_command task_command(add);

}  // namespace
}  // namespace driver_task

}  // namespace cicd
