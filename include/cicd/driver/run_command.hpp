// `cicd run` and `cicd plan`: what is typed, to the library's project; what it gives, to the terminal.
#pragma once

#include <functional>
#include <string>

#include <cicd/engine/project.hpp>
#include <cicd/report/console.hpp>

namespace cicd {

struct run_request : project_request {
  session_request tree{};
  verbosity how_much = verbosity::normal;
  bool as_json = false;
  bool is_captured = false;  ///< standard output goes to a file of a test program, and to no CI system
  std::string plan_file{};   ///< `plan --out`: where the plan is saved
};

/// Runs the targets. Everything that a person reads is on standard output; errors of declaration and usage on
/// standard error.
exit_class run_targets(const run_request& request, surroundings around);

/// The same, heard by others as well; gives how it ended, with the errors that were printed.
run_outcome run_and_show(const run_request& request,
                         surroundings around,
                         const std::vector<run_listener>& also);

/// Shows what `run_targets` would do, and does nothing. With an event and no target: what that event would
/// set off.
exit_class plan_targets(const run_request& request, surroundings around);

/// Plans the targets, changes nothing, and hands over what was planned: for an approval.
exit_class plan_and(const run_request& request,
                    surroundings around,
                    const std::function<exit_class(const project_plan& plan)>& then);

}  // namespace cicd
