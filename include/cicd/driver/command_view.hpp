// A command as help, `cicd explain` and the man pages show it: read off its own words. It does not know which
// commands there are.
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/explain/page.hpp>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cicd {

/// The commands below, but for those that help does not list.
std::vector<std::string> commands_of(const CLI::App& of);

/// An argument as it is written: `[<pipeline>] <environment>` where its description begins so, else `<step>`.
std::string shown_argument(const CLI::Option& of);
/// What is said of an argument, behind what shown_argument() shows.
std::string described_argument(const CLI::Option& of);
/// The same as usage has it: in brackets where it may be left out, with `…` where several may come.
std::string argument_in_usage(const CLI::Option& of);
/// `FOLDER`, `NAME ...`; empty of a flag and of an argument.
std::string shown_value(const CLI::Option& of);
/// `cicd hold set [<pipeline>] <environment> [options]`
std::string usage_of(const CLI::App& command, std::string name);

/// An argument or an option.
struct word_view {
  std::string shown;  ///< `--build-root FOLDER`
  std::string text;
};
struct command_view {
  std::string name;  ///< `cicd hold set`
  std::string text, usage;
  std::vector<word_view> arguments{}, options{};
  std::vector<command_view> commands{};  ///< below it
};
command_view view_of(const CLI::App& command);

/// Its help, and the same as data.
explained page_of(const CLI::App& command);

}  // namespace cicd
