// `cicd notify`: lists who is notified, and tries each by a message.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_notify {
namespace {

struct words {
  session_request tree;
  bool tests = false, as_json = false;
};

void print_list(const notifiers& all, bool as_json) {
  json rows(json::array{});
  std::string text;
  for (const auto& [name, pipelines] : all.listed()) {
    rows.push(json().set("to", name).set("pipelines", json_texts(pipelines)));
    text += fmt::format("{}\n    {}\n", name, joined(pipelines, ", "));
  }
  if (as_json) return print_json(json().set("schema", 1).set("notifiers", std::move(rows)));
  print_out(text.empty() ? "no notifier is declared: pipeline_notify() declares one\n" : text);
}

exit_class act(const words& said, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(said.tree, std::move(around), failure);
  if (!of) return failure;
  delivery deliveries(of->where, of->around, system_clock_port(), {});
  own_notifiers all(*of, deliveries.gate());
  print_list(all.told, said.as_json);
  if (!said.tests) return exit_class::done;
  const errors unsaid = all.told.test();
  print_errors(unsaid);
  if (!unsaid.empty()) return unsaid.front().kind;
  if (!said.as_json && !all.told.listed().empty()) print_out("a test was sent to each\n");
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command =
      with_tree(app.add_subcommand("notify", "list who is notified of deploys, and try it"), said->tree);
  command->add_flag("--test", said->tests, "send each a message that says that it is a test");
  with_json(command, said->as_json);
  acts(command, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command notify_command(add);

}  // namespace
}  // namespace driver_commands_notify

}  // namespace cicd
