// What git knows of a source folder: the commit, the branch, tags, whether the tree is clean. Read from the
// repository's own files where that is enough; git itself is asked once for the rest.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// The state of a repository; what could not be known is empty and `unknown` says why.
struct git_state {
  bool repository = false;            ///< the folder is within a work tree
  std::string top;                    ///< absolute root of the work tree
  std::optional<std::string> commit;  ///< 40 hexadecimal digits; nothing in a repository without commits
  /// What an environment may follow: the branch that is checked out or, where the head is detached, the one
  /// that the CI system says it builds (`ci_event`). None in a pull request and in a merge queue, whatever is
  /// checked out.
  std::optional<std::string> branch;
  bool branch_from_ci = false;  ///< the head is detached, and `branch` is the CI system's word
  /// What is built here, by name: `branch`, or the source of the pull request. Names records and branches'
  /// copies.
  std::optional<std::string> built_branch;
  std::vector<std::string> tags;  ///< that point at the commit
  bool shallow = false;
  std::vector<std::string> unknown;  ///< sentences: what cannot be known here, and why

  /// The commit's first seven digits; empty without one.
  std::string short_commit() const;
};

/// Reads HEAD and refs (loose, packed, linked work trees) without starting git, and what the CI system says.
git_state git_state_of(const std::string& folder, const surroundings& around);

/// The same without tags and without what git refuses, so that git is seldom started.
git_state git_head_of(const std::string& folder, const surroundings& around);

/// When a commit was made, as it says itself; nothing where it is not known here. Asks git.
std::optional<std::chrono::system_clock::time_point> committed_at(const std::string& folder,
                                                                  const std::string& commit,
                                                                  const surroundings& around);

/// The commit before another, the first of several; nothing where there is none or it is not known here. Asks
/// git.
std::optional<std::string> commit_before(const std::string& folder,
                                         const std::string& commit,
                                         const surroundings& around);

/// The changed and untracked, not ignored paths below `folder`, relative to the work tree's root: empty means
/// clean. `below` is a path in it. Asks git.
result<std::vector<std::string>> changes_in(const std::string& folder,
                                            const surroundings& around,
                                            const std::string& below = ".");

/// Who is at work, as `Name <address>` from git's configuration or the CI system, else `user@host`.
std::string who(const std::string& folder, const surroundings& around);

/// Whether commit `older` is an ancestor of `newer`; nothing when the repository does not have one of them,
/// or is shallow and cannot rule it out.
std::optional<bool> is_ancestor(const std::string& folder,
                                const std::string& older,
                                const std::string& newer,
                                const surroundings& around);

/// The commit that a tag names, an annotated one too; nothing where there is no such tag here.
std::optional<std::string> commit_of_tag(const std::string& folder,
                                         const std::string& tag,
                                         const surroundings& around);
/// The commit of a branch, of this clone or, where it has none of that name, as a remote had it when it was
/// fetched; nothing where there is no such branch here.
std::optional<std::string> commit_of_branch(const std::string& folder,
                                            const std::string& branch,
                                            const surroundings& around);
/// The names of the local branches.
std::vector<std::string> branches_in(const std::string& folder, const surroundings& around);
/// The names of all tags.
std::vector<std::string> tags_in(const std::string& folder, const surroundings& around);

/// The local branches in whose history `commit` is.
std::vector<std::string> branches_with(const std::string& folder,
                                       const std::string& commit,
                                       const surroundings& around);

}  // namespace cicd
