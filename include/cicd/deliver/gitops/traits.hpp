// What `VIA gitops` can do: manifests are committed to a git repository that an agent follows.
#pragma once

#include <cicd/declare/deploy_ways.hpp>

namespace cicd {

inline constexpr way_traits gitops_traits{
    deploy_way::gitops,
    {way_feature::objects, way_feature::repository, way_feature::folder, way_feature::verify,
     way_feature::protection, way_feature::approval, way_feature::rollback, way_feature::hold,
     way_feature::branch_copy}};

}  // namespace cicd
