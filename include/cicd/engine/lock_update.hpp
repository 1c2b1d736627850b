// Files that pin versions, moved to newer ones by the program that UPDATE of a step names. It runs in a
// folder of its own, so that the source folder gets whole files or none. What such a file says is not known
// here.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// A file that the program wrote anew.
struct moved_lock {
  std::string path;  ///< relative to the source folder; of a link the file that it leads to
  std::string before, after;
  unsigned mode = 0644;

  /// The lines that are in one of the two alone, in their order.
  std::vector<std::string> removed() const;
  std::vector<std::string> added() const;
};

/// What came of one step's program.
struct lock_update {
  std::string step;                 ///< `orders/base`
  std::string folder;               ///< its source folder
  std::vector<moved_lock> locks{};  ///< none: nothing is newer
};

/// The steps of these pipelines (none: of all) that have UPDATE, by the graph's order. Class `usage` where
/// there is no such pipeline.
result<std::vector<step_index>> steps_with_update(const session& of,
                                                  const step_graph& graph,
                                                  const std::vector<std::string>& pipelines);

/// Runs the program; the source folder stays as it is. Class `usage` where it cannot be started or wrote to a
/// link that leads out of the source folder, `step_failed` where it fails or removed one of the inputs,
/// `conflict` where a file that it changed was edited meanwhile.
result<lock_update> plan_lock_update(const session& of,
                                     const graph_step& step,
                                     const cancellation& cancelled);

/// Writes the files, each as a whole, once each was found to hold what the update began with; else class
/// `conflict`, and none is written.
status apply_lock_updates(const std::vector<lock_update>& all);

}  // namespace cicd
