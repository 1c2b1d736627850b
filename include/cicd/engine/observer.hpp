// Observing: everything that a plan needs to know of the machine is read here, in one pass, for the steps
// that take part.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <cicd/engine/session.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/plan/key.hpp>
#include <cicd/run/journal.hpp>

namespace cicd {

struct observation {
  std::vector<observed_step> seen;            ///< by index of the graph
  std::set<std::string, std::less<>> intact;  ///< steps whose outputs lie there as remembered
  cicd::errors errors;  ///< missing tools, empty input sets, unreadable files: all of them
};

/// What is there for `wanted`. Starts no process on a second look.
observation observe(const session& of,
                    const step_graph& graph,
                    const std::vector<step_index>& wanted,
                    const journal& remembered,
                    shared_index& index);

/// The question for a step's inputs, and for what it made.
file_query inputs_query(const session& of, const graph_step& step);
file_query outputs_query(const session& of, const graph_step& step);
/// Where a step runs: its own folder, or its source folder.
std::string folder_of(const session& of, const graph_step& step);

}  // namespace cicd
