// See command.hpp.
#pragma once

#include <vector>

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

void add_commands(CLI::App& app, command_action& chosen) {
  for (const add_command each : driver_commands_command::all()) each(app, chosen);
}

}  // namespace cicd
