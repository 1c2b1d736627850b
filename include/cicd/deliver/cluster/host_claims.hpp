// Whether a host of a plan is claimed by an Ingress that is not of the plan.
#pragma once

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// A host that two Ingresses claim is answered by either. Class `conflict`, naming the other one; asked only
/// where an Ingress is new or changes, in all namespaces where that may be read, else in the plan's own.
status check_hosts(kubernetes::cluster& with, const cluster_plan& plan);

}  // namespace cicd
