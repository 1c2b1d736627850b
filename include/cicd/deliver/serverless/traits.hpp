// What `VIA serverless` can do: functions in AWS get the code of a zip.
#pragma once

#include <cicd/declare/deploy_ways.hpp>

namespace cicd {

inline constexpr way_traits serverless_traits{
    deploy_way::serverless,
    {way_feature::functions, way_feature::state, way_feature::verify, way_feature::protection,
     way_feature::approval, way_feature::rollback, way_feature::hold}};

}  // namespace cicd
