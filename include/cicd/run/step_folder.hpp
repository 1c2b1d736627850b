// A step's own folder: filled from its inputs and its predecessors' outputs, so that steps side by side and
// two build trees never meet. What is already right is not touched; what is neither input nor named by KEEP
// is removed, so that a step never sees what ran there before.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// Files and the folder that they lie in.
struct file_source {
  std::string folder;
  file_set files;
  std::string below{};  ///< the folder within the step's own that they come to; empty: that itself
  std::string by{};     ///< the step that made them; empty: they are sources
  bool is_foreign =
      false;  ///< of another pipeline: no other may give a file of the same path and another content
};

/// Makes `folder`, a step's own, hold the files of `sources` (a later one wins over an earlier, where none is
/// foreign), what `kept` names, and nothing else. A changed file gets a new modification time, so that tools
/// notice. True when something was there that `kept` names and that no source gave: what the step makes now
/// may hold a trace of what ran there before.
result<bool> fill_folder(const std::string& folder,
                         const std::vector<file_source>& sources,
                         const file_query& kept,
                         shared_index& index);

/// Puts the files of `sources` into `folder`, a source folder, in which all else stays. What an earlier call
/// put there and no source has any more is removed, by the list at `list_path`.
status fill_source_folder(const std::string& folder,
                          const std::vector<file_source>& sources,
                          const std::string& list_path,
                          shared_index& index);

}  // namespace cicd
