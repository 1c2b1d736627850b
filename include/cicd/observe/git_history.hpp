// What a step is shown of the repository that its sources lie in: the commit, its history, branch and tags,
// and whether something is changed, in a `.git` of its own that takes the objects from where they are. It
// does not know which step.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

struct git_history {
  std::string commit;
  std::string branch;             ///< what is built; empty where that is not known
  std::vector<std::string> tags;  ///< that point at the commit
  std::string refs;               ///< the branch and the tags of its history, as `packed-refs` has them
  std::string remote;             ///< the URL of `origin` without a login; may be empty
  std::string objects;            ///< absolute: where the commit's objects are
  std::string shallow;            ///< the commits at which a shallow clone ends, a line each
  std::vector<std::string>
      changed;  ///< tracked files, from the work tree's root, that are not as in the commit

  /// All of it that a step can see, as one text that says the same wherever the repository lies.
  std::string text() const;
};

/// Nothing outside of a repository and before its first commit. Asks git.
result<std::optional<git_history>> git_history_of(const std::string& folder, const surroundings& around);

/// Makes `folder`/.git. Whatever the folder holds, git says of it what it says of the work tree: changed or
/// not.
status place_history(const git_history& of, const std::string& folder, const surroundings& around);

}  // namespace cicd
