// `cicd reference`: docs/reference.md on standard output.
#pragma once

#include <CLI/CLI.hpp>

#include <cicd/declare/explain/explain.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_reference {
namespace {

void add(CLI::App& app, command_action& chosen) {
  CLI::App* reference =
      app.add_subcommand("reference", "the reference of all options, in Markdown")->group("");
  acts(reference, chosen, [](const surroundings&) {
    print_out(reference_markdown());
    return exit_class::done;
  });
}

const registered_command reference_command(add);

}  // namespace
}  // namespace driver_commands_reference

}  // namespace cicd
