// Files that pin versions, moved to newer ones: `cicd.lock` by `base_update`, others by the program that
// UPDATE of a step names. It runs in a folder of its own, so that the source folder gets whole files or none.
// What such a file says is not known here.
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
  bool is_new = false;  ///< the file is not there yet

  /// The lines that are in one of the two alone, in their order.
  std::vector<std::string> removed() const;
  std::vector<std::string> added() const;
};

/// A base that its tag names otherwise than `cicd.lock` has it.
struct changed_base {
  std::string reference, before, after;  ///< digests; `before` empty where it was not locked
  std::vector<std::string> lines;        ///< what changes with it: size, layers, packages, labels, findings
};

/// What came of one step's program, or of the bases in a lock.
struct lock_update {
  std::string step;                   ///< `orders/base`, `cicd.lock`
  std::string folder;                 ///< its source folder, that of the lock
  std::vector<moved_lock> locks{};    ///< none: nothing is newer
  std::vector<changed_base> bases{};  ///< of `cicd.lock`
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
