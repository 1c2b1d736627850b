// A step's own folder: filled from its inputs and its predecessors' outputs, so that steps side by side and
// two build trees never meet. What is already right is not touched, so that a tool's own incremental work
// survives.
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
};

/// Makes `folder` hold the files of `sources` (a later one wins over an earlier). What an earlier filling put
/// there and no source has any more is removed, by the list at `list_path`; everything else stays. A changed
/// file gets a new modification time, so that tools notice.
status fill_folder(const std::string& folder,
                   const std::vector<file_source>& sources,
                   const std::string& list_path,
                   shared_index& index);

}  // namespace cicd
