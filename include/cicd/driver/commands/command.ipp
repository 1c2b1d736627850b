// The commands in the order in which their files come in the table, and the one that a word names.
#pragma once

#include <vector>

#include <CLI/CLI.hpp>

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

const CLI::App* subcommand_in(const CLI::App& app, const std::string& name) {
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; }))
    if (each->get_name() == name) return each;
  return nullptr;
}

void add_commands(CLI::App& app, command_action& chosen) {
  for (const add_command each : driver_commands_command::all()) each(app, chosen);
}

}  // namespace cicd
