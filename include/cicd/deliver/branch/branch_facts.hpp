// What a preview and a canary have in common: whose branch it is, whether it may be deployed at all, and what
// is kept of it. Of no use but to what makes them.
#pragma once

#include <chrono>
#include <string>

#include <cicd/deliver/branch/branch.hpp>

namespace cicd {

/// Class `usage` without a branch, or where its name is none; `policy` for a pull request from a fork.
status check_branch(const branch_request& ask);

/// Kind, branch, commit, who, expiry. The expiry is rounded up, to the hour where it is a day away, so that
/// deploying twice in a row changes nothing.
void add_branch_facts(const branch_request& ask,
                      const char* kind,
                      std::chrono::milliseconds lives,
                      wanted_release& to);

}  // namespace cicd
