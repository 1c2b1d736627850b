// What of a plan has to wait until the new pods are ready, so that no request meets a Service or an Ingress
// without any: a host that goes from one Ingress to another, a Service that selects other pods. Pure. It does
// not know how a plan is made or carried out.
#pragma once

#include <vector>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// An Ingress that takes over the host of one that is removed comes last, in place of that one.
void order_hosts(std::vector<planned_object>& objects, const std::vector<planned_object>& removals);

/// A Service that shall select pods that are yet to come selects them once they are ready. Where the old pods
/// go meanwhile, since their Deployment rolls, it selects until then what its workload selects.
void order_selectors(std::vector<planned_object>& objects);

/// Whether an Ingress is refused since another one has its host: the answer of an ingress controller's
/// webhook to the second of two.
bool is_host_taken(const kubernetes::api_failure& failure);

}  // namespace cicd
