// The words that `cicd run` and `cicd plan` share.
#pragma once

#include <cicd/driver/run_command.hpp>

namespace cicd {

struct run_words {
  run_request request;
  std::vector<std::string> allow_dirty;
};
/// What the words ask for.
run_request request_of(const run_words& said);

}  // namespace cicd
