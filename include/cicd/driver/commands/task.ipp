// `cicd task`: a command in a pod of its own, with the image that is deployed and the service's environment:
// from what is recorded as deployed to a Job that is followed and taken away.
#pragma once

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/deliver/cluster/jobs.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/followed_job.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_task {
namespace {

struct words {
  session_request tree;
  std::string pipeline, environment;
  std::string service;               ///< or a cron job; empty: the only service
  std::string context;               ///< which of several clusters; empty: the first
  std::vector<std::string> command;  ///< in place of the image's entry point, as COMMAND is
  bool pass_status = false;
};

make_task job_maker(const found_environment& found, const std::vector<std::string>& command) {
  return [&](const open_place& at, const deployment_record& record, const std::string& service,
             const std::string& name) -> result<json> {
    release_draft draft = draft_of(record, *found.place);
    draft.facts.server_minor = at.with->minor_version();
    if (status read = read_declared_files(*found.pipeline, *found.place, draft.facts); !read)
      return std::move(read).error();
    result<json> job = kubernetes::job_of(*found.pipeline, draft.facts, service, command, name);
    if (!job) return job;
    json metadata = (*job)["metadata"];
    metadata.set("namespace", at.place.namespace_name);
    job->set("metadata", std::move(metadata));
    return job;
  };
}

exit_class run_one(const words& said, surroundings around) {
  const interrupts stop;
  result<found_environment> found =
      find_environment(said.tree, said.pipeline, said.environment, std::move(around));
  if (!found) return refused(found.error());
  if (status kept = keep_cluster(*found, said.context); !kept) return refused(kept.error());
  return follow_job(ports_of(*found, &stop.asked()), found->of->where,
                    {fmt::format("task {}/{}", said.pipeline, said.environment), said.pass_status}, stop,
                    [&](const action_ports& on) {
                      return run_task({said.service, said.command}, on, job_maker(*found, said.command));
                    });
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* task =
      app.add_subcommand("task", "run a command once with the deployed image and a service's environment");
  task->add_option("pipeline", said->pipeline, "which pipeline")->required();
  task->add_option("environment", said->environment, "which environment of it")->required();
  task->add_option("command", said->command, "after --; in place of the image's entry point")->required();
  task->add_option("--service", said->service, "or a cron job; default: the only service")->type_name("NAME");
  add_context(task, said->context);
  with_tree(task, said->tree);
  add_pass_status(task, said->pass_status);
  acts(task, chosen, [said](surroundings around) { return run_one(*said, std::move(around)); });
}

const registered_command task_command(add);

}  // namespace
}  // namespace driver_commands_task

}  // namespace cicd
