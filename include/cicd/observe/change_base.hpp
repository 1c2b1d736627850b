// The commit that a change is compared with: where its branch left the one that it goes to. Asks git; it
// fetches nothing.
#pragma once

#include <string>

#include <cicd/base/error.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

struct change_base {
  std::string commit;  ///< 40 digits
  std::string how;     ///< `the merge base with origin/main`
};

/// `since`: a branch, tag or commit that HEAD is compared with. Empty: what the pull request or the merge
/// queue goes to, else the default branch of `origin`; where HEAD is a commit of that without changes, the
/// commit before it. Class `usage` where it is not there, or a shallow clone does not reach so far.
result<change_base> change_base_of(const std::string& folder,
                                   const std::string& since,
                                   const ci_event& event,
                                   const surroundings& around);

}  // namespace cicd
