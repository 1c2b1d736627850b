// The ways of deploying: a line each, in the order in which messages name them. Adding one is adding its
// folder and its line.
#pragma once

#include <stdexcept>

#include <cicd/deliver/way_of_parts.hpp>
#include <cicd/deliver/ways.hpp>

// The order counts.
// clang-format off
#include <cicd/deliver/gitops/way.ipp>
#include <cicd/deliver/render/way.ipp>
#include <cicd/deliver/cluster/way.ipp>
#include <cicd/deliver/serverless/way.ipp>
#include <cicd/deliver/command/way.ipp>
// clang-format on

namespace cicd {

namespace deliver_ways {
namespace {

struct way_list {
  std::vector<way_traits> traits;
  std::vector<listed_way::maker> makers;
};

way_list& all() {
  static way_list ways;
  return ways;
}

}  // namespace
}  // namespace deliver_ways

listed_way::listed_way(const way_traits& of, maker make) {
  deliver_ways::all().traits.push_back(of);
  deliver_ways::all().makers.push_back(make);
}

std::span<const way_traits> deploy_ways() {
  return deliver_ways::all().traits;
}

way_set::way_set(const way_context& in) {
  for (const listed_way::maker make : deliver_ways::all().makers) ways_.push_back(make(in));
  with_parts_ = std::make_unique<way_of_parts>(in, *this);
}

way& way_set::of(const environment& place) const {
  return place.parts.empty() ? alone(place) : *with_parts_;
}

way& way_set::alone(const environment& place) const {
  const std::vector<way_traits>& traits = deliver_ways::all().traits;
  for (std::size_t at = 0; at < traits.size(); ++at)
    if (traits[at].way == place.via) return *ways_[at];
  throw std::logic_error("an environment without a way of deploying: the declaration was not checked");
}

}  // namespace cicd
