// `cicd history <pipeline> --commit`: the run that made a commit's artifact, as the registry has it.
#pragma once

#include <string>

#include <cicd/base/error.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

struct commit_history_request {
  session_request tree;
  std::string pipeline, commit;  ///< the commit by a tag, a branch or its first digits
  std::size_t most = 20;         ///< tests
  bool as_json = false, exact_times = false;
  bool imports = false;  ///< its tests become a part of what is known here
};

/// Prints it, or what it could not be read for.
exit_class show_commit_history(const commit_history_request& request, surroundings around);

}  // namespace cicd
