// Words of a command line to the command that they mean, and its exit status.
#pragma once

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/driver/command_line.hpp>
#include <cicd/driver/command_view.hpp>
#include <cicd/driver/completion.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/process.hpp>
#include <cicd/system/signals_cancel.hpp>

#ifndef CICD_VERSION
#error "CICD_VERSION is defined by CMake, from the file VERSION"
#endif

namespace cicd {

namespace driver_command_line {

/// The command that the words lead to, as far as CLI11 read them.
const CLI::App& deepest(const CLI::App& app) {
  const auto below = app.get_subcommands();
  return below.empty() ? app : deepest(*below.front());
}

/// The first word that stands where a command is to stand, and is none.
std::optional<error> unknown_command(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* at = &app;
  for (const std::string& word : words) {
    const std::vector<std::string> names = commands_of(*at);
    if (names.empty() || word.starts_with('-')) return std::nullopt;
    const CLI::App* next = subcommand_in(*at, word);
    if (next == nullptr)
      return error{exit_class::usage, {}, "unknown command", word, {}}
          .with("did you mean", nearest(word, names).value_or(""))
          .with("allowed", joined(names, ", "))
          .with("try", whole_name(*at) + " --help");
    at = next;
  }
  return std::nullopt;
}

/// The first of the given words that looks like an option and is not one of `command`.
std::optional<error> unknown_option(const CLI::App& command, const std::vector<std::string>& words) {
  std::vector<std::string> options;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  for (const std::string& word : words) {
    if (word == "--") break;
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || std::ranges::find(options, name) != options.end()) continue;
    return error{exit_class::usage, {}, "unknown option of " + whole_name(command), name, {}}
        .with("did you mean", nearest(name, options).value_or(""))
        .with("try", whole_name(command) + " --help");
  }
  return std::nullopt;
}

/// Help as the documentation writes a command: its arguments first, `cicd hold set [<pipeline>]
/// <environment>`. Which options exclude each other is said where they are given.
class help_format : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    return "Usage: " + usage_of(*app, std::move(name)) + "\n";
  }
  std::string make_option_name(const CLI::Option* of, bool is_positional) const override {
    return is_positional ? argument_in_usage(*of) : CLI::Formatter::make_option_name(of, false);
  }
  std::string make_option_opts(const CLI::Option* of) const override {
    const std::string value = shown_value(*of);
    return (value.empty() ? "" : ' ' + value) + (value.empty() || !of->get_required() ? "" : " (required)");
  }
  std::string make_option_desc(const CLI::Option* of) const override {
    return of->get_positional() ? described_argument(*of) : of->get_description();
  }
};

/// A value that is none of the few that an argument takes.
std::optional<error> unknown_choice(const CLI::App& in) {
  for (const CLI::Option* option : in.get_options()) {
    const std::vector<std::string> choices = choices_of(*option);
    for (const std::string& value : option->results())
      if (!choices.empty() && std::ranges::find(choices, value) == choices.end())
        return error{
            exit_class::usage,
            {},
            (option->get_positional() ? shown_argument(*option) : option->get_name()) + ": no such value",
            value,
            {}}
            .with("did you mean", nearest(value, choices).value_or(""))
            .with("allowed", joined(choices, ", "));
  }
  return std::nullopt;
}

/// What is missing, where CLI11 says `names is required`.
std::string missing_text(const CLI::App& in, const std::string& said) {
  const std::string name = said.substr(0, said.find(' '));
  const CLI::Option* option = in.get_option_no_throw(name);
  if (option == nullptr) return "missing command";
  return option->get_positional() ? "missing argument: " + shown_argument(*option)
                                  : "missing option: " + name;
}

