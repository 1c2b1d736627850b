// How a way gets into the list of ways: its folder has a `way.ipp` that lists it, and ways.ipp has a line
// with that file.
#pragma once

#include <memory>
#include <vector>

#include <cicd/declare/deploy_ways.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// A `const` one of these in a way's `way.ipp` puts it at the end of the list, once in a program.
class listed_way {
 public:
  using maker = std::unique_ptr<way> (*)(const way_context& in);
  listed_way(const way_traits& of, maker make);
};

template <typename Way>
std::unique_ptr<way> make_way(const way_context& in) {
  return std::make_unique<Way>(in);
}

/// One of each way, for a run.
class way_set {
 public:
  explicit way_set(const way_context& in);
  /// Of a checked declaration, whose way is one of the list: with its parts, where it has some.
  way& of(const environment& place) const;
  /// The same of the environment alone, or of a part.
  way& alone(const environment& place) const;

 private:
  std::vector<std::unique_ptr<way>> ways_;  ///< in the order of the list
  std::unique_ptr<way> with_parts_;
};

}  // namespace cicd
