// `cicd with`: a command beside backing services of a pipeline, such as a test, or a shell of a person.
#pragma once

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/with_services.hpp>
#include <cicd/report/console.hpp>

namespace cicd {

namespace driver_commands_with {
namespace {

struct words {
  session_request tree;
  std::string pipeline;
  std::vector<std::string> needs, env, command;
  bool check = false;
};

void print(output_stream to, std::string_view line) {
  write_all(to == output_stream::out ? STDOUT_FILENO : STDERR_FILENO, std::string(line) + "\n");
}

exit_class act(const words& said, surroundings around) {
  const result<found_environment> found = find_environment(said.tree, said.pipeline, {}, std::move(around));
  if (!found) return refused(found.error());
  const with_request request{.pipeline = found->pipeline,
                             .needs = said.needs,
                             .words = said.command,
                             .env = said.env,
                             .folder = present_folder(),
                             .may_have_secrets =
                                 [&] {
                                   return found->deliveries->gate().may_have_secrets(
                                       *found->pipeline, found->pipeline->declared.name.str() + "/with");
                                 },
                             .print = print};
  if (said.check) {
    const status right = check_with_services(*found->of, request);
    return right ? exit_class::done : refused(right.error());
  }
  const outcome end = run_with_services(*found->of, request);
  if (end.good()) return exit_class::done;
  if (end.failure) return refused(*end.failure);
  if (end.how == step_outcome::interrupted) return exit_class::interrupted;
  if (end.end.kind == ending::how::not_started)
    return refused({exit_class::usage, {}, "the command cannot be started: " + end.end.text, {}, {}});
  return static_cast<exit_class>(end.end.shell_status());
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* with =
      app.add_subcommand("with", "run a command beside backing services, which are gone after it");
  with->add_option("pipeline", said->pipeline, "which pipeline")->required();
  with->add_option(
          "command", said->command,
          "after --; {postgres.url}, {postgres.host}, {postgres.port} and {postgres.dir} are replaced")
      ->required();
  with->add_option("--needs", said->needs, "a backing service of it that is started; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->required();
  with->add_option("--env", said->env,
                   "a variable of the command, such as URL={postgres.url}; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  with->add_flag("--check", said->check, "only say what is wrong with the words, and start nothing");
  with_tree(with, said->tree);
  acts(with, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command with_command(add);

}  // namespace
}  // namespace driver_commands_with

}  // namespace cicd
