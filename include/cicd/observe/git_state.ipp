// What a state of git says of itself.
#pragma once

#include <cicd/observe/git.hpp>

namespace cicd {

std::string git_state::short_commit() const {
  return commit.value_or("").substr(0, 7);
}

}  // namespace cicd
