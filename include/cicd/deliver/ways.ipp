// The ways of deploying: a line each, in the order in which messages name them. Adding one is adding its
// folder and its line.
#pragma once

#include <cicd/deliver/ways.hpp>

// The order counts.
// clang-format off
#include <cicd/deliver/gitops/way.ipp>
#include <cicd/deliver/render/way.ipp>
#include <cicd/deliver/cluster/way.ipp>
// clang-format on

namespace cicd {

std::vector<way_traits>& listed_way::all() {
  static std::vector<way_traits> ways;
  return ways;
}

std::span<const way_traits> deploy_ways() {
  return listed_way::all();
}

}  // namespace cicd
