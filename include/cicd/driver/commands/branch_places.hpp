// The environments where a pipeline's branches can have a preview or a canary, for the commands about
// branches.
#pragma once

#include <functional>
#include <string>

#include <cicd/driver/commands/find_environment.hpp>

namespace cicd {

/// Visits them one after the other; ends with the first that is not `done`. An empty pipeline: all. Class
/// `usage` where there is none.
exit_class each_branch_environment(const session_request& tree,
                                   const std::string& pipeline,
                                   const surroundings& around,
                                   const std::function<exit_class(found_environment& found)>& visit);

}  // namespace cicd