/// CLI11's words for a mistake in ours.
error error_of(const CLI::App& in, const CLI::ParseError& mistake) {
  std::string said = mistake.what();
  while (said.ends_with('\n') || said.ends_with('.')) said.pop_back();
  error why{exit_class::usage,
            {},
            lower(said.substr(0, 1)) + said.substr(std::min<std::size_t>(said.size(), 1)),
            {},
            {}};
  if (dynamic_cast<const CLI::RequiredError*>(&mistake) != nullptr) {
    why.what = missing_text(in, said);
    if (why.what == "missing command") return std::move(why).with("allowed", joined(commands_of(in), ", "));
  } else if (dynamic_cast<const CLI::ExtrasError*>(&mistake) != nullptr) {
    why.what = "unexpected argument";
    why.value = said.substr(said.rfind(": ") + 2);
  } else if (dynamic_cast<const CLI::ArgumentMismatch*>(&mistake) != nullptr) {
    why.what = said.find("At Most") == said.npos ? said.substr(0, said.find(':')) + " needs a value"
                                                 : "too many arguments";
  }
  return why;
}

/// What CMake passes on as it is, where it may be empty.
constexpr std::string_view may_be_empty[] = {"--config", "--targets", "--no-targets"};
/// An argument of more words is a program's, or those to complete.
constexpr int most_names = 3;

/// A value of blanks alone, such as that of a variable that is not set, is not the same as none.
std::optional<error> empty_value(const CLI::App& in) {
  const auto is_empty = [](const std::string& value) { return trimmed(value).empty(); };
  for (const CLI::Option* option : in.get_options()) {
    const bool is_name = option->get_positional();
    if (is_name && option->get_items_expected_max() > most_names) continue;
    if (std::ranges::find(may_be_empty, option->get_name()) != std::end(may_be_empty)) continue;
    if (std::ranges::none_of(option->results(), is_empty)) continue;
    return error{exit_class::usage,
                 {},
                 (is_name ? shown_argument(*option) : option->get_name()) + ": its value is empty",
                 {},
                 {{"try", whole_name(in) + " --help"}}};
  }
  return std::nullopt;
}

/// What is wrong with the words, with the nearest command or option.
error usage_failure(const CLI::App& app,
                    const CLI::ParseError& mistake,
                    const std::vector<std::string>& words) {
  const CLI::App& in = deepest(app);
  if (auto unknown = unknown_command(app, words)) return *std::move(unknown);
  if (auto unknown = unknown_option(in, words)) return *std::move(unknown);
  if (auto empty = empty_value(in)) return *std::move(empty);
  if (auto unknown = unknown_choice(in)) return std::move(*unknown).with("try", whole_name(in) + " --help");
  return error_of(in, mistake).with("try", whole_name(in) + " --help");
}

/// The words of all commands. What is chosen may refer to them.
struct grammar {
  command_action chosen;
  CLI::App app{"cicd " CICD_VERSION
               ": build, test, scan, image, publish and deploy, from the build system that is there",
               "cicd"};

  grammar() {
    app.formatter(std::make_shared<help_format>());
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
  // Help and the version are no answer to a command that is not there.
  if (auto unknown = driver_command_line::unknown_command(of->app, words))
    return {.errors = {*std::move(unknown)}, .status = exit_class::usage};
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
  if (auto empty = driver_command_line::empty_value(driver_command_line::deepest(of->app)))
    return {.errors = {*std::move(empty)}, .status = exit_class::usage};
  return {.act = [of](surroundings around) { return of->chosen(std::move(around)); }};
}

int run_command_line(int count, char** given) {
  prepare_process();
  tell_of_waiting_clones([](const error& of) { print_warnings({of}); });
  const command_line line = read_command_line({given + (count > 0 ? 1 : 0), given + count});
  print_out(line.text);
  print_errors(line.errors);
  if (!line.act) return static_cast<int>(line.status);
  try {
    const exit_class end = line.act(surroundings::of_process());
    // What was interrupted need not know by which signal.
    const bool is_asked_to_end =
        end == exit_class::interrupted && last_signal() != 0 && last_signal() != SIGINT;
    return static_cast<int>(is_asked_to_end ? exit_class::terminated : end);
  } catch (const std::runtime_error& problem) {  // what Asio says where the system gives it no descriptor
    return static_cast<int>(refused({exit_class::usage,
                                     {},
                                     "the system refuses a resource to this process",
                                     displayable(problem.what()),
                                     {{"try", "ulimit -n 4096, where too many files are open"}}}));
  }
}

}  // namespace cicd
