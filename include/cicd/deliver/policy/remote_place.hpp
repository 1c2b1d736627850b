// Where a commit is, seen from a branch of the remote repository: the remote is asked for its tip, the
// history here for the rest. It does not judge what follows from it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/policy/gate.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_settings.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// The repository is the one that the CI system names (by the remote of this clone that leads there, since
/// logins belong to it), else the upstream of the branch that is checked out, else the remote `origin`, else
/// the only one. `pattern`: what the environment follows. Class `remote` where it does not answer. Nothing is
/// fetched.
result<remote_place> place_on_remote(const source_facts& source,
                                     std::string_view pattern,
                                     const ci_event& event,
                                     const surroundings& around,
                                     const cancellation* cancelled);

/// The same of all branches there that match one of the patterns: `on_it` where the commit is on one of them.
/// `branch` of the answer is empty.
result<remote_place> place_on_branches(const source_facts& source,
                                       const std::vector<std::string>& patterns,
                                       const ci_event& event,
                                       const surroundings& around,
                                       const cancellation* cancelled);

/// Branches and tags of a repository, with the commit of each.
struct source_refs {
  std::map<std::string, std::string> branches{}, tags{};
};
/// Those of the remote repository, by one question; nothing where nothing says where it is.
result<std::optional<source_refs>> refs_on_remote(const source_facts& source,
                                                  const ci_event& event,
                                                  observing::settings_reader& by,
                                                  const surroundings& around,
                                                  const cancellation* cancelled);
/// Those of this clone. Class `usage` where git does not tell.
result<source_refs> refs_here(const std::string& folder, const surroundings& around);

/// Fetches the branches and tags of the remote repository. Class `usage` where nothing says where it is,
/// `remote` where it does not answer.
status fetch_refs(const source_facts& source,
                  const ci_event& event,
                  const surroundings& around,
                  const cancellation* cancelled);

/// A branch with its commit, which this clone has.
struct branch_tip {
  std::string name, commit;
};
/// A branch of the remote repository, and the one that its HEAD names.
struct brought_branches {
  branch_tip asked;
  std::optional<branch_tip> standard{};  ///< nothing where its HEAD names none
};
/// Both as the remote repository has them now, by one question; this clone has their commits afterwards, and
/// no branch of it moves. Class `remote` where it does not answer, `policy` where nothing says where it is or
/// there is no such branch.
result<brought_branches> bring_branches(const source_facts& source,
                                        const std::string& branch,
                                        const ci_event& event,
                                        const surroundings& around,
                                        const cancellation* cancelled);
/// The same without asking the remote repository: its branches as this clone last fetched them, else the
/// clone's own. Nothing where it has no such branch.
std::optional<brought_branches> branches_here(const source_facts& source,
                                              const std::string& branch,
                                              const ci_event& event,
                                              const surroundings& around);

/// The names of the tags that the remote repository has; none where nothing says where it is.
result<std::vector<std::string>> tags_on_remote(const source_facts& source,
                                                const ci_event& event,
                                                const surroundings& around,
                                                const cancellation* cancelled);
/// The name of the remote in this clone; empty where it has none.
std::string remote_name(const source_facts& source, const ci_event& event, const surroundings& around);
/// Pushes a tag of this clone there; gives the remote as it may be shown. Class `usage` where nothing says
/// where it is, `remote` where it does not take it.
result<std::string> push_tag(const permit& allowed,
                             const source_facts& source,
                             const std::string& tag,
                             const ci_event& event,
                             const surroundings& around,
                             const cancellation* cancelled);

}  // namespace cicd
