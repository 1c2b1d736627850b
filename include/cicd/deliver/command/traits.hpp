// What `VIA command` can do: programs of the team bring what is wanted to where it runs.
#pragma once

#include <cicd/declare/deploy_ways.hpp>

namespace cicd {

inline constexpr way_traits command_traits{
    deploy_way::command,
    {way_feature::state, way_feature::programs, way_feature::verify, way_feature::protection,
     way_feature::approval, way_feature::rollback, way_feature::hold}};

}  // namespace cicd
