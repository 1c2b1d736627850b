// Whether what is built here is a pull request from somebody else's copy of the repository: such code gets no
// secrets and no deploy. It knows the variables of CI systems, nothing else.
#pragma once

#include <optional>
#include <string>

#include <cicd/system/environment.hpp>

namespace cicd {

/// Who it comes from and how we know: `somebody/orders (CIRCLE_PR_USERNAME)`. Nothing for a branch of our
/// own. What a CI system says that cannot be read counts as a fork.
std::optional<std::string> fork_of(const surroundings& around);

}  // namespace cicd
