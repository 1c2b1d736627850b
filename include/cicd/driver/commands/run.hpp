// The words that `cicd run` and `cicd plan` share.
#pragma once

#include <cicd/driver/run_command.hpp>

namespace CLI {
class App;
}

namespace cicd {

struct run_words {
  run_request request;
  std::vector<std::string> allow_dirty;
  std::string event;
};
/// What the words ask for. Class `usage` for an event that is none.
result<run_request> request_of(const run_words& said, const surroundings& around);

/// `--affected`, `--since`, `--or-all`
void add_affected(CLI::App* command, affected_request& to);
/// `--event`
void add_event(CLI::App* command, std::string& to, const char* what);

}  // namespace cicd
