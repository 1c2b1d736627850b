// How a way gets into the list of ways: its folder has a `way.ipp` that lists it, and ways.ipp has a line
// with that file.
#pragma once

#include <vector>

#include <cicd/declare/deploy_ways.hpp>

namespace cicd {

/// A `const` one of these in a way's `way.ipp` puts it at the end of the list, once in a program.
class listed_way {
 public:
  explicit listed_way(const way_traits& of) { all().push_back(of); }
  static std::vector<way_traits>& all();
};

}  // namespace cicd
