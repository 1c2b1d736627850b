// A command of the command line. Each is one file of this folder, which holds its words and what is done; the
// table (`table.ipp`) names it. It does not know which commands there are.
#pragma once

#include <functional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace CLI {
class App;
}

namespace cicd {

/// What is done once the command line is read; gives the exit status.
using command_action = std::function<exit_class(surroundings)>;

/// Adds a command's words to the command line. Once it is read, `chosen` is what the command that it names
/// does.
using add_command = void (*)(CLI::App& app, command_action& chosen);

/// A command's file makes one of these, which puts it at the end of the list.
struct registered_command {
  explicit registered_command(add_command add);
};

/// Adds all commands, in the order of the table.
void add_commands(CLI::App& app, command_action& chosen);

/// `cicd hold set`
std::string whole_name(const CLI::App& command);

/// The command with its words, once it is read, as a shell takes it.
std::string typed(const CLI::App& command);

/// The subcommand of that name, also one that help does not list; nothing where there is none.
const CLI::App* subcommand_in(const CLI::App& app, const std::string& name);

}  // namespace cicd
