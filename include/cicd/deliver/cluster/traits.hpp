// What `VIA kubectl` can do: manifests are applied to a cluster.
#pragma once

#include <cicd/declare/deploy_ways.hpp>

namespace cicd {

inline constexpr way_traits cluster_traits{
    deploy_way::kubectl,
    {way_feature::objects, way_feature::cluster, way_feature::take_over, way_feature::prune,
     way_feature::approval, way_feature::on_failure, way_feature::patience, way_feature::verify,
     way_feature::protection, way_feature::rollback, way_feature::hold, way_feature::task, way_feature::order,
     way_feature::branch_copy, way_feature::branch_share}};

}  // namespace cicd
