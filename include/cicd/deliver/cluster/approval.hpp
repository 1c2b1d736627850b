// What approvals need of a cluster: who asks, a namespace for the state that keeps them, and their end where
// they were given for a branch's copy. What an approval is stands in deliver/policy/approval.hpp.
#pragma once

#include <string>

#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// Who we are to the API server (`SelfSubjectReview`).
result<std::string> identity_in(kubernetes::cluster& with);

/// Makes the namespace that the plan would make, where it is not there yet: an approval lives in it.
status make_planned_namespace(const permit& allowed,
                              kubernetes::cluster& with,
                              const cluster_place& home,
                              const cluster_plan& plan);

/// Forgets the approvals of what was done, in the state of `home`: a branch's copy is approved there.
status use_up_in(const permit& allowed,
                 kubernetes::cluster& with,
                 const cluster_place& home,
                 const std::string& digest);

}  // namespace cicd
