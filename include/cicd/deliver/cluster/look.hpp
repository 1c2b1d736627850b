// What runs in environments of clusters, and what they remember: each cluster is connected to once, one after
// the other, since a proxy is a process of its own. It does not know what the answer is used for.
#pragma once

#include <vector>

#include <cicd/deliver/cluster/waves.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// One answer for each wave, in their order.
std::vector<result<deployed_release>> seen_in(std::vector<cluster_wave> waves,
                                              const surroundings& around,
                                              const cancellation* cancelled);

}  // namespace cicd
