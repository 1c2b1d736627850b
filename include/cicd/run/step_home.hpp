// Where the folders of a build tree's steps really lie: outside every repository, under names that mean
// nothing, so that no tool finds anything above its folder, wherever the build tree is. A link in the build
// tree leads to each. It does not know what a step puts there.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

class step_home {
 public:
  /// Chooses the place: CICD_WORK_DIR, else `work` in the cache folder, `.cicd/w` in the build tree,
  /// `/var/tmp/cicd-<user>`, `/tmp/cicd-<user>`: the first that this user alone can have, whose path holds no
  /// `:` and above which nothing lies that a tool would read; else the build tree's. Makes nothing.
  step_home(const surroundings& around, const std::string& build_root);

  /// The folder that holds all of this build tree's; nothing that git reads above it is ever read.
  const std::string& folder() const { return folder_; }
  /// Where the step's folder lies to which `link` leads, a path in the build tree.
  std::string folder_of(const std::string& link) const;

  /// Makes the link and the folder, where they are not there yet. Several threads may call it.
  status prepare(const std::string& link);

  /// The folder in which backing services have theirs, with a short path. Several threads may call it.
  result<std::string> prepare_services();

  /// What lies above all the same, for a person: once, then empty.
  std::string warning();

  /// Removes what build trees left that are gone since a day or longer and that no run uses; a few at a time.
  void sweep() const;

 private:
  struct opened;
  status open();

  std::string build_root_, identity_, root_, folder_, above_;
  std::optional<error> problem_;
  std::shared_ptr<opened> opened_;  ///< once something was prepared
};

/// The first thing beside or above `folder` that a tool would read, or a name in its path that tools take for
/// something; empty where there is none.
std::string seen_from(const std::string& folder);

}  // namespace cicd
