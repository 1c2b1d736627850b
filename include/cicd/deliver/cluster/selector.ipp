// Label selectors. See selector.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/selector.hpp>

namespace cicd {

namespace deliver_cluster_selector {
namespace {

bool expression_takes(const json& expression, const json& labels) {
  const json& value = labels[expression["key"].text()];
  const std::string how = expression["operator"].text();
  const std::vector<std::string> values = expression["values"].texts();
  const bool is_among = value.is_string() && std::ranges::find(values, value.text()) != values.end();
  if (how == "In") return is_among;
  if (how == "NotIn") return !is_among;
  if (how == "Exists") return !value.is_null();
  if (how == "DoesNotExist") return value.is_null();
  return true;
}

bool all_equal(const json& map, const json& labels) {
  return std::ranges::all_of(map.members(),
                             [&](const auto& each) { return labels[each.first] == each.second; });
}

void add_map(const json& map, std::vector<std::string>& to) {
  for (const auto& [key, value] : map.members()) to.push_back(displayable(key + '=' + value.text()));
}

}  // namespace
}  // namespace deliver_cluster_selector

bool selector_takes(const json& selector, const json& labels) {
  using namespace deliver_cluster_selector;
  if (selector.is_null()) return false;
  return all_equal(selector["matchLabels"], labels)
         && std::ranges::all_of(selector["matchExpressions"].elements(),
                                [&](const json& each) { return expression_takes(each, labels); });
}

bool map_takes(const json& map, const json& labels) {
  return !map.members().empty() && deliver_cluster_selector::all_equal(map, labels);
}

const json& pod_template_of(const json& object) {
  const json& spec = object["spec"];
  return object["kind"].text() == "CronJob" ? spec["jobTemplate"]["spec"]["template"] : spec["template"];
}

std::string selector_text(const json& selector) {
  std::vector<std::string> parts;
  const bool is_map = selector["matchLabels"].is_null() && selector["matchExpressions"].is_null();
  deliver_cluster_selector::add_map(is_map ? selector : selector["matchLabels"], parts);
  for (const json& each : selector["matchExpressions"].elements())
    parts.push_back(displayable(fmt::format("{} {} ({})", each["key"].text(), each["operator"].text(),
                                            joined(each["values"].texts(), ","))));
  return parts.empty() ? "everything" : joined(parts, ",");
}

}  // namespace cicd
