// `cicd completion`: print the completion script of a shell.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/completion.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_completion {
namespace {

void add(CLI::App& app, command_action& chosen) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "print the completion script of a shell");
  completion->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  acts(completion, chosen, [shell](const surroundings&) {
    print_out(completion_script(*shell));
    return exit_class::done;
  });
}

const registered_command completion_command(add);

}  // namespace
}  // namespace driver_commands_completion

}  // namespace cicd
