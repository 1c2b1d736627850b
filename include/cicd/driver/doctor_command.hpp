// `cicd doctor`: what stands in the way of planning and deploying here, before somebody is waiting for it;
// and the Roles that it takes. It changes nothing.
#pragma once

#include <string>
#include <vector>

#include <cicd/engine/session.hpp>

namespace cicd {

struct doctor_request {
  session_request tree;
  std::vector<std::string> names;  ///< `[<pipeline>] [<environment>]`
  bool as_json = false;
};

/// Class `step_failed` when something is wrong, each with what helps.
exit_class examine(const doctor_request& request, surroundings around);
/// The Roles for planning, deploying and previewing, as YAML for kubectl apply.
exit_class print_roles(const doctor_request& request, surroundings around);

}  // namespace cicd
