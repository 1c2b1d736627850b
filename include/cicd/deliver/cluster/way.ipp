// `VIA kubectl`: manifests are applied to a cluster.
#pragma once

#include <cicd/deliver/cluster/traits.hpp>
#include <cicd/deliver/ways.hpp>

namespace cicd {

namespace deliver_cluster {
namespace {

const listed_way listed(cluster_traits);

}  // namespace
}  // namespace deliver_cluster

}  // namespace cicd
