// `cicd task`: a command in a pod of its own, with the image that is deployed and the service's environment.
#pragma once

#include <string>
#include <vector>

#include <cicd/engine/session.hpp>

namespace cicd {

struct task_request {
  session_request tree;
  std::string pipeline, environment;
  std::string service;               ///< or a cron job; empty: the only service
  std::string context;               ///< which of several clusters; empty: the first
  std::vector<std::string> command;  ///< in place of the image's entry point, as COMMAND is
  bool pass_status = false;
};

exit_class run_task(const task_request& request, surroundings around);

}  // namespace cicd
