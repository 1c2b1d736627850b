// `cicd run` and `cicd plan`: from targets to a plan, from a plan to what happens, and the record of it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <cicd/driver/session.hpp>
#include <cicd/release/delivery.hpp>
#include <cicd/report/console.hpp>

namespace cicd {

struct run_request {
  session_request tree;
  std::vector<std::string> targets;
  verbosity how_much = verbosity::normal;
  std::set<std::string, std::less<>> allow_dirty;
  git_event event;  ///< `plan --event` only
  bool as_json = false;
};

/// Runs the targets. Everything that a person reads is on standard output; errors of declaration and usage on
/// standard error.
exit_class run_targets(const run_request& request, surroundings around);

/// Shows what `run_targets` would do, and does nothing. With an event and no target: what that event would
/// set off.
exit_class plan_targets(const run_request& request, surroundings around);

/// Writes errors to standard error, each as its block.
void print_errors(const errors& all);
void print_warnings(const errors& all);
void print_out(std::string_view text);

}  // namespace cicd
