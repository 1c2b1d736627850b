// Why a step failed, where that shows in the declarations or on the disk: a file that it misses and that
// another step makes, or a program that lacks its interpreter or a library. What the output alone tells is
// said by report/failure.
#pragma once

#include <optional>

#include <cicd/engine/session.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/run/runner.hpp>

namespace cicd {

/// Class `step_failed`, with the step's declaration and what helps; nothing where nothing is certain. Reads
/// the end of its log.
std::optional<error> why_it_failed(const session& of,
                                   const step_graph& graph,
                                   const task& work,
                                   const outcome& end);

}  // namespace cicd
