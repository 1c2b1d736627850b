// Where a commit is, seen from a branch of the remote repository: the remote is asked for its tip, the
// history here for the rest. It does not judge what follows from it.
#pragma once

#include <string>

#include <cicd/deliver/policy/gate.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git.hpp>
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

}  // namespace cicd
