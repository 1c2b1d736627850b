// Label selectors as Kubernetes reads them. Pure.
#pragma once

#include <string>

#include <cicd/base/json.hpp>

namespace cicd {

/// Whether a `LabelSelector` (`matchLabels`, `matchExpressions`) takes these labels. An empty one takes all,
/// null none; an operator that we do not know takes all, so that no pod is overlooked.
bool selector_takes(const json& selector, const json& labels);
/// The same for the plain map of a Service; an empty one takes none.
bool map_takes(const json& map, const json& labels);
/// The template of a workload's pods; null where an object has none.
const json& pod_template_of(const json& object);
/// `app=orders,tier in (a,b)`, for a person.
std::string selector_text(const json& selector);

}  // namespace cicd
