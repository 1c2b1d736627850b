// The words of `cicd cron` and `cicd task`.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands.hpp>
#include <cicd/driver/cron_commands.hpp>
#include <cicd/driver/task_command.hpp>

namespace cicd {

namespace driver_job_commands {
namespace {

struct words {
  cron_request cron;
  task_request task;
  std::vector<std::string> names;  ///< `[<pipeline>] [<environment>] [<cron job>]`
};
using said_words = std::shared_ptr<words>;
using cron_action = exit_class (*)(const cron_request&, surroundings);

template <typename Request>
void add_tree(CLI::App* command, Request& to) {
  command->add_option("--context", to.context, "which cluster, where the environment has several")
      ->type_name("NAME");
  command
      ->add_option("--build-root", to.tree.build_root, "the build tree; default: the one this folder is in")
      ->type_name("FOLDER");
  command->add_option("--config", to.tree.config, "the configuration of a multi-configuration generator")
      ->type_name("NAME");
}

template <typename Request>
void add_status(CLI::App* command, Request& to) {
  command->add_flag("--pass-status", to.pass_status, "end with the container's exit status instead of 1");
}

/// Of one that takes a cron job's name, that is the last word.
cron_request request_of(const words& said, bool has_name) {
  cron_request made = said.cron;
  std::vector<std::string> names = said.names;
  if (has_name) {
    made.name = names.back();
    names.pop_back();
  }
  if (names.size() == 2) made.pipeline = names.front();
  if (has_name || names.size() == 2)
    made.environment = names.back();
  else if (!names.empty())
    made.pipeline = names.front();
  return made;
}

CLI::App* add_cron(CLI::App* to,
                   const said_words& said,
                   command_action& chosen,
                   const char* name,
                   const char* what,
                   cron_action action,
                   bool has_name = true) {
  CLI::App* command = to->add_subcommand(name, what);
  CLI::Option* names = command->add_option(
      "names", said->names,
      has_name ? "[<pipeline>] <environment> <cron job>" : "[<pipeline> [<environment>]]");
  has_name ? names->required()->expected(2, 3) : names->expected(0, 2);
  add_tree(command, said->cron);
  command->callback([said, &chosen, action, has_name] {
    chosen = [said, action, has_name](surroundings around) {
      return action(request_of(*said, has_name), std::move(around));
    };
  });
  return command;
}

void add_crons(CLI::App& app, const said_words& said, command_action& chosen) {
  CLI::App* cron = app.add_subcommand("cron", "cron jobs: their runs, one run now, suspend, resume");
  cron->require_subcommand(1);
  CLI::App* list =
      add_cron(cron, said, chosen, "list", "last and next runs, failures with their cause, missed runs",
               list_cron_jobs, false);
  list->add_flag("--json", said->cron.as_json, "print JSON instead of text");
  list->add_flag("--check", said->cron.check,
                 "end with 1 where a last run failed or did not come, for a schedule in CI that notifies");
  add_status(add_cron(cron, said, chosen, "run-now", "start a run as it is deployed and follow it to its end",
                      run_cron_job_now),
             said->cron);
  add_cron(cron, said, chosen, "suspend", "no further runs until it is resumed, also over deploys",
           suspend_cron_job)
      ->add_option("--reason", said->cron.reason, "for whoever wonders why nothing runs")
      ->type_name("TEXT")
      ->required();
  add_cron(cron, said, chosen, "resume", "runs again from now on; says what was missed", resume_cron_job);
}

void add_task(CLI::App& app, const said_words& said, command_action& chosen) {
  CLI::App* task =
      app.add_subcommand("task", "run a command once with the deployed image and a service's environment");
  task->add_option("pipeline", said->task.pipeline)->required();
  task->add_option("environment", said->task.environment)->required();
  task->add_option("command", said->task.command, "after --; in place of the image's entry point")
      ->required();
  task->add_option("--service", said->task.service, "or a cron job; default: the only service")
      ->type_name("NAME");
  add_tree(task, said->task);
  add_status(task, said->task);
  task->callback([said, &chosen] {
    chosen = [said](surroundings around) { return run_task(said->task, std::move(around)); };
  });
}

}  // namespace
}  // namespace driver_job_commands

void add_job_commands(CLI::App& app, command_action& chosen) {
  using namespace driver_job_commands;
  const auto said = std::make_shared<words>();
  add_crons(app, said, chosen);
  add_task(app, said, chosen);
}

}  // namespace cicd
