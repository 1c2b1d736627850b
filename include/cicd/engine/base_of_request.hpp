// What the base branch of a pull request declares, and the default branch: their commits as the remote
// repository has them now, each configured by itself, with no secret and nothing of what the pull request
// set. It judges nothing.
#pragma once

#include <memory>
#include <string>

#include <cicd/deliver/policy/base_declaration.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/engine/tree_at.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// A base branch and what it was read from, which has to be kept as long.
struct read_base {
  base_branch branch;
  tree_of_rules tree;
  std::shared_ptr<const read_base> standard{};  ///< the default branch, where that is another one
};

/// `asks_remote`: of a rehearsal it is the branch as this clone has it. Class `policy` where a branch
/// is not known or cannot be configured, `remote` where the remote repository does not answer.
result<std::shared_ptr<const read_base>> base_of_request(const session& of,
                                                         const ci_event& event,
                                                         bool asks_remote,
                                                         const cancellation* cancelled);

/// Of a base branch that cannot be configured: whether a declaration file of the branches names
/// APPROVAL_TO_BUILD, or may, in a submodule that is not here. They are those of the remote repository, else
/// as this clone has them; false where it has none.
bool may_ask_to_build(const session& of, const ci_event& event, const cancellation* cancelled);

}  // namespace cicd
