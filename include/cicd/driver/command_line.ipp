// Words of a command line to the command that they mean, and its exit status.
#pragma once

#include <memory>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/command_line.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/process.hpp>

#ifndef CICD_VERSION
#error "CICD_VERSION is defined by CMake, from the file VERSION"
#endif

namespace cicd {

namespace driver_command_line {

void add_option_names(const CLI::App& command, std::vector<std::string>& to) {
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) to.push_back("--" + name);
}

/// The first of the given words that is no option of `command`, or of a command below it that they name,
/// although it looks like one.
std::optional<error> unknown_option(const CLI::App& command, const std::vector<std::string>& words) {
  const CLI::App* named = &command;
  std::string path = command.get_name();
  std::vector<std::string> options;
  add_option_names(command, options);
  for (const std::string& word : words) {
    if (word == "--") return std::nullopt;
    if (const CLI::App* below = subcommand_in(*named, word)) {
      named = below;
      path += " " + word;
      add_option_names(*below, options);
    }
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || std::ranges::find(options, name) != options.end()) continue;
    return error{exit_class::usage, {}, "there is no such option of " + path, name, {}}
        .with("did you mean", nearest(name, options).value_or(""))
        .with("try", "cicd " + path + " --help");
  }
  return std::nullopt;
}

error unknown_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> commands;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!each->get_group().empty()) commands.push_back(each->get_name());
  return error{exit_class::usage, {}, "there is no such command", word, {}}
      .with("did you mean", nearest(word, commands).value_or(""))
      .with("allowed", joined(commands, ", "))
      .with("try", "cicd --help");
}

/// CLI11's own words for a mistake, in our form, with the nearest command or option.
error usage_failure(const CLI::App& app,
                    const CLI::ParseError& mistake,
                    const std::vector<std::string>& words) {
  const CLI::App* command = words.empty() ? nullptr : subcommand_in(app, words.front());
  if (command == nullptr && !words.empty() && !words.front().starts_with('-'))
    return unknown_command(app, words.front());
  if (command != nullptr)
    if (auto unknown = unknown_option(*command, {words.begin() + 1, words.end()})) return *std::move(unknown);
  std::string said = mistake.what();
  while (said.ends_with('\n') || said.ends_with('.')) said.pop_back();
  if (!said.empty()) said = lower(said.substr(0, 1)) + said.substr(1);
  return error{exit_class::usage, {}, std::move(said), {}, {}}.with(
      "try", command == nullptr ? "cicd --help" : "cicd " + command->get_name() + " --help");
}

/// The words of all commands. What is chosen may refer to them.
struct grammar {
  command_action chosen;
  CLI::App app{"cicd " CICD_VERSION
               ": build, test, scan, image, publish and deploy, from the build system that is there",
               "cicd"};

  grammar() {
    app.set_version_flag("--version", "cicd " CICD_VERSION);
    app.require_subcommand(1);
    app.footer(
        "Exit status: 0 done, 1 a step failed, 2 wrong declaration or usage, 3 conflict, 4 stored state is "
        "corrupt,\n"
        "5 policy, 6 a remote failed, 7 cannot save state, 130/143 interrupted.");
    add_commands(app, chosen);
  }
};

}  // namespace driver_command_line

command_line read_command_line(const std::vector<std::string>& words) {
  const auto of = std::make_shared<driver_command_line::grammar>();
  try {
    of->app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    const std::vector<CLI::App*> named = of->app.get_subcommands();
    return {.text = named.empty() ? of->app.help() : named.front()->help("cicd")};
  } catch (const CLI::CallForVersion&) {
    return {.text = "cicd " CICD_VERSION "\n"};
  } catch (const CLI::ParseError& mistake) {
    return {.errors = {driver_command_line::usage_failure(of->app, mistake, words)},
            .status = exit_class::usage};
  }
  return {.act = [of](surroundings around) { return of->chosen(std::move(around)); }};
}

int run_command_line(int count, char** given) {
  prepare_process();
  const command_line line = read_command_line({given + (count > 0 ? 1 : 0), given + count});
  print_out(line.text);
  print_errors(line.errors);
  if (!line.act) return static_cast<int>(line.status);
  try {
    return static_cast<int>(line.act(surroundings::of_process()));
  } catch (const std::runtime_error& problem) {  // what Asio says where the system gives it no descriptor
    return static_cast<int>(refused({exit_class::usage,
                                     {},
                                     "the system does not give this process what it needs",
                                     displayable(problem.what()),
                                     {{"try", "ulimit -n 4096, where too many files are open"}}}));
  }
}

}  // namespace cicd
