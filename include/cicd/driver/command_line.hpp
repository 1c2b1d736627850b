// The command line: words → one command → exit status. Nothing below this floor sees argv.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/driver/commands/command.hpp>

namespace cicd {

/// What words mean: something to do, a text to print, or errors; nothing is done yet. `status` is that of a
/// text or of errors.
struct command_line {
  command_action act{};
  std::string text{};
  cicd::errors errors{};
  exit_class status = exit_class::done;
};

/// `words` come after the program's name.
command_line read_command_line(const std::vector<std::string>& words);

/// `main`. Gives the exit status.
int run_command_line(int count, char** words);

}  // namespace cicd
