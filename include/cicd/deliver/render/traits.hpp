// What `VIA render` can do: manifests are written to a folder.
#pragma once

#include <cicd/declare/deploy_ways.hpp>

namespace cicd {

inline constexpr way_traits render_traits{deploy_way::render,
                                          {way_feature::objects, way_feature::folder, way_feature::protection,
                                           way_feature::approval, way_feature::rollback, way_feature::hold}};

}  // namespace cicd
