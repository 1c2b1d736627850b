// Objects that have to be made anew, since what changes in them can never be changed: what would be there
// then, and what their pods are left to meanwhile. It does not know when that is done.
#pragma once

#include <vector>

#include <cicd/kubernetes/api/cluster.hpp>

namespace cicd {

/// A dry run of `wanted` as if none of its name were there.
kubernetes::api_answer dry_run_anew(kubernetes::cluster& with, const json& wanted);

/// The ReplicaSets of a Deployment: they keep its pods when it is removed without them.
result<std::vector<json>> replica_sets_of(kubernetes::cluster& with,
                                          const json& deployment,
                                          const std::string& subject);

/// What a larger volume of a StatefulSet takes, as the claims and their storage class are; nothing where no
/// size is what cannot be changed.
std::optional<error> claim_size_error(kubernetes::cluster& with,
                                      const json& live,
                                      const json& wanted,
                                      const std::string& subject);

}  // namespace cicd
