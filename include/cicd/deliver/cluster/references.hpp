// What the objects of a plan name and the cluster does not have, and what keeps them from taking effect: for
// a person who looks at the plan. It refuses nothing, since what is missing may come.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// Ingress classes, certificates and service accounts that are not there, and Deployments that are paused; a
/// sentence each. What may not be read is passed over.
std::vector<std::string> reference_remarks(kubernetes::cluster& with, const cluster_plan& plan);

}  // namespace cicd
