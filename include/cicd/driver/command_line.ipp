// Words of a command line to the command that they mean, and its exit status.
#pragma once

#include <stdexcept>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/command_line.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/process.hpp>

#ifndef CICD_VERSION
#error "CICD_VERSION is defined by CMake, from the file VERSION"
#endif

namespace cicd {

namespace driver_command_line {

/// The first of the given words that is no option of `command` although it looks like one.
std::optional<error> unknown_option(const CLI::App& command, const std::vector<std::string>& words) {
  std::vector<std::string> options;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || name == "--" || std::ranges::find(options, name) != options.end())
      continue;
    return error{exit_class::usage, {}, "there is no such option of " + command.get_name(), name, {}}
        .with("did you mean", nearest(name, options).value_or(""))
        .with("try", "cicd " + command.get_name() + " --help");
  }
  return std::nullopt;
}

/// CLI11's own words for a mistake, in our form, with the nearest command or option.
int usage_failure(const CLI::App& app, const CLI::ParseError& mistake, int count, char** given) {
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands({}))
    if (!command->get_group().empty()) commands.push_back(command->get_name());
  std::string said = mistake.what();
  while (said.ends_with('\n') || said.ends_with('.')) said.pop_back();
  error why{exit_class::usage,
            {},
            lower(said.substr(0, 1)) + said.substr(1 < said.size() ? 1 : said.size()),
            {},
            {}};
  if (count > 1 && std::ranges::find(commands, given[1]) == commands.end() && given[1][0] != '-')
    why = error{exit_class::usage, {}, "there is no such command", given[1], {}}
              .with("did you mean", nearest(given[1], commands).value_or(""))
              .with("allowed", joined(commands, ", "));
  std::string help = "cicd --help";
  for (const CLI::App* command : app.get_subcommands({})) {
    if (count < 2 || command->get_name() != given[1]) continue;
    if (const auto unknown = unknown_option(*command, {given + 2, given + count})) {
      print_errors({*unknown});
      return static_cast<int>(exit_class::usage);
    }
    help = "cicd " + command->get_name() + " --help";
  }
  print_errors({std::move(why).with("try", help)});
  return static_cast<int>(exit_class::usage);
}

}  // namespace driver_command_line

int run_command_line(int count, char** given) {
  prepare_process();
  command_action chosen;
  CLI::App app("cicd " CICD_VERSION
               ": build, test, scan, image, publish and deploy, from the build system that is there",
               "cicd");
  app.set_version_flag("--version", "cicd " CICD_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 done, 1 a step failed, 2 wrong declaration or usage, 3 conflict, 4 stored state is "
      "corrupt,\n"
      "5 policy, 6 a remote failed, 7 cannot save state, 130/143 interrupted.");
  add_commands(app, chosen);
  try {
    app.parse(count, given);
  } catch (const CLI::CallForHelp&) {
    print_out(app.get_subcommands().empty() ? app.help() : app.get_subcommands().front()->help("cicd"));
    return 0;
  } catch (const CLI::CallForVersion&) {
    print_out("cicd " CICD_VERSION "\n");
    return 0;
  } catch (const CLI::ParseError& mistake) {
    return driver_command_line::usage_failure(app, mistake, count, given);
  }
  try {
    return static_cast<int>(chosen(surroundings::of_process()));
  } catch (const std::runtime_error& problem) {  // what Asio says where the system gives it no descriptor
    print_errors({error{exit_class::usage,
                        {},
                        "the system does not give this process what it needs",
                        displayable(problem.what()),
                        {{"try", "ulimit -n 4096, where too many files are open"}}}});
    return static_cast<int>(exit_class::usage);
  }
}

}  // namespace cicd
