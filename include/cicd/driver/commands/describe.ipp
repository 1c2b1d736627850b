// `cicd describe`, called by CMake: checks the declarations and writes `<build>/.cicd/targets.cmake`.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/declare/targets.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_describe {
namespace {

exit_class act(const session_request& tree, surroundings around) {
  exit_class failure = exit_class::done;
  const std::optional<session> opened = made_or_said(open_session(tree, std::move(around)), failure);
  if (!opened) return failure;
  const std::string path = opened->where.own() + "/targets.cmake";
  const std::string text = cmake_text(opened->targets);
  if (read_file_if_there(path).value_or(std::nullopt) == text) return exit_class::done;
  if (status written = write_file(path, text, durability::fast); !written)
    return refused(std::move(written).error());
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto tree = std::make_shared<session_request>();
  CLI::App* describe = with_tree(
      app.add_subcommand("describe", "check the declarations and write targets.cmake (called by CMake)"),
      *tree);
  acts(describe, chosen, [tree](surroundings around) { return act(*tree, std::move(around)); });
}

const registered_command describe_command(add);

}  // namespace
}  // namespace driver_commands_describe

}  // namespace cicd
