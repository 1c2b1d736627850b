// What was applied once and is declared no longer: removed only when the inventory, its labels, its source
// and every read agree.
#pragma once

#include <vector>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

planned_object removal_of(const kubernetes::object_key& key, json live);

/// The removals that `plan`, whose objects are known, still needs, in their order. What stays is told in
/// `plan.kept` and `plan.staying`; where one object cannot be read nothing is removed (`plan.unread`).
std::vector<planned_object> removals_of(kubernetes::cluster& with,
                                        const wanted_release& wanted,
                                        cluster_plan& plan);

}  // namespace cicd
