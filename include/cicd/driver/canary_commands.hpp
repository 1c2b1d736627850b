// `cicd canary start|set|status|end`: a branch's pods among those of an environment. It does not know how a
// share comes to be.
#pragma once

#include <string>

#include <cicd/engine/session.hpp>

namespace cicd {

struct canary_request {
  session_request tree;
  std::string pipeline, environment;
  std::string service;  ///< empty: the only one that may have a canary
  std::string context;  ///< of the cluster, where the environment has several; empty: the first
  std::string branch;   ///< empty: the only canary that runs
  std::string share;    ///< `25%`; empty: as declared
  bool as_json = false;
};

/// `10%`, `10` or `33.3%` as it is printed, in whole percent; 0 where nothing is given.
result<int> percent_of_share(const std::string& given);

/// Builds, publishes and starts it; says before anything is applied which share can be had.
exit_class start_canary(const canary_request& request, surroundings around);
/// Another number of pods, of the same image.
exit_class set_canary(const canary_request& request, surroundings around);
exit_class show_canary(const canary_request& request, surroundings around);
exit_class stop_canary(const canary_request& request, surroundings around);

}  // namespace cicd
