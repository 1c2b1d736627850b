// How a CI system is told what to mask in the log of its job. It knows their commands, not when they are
// said.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/base/secret_value.hpp>

namespace cicd {

/// What tells one value: lines of standard output, as they must stand there raw, or a program and what it
/// reads. Neither where the system has no such command.
struct ci_mask {
  std::vector<std::string> lines{};    ///< without ends
  std::vector<std::string> program{};  ///< words of a command
  std::string input{};                 ///< of the program
};

/// `system` is `ci_event::system`. GitHub Actions takes ::add-mask::, Azure Pipelines ##vso[task.setsecret],
/// Buildkite `buildkite-agent redactor add`. GitLab masks what its variables hold; a line that told it more
/// would show the value where the runner does not know the line.
ci_mask mask_for(const std::string& system, const secret_value& value);

}  // namespace cicd
