// The commands in the order in which their files come in the table, and the one that a word names.
#pragma once

#include <vector>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands/command.hpp>

namespace cicd {

namespace driver_commands_command {
namespace {

std::vector<add_command>& all() {
  static std::vector<add_command> commands;
  return commands;
}

}  // namespace
}  // namespace driver_commands_command

registered_command::registered_command(add_command add) {
  driver_commands_command::all().push_back(add);
}

std::string whole_name(const CLI::App& command) {
  return command.get_parent() == nullptr ? command.get_name()
                                         : whole_name(*command.get_parent()) + ' ' + command.get_name();
}

std::string typed(const CLI::App& command) {
  std::string words = whole_name(command);
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() == 0) continue;
    const bool is_flag = option->get_items_expected_max() == 0;
    if (is_flag) words += ' ' + option->get_name();
    for (const std::string& value : option->results())
      if (!is_flag)
        words += (option->get_positional() ? " " : ' ' + option->get_name() + ' ') + shell_quoted(value);
  }
  return words;
}

const CLI::App* subcommand_in(const CLI::App& app, const std::string& name) {
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; }))
    if (each->get_name() == name) return each;
  return nullptr;
}

void add_commands(CLI::App& app, command_action& chosen) {
  for (const add_command each : driver_commands_command::all()) each(app, chosen);
}

}  // namespace cicd
