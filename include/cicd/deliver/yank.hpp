// Yanking: the artifact of a commit is marked never to be deployed again, or that mark is lifted. It does not
// know how the commit was named.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include <cicd/deliver/artifacts.hpp>

namespace cicd {

struct yank_request {
  std::string commit, reason, who;
  bool lifts = false;
  bool deletes = false;  ///< its images, too
};

struct yank_ports {
  const artifact_store& artifacts;
  std::function<result<permit>()> may;
  std::function<result<std::unique_ptr<registry>>(const std::string& repository)> open;
  /// Commits whose artifacts may have the same images; newest first.
  std::function<std::vector<std::string>()> neighbours;
  /// The environments in which the commit runs.
  std::function<result<std::vector<std::string>>()> runs_in;
  const clock& time;
};

struct yank_outcome {
  std::vector<std::string> deleted;  ///< images: `<repository>@<digest>`
  std::vector<std::string> kept;     ///< the same of those that other artifacts have, too, with which
  std::vector<std::string> runs_in;  ///< environments
};

/// Class `usage` where the commit has no artifact, `conflict` where it is marked so already, unless
/// images of it are to be deleted; `policy` where
/// its images are to be deleted and run somewhere. The mark is set before anything is deleted.
result<yank_outcome> yank(const yank_request& request, const yank_ports& ports);

}  // namespace cicd
