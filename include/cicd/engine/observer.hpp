// Observing: everything that a plan needs to know of the machine is read here, in one pass, for the steps
// that take part.
#pragma once

#include <map>
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

/// What is there for `wanted`. Starts no process on a second look. `split_by`: the build tree whose recorded
/// times say how tests are split, where it is another one.
observation observe(const session& of,
                    const step_graph& graph,
                    const std::vector<step_index>& wanted,
                    const journal& remembered,
                    shared_index& index,
                    const workspace* split_by = nullptr);

/// The path that `rootfs:<path>` or `oci:<path>[:tag]` names; empty for others.
std::string layout_path_of(std::string base);
/// The question for a step's inputs, and for what it made.
file_query inputs_query(const session& of, const graph_step& step);
file_query outputs_query(const session& of, const graph_step& step);
/// The files whose absolute paths stand in a word, alone or among others.
std::vector<std::string> files_named_in(const std::string& word);
/// `services/orders` of MAVEN_MODULE.
std::string module_of(const step& of);
/// Adds, for a step with MAVEN_MODULE that runs in `folder`, the folder of each module and where it is among
/// the sources: a report names files below it.
void add_module_folders(const graph_step& of,
                        const std::string& folder,
                        std::map<std::string, std::string>& to);
/// Where a step runs: its own folder, or its source folder.
std::string folder_of(const session& of, const graph_step& step);

}  // namespace cicd
