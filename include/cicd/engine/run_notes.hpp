// What is said of a run for people alone: how each step is run again, and what to try after the demo.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/engine/run.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

/// How each step of `wanted` is run again: by its target, or, where that alone does something else, by the
/// command that asked for it. An event counts for all that is done outside. Without CMake there are no
/// targets.
std::map<std::string, std::string> commands_again(const session& of,
                                                  const step_graph& graph,
                                                  const project_request& request,
                                                  const std::vector<step_index>& wanted,
                                                  const std::vector<step_index>& ends);

/// None without CICD_DEMO.
std::vector<note> notes_of_demo(const session& of,
                                const step_graph& graph,
                                const std::vector<step_index>& wanted);

}  // namespace cicd
