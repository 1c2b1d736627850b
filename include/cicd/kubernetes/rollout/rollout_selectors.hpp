// Which watches see what was applied, its ReplicaSets and pods, and as little else as possible: few watches
// for many objects, by the labels that they have in common. Pure. Inside the room kubernetes/ only.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

struct wanted_watch {
  std::string kind, namespace_name, labels, fields;
  auto operator<=>(const wanted_watch&) const = default;
};

/// For these Deployments, StatefulSets and Jobs; first those of the objects themselves.
std::vector<wanted_watch> watches_for(const std::vector<json>& objects);

/// `app=orders,service in (api,worker)`: the narrowest that takes all of these sets of labels, which have the
/// same keys.
std::string common_selector(const std::vector<json>& labels);

}  // namespace cicd::kubernetes
