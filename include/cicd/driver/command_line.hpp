// The command line: words → one command → exit status. Nothing below this floor sees argv.
#pragma once

namespace cicd {

/// `main`. Gives the exit status.
int run_command_line(int count, char** words);

}  // namespace cicd
