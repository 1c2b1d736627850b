// One watch for each kind and namespace where the objects' selectors have the same keys; else one more.
#pragma once

#include <cicd/kubernetes/rollout/rollout_selectors.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>

namespace cicd::kubernetes {
namespace kubernetes_rollout_rollout_selectors {
namespace {

/// A selector longer than this would not fit into an address; then the key alone has to do.
constexpr std::size_t most_values = 60;

std::string expression_text(const json& each) {
  const std::string key = each["key"].text();
  const std::string does = each["operator"].text();
  const std::string values = joined(each["values"].texts(), ",");
  if (does == "In") return fmt::format("{} in ({})", key, values);
  if (does == "NotIn") return fmt::format("{} notin ({})", key, values);
  return (does == "DoesNotExist" ? "!" : "") + key;
}

std::string expressions_of(const json& selector) {
  std::vector<std::string> parts;
  for (const json& each : selector["matchExpressions"].elements()) parts.push_back(expression_text(each));
  return joined(parts, ",");
}

/// Objects whose pods one watch can see: same namespace, same expressions, same keys.
std::string group_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object["spec"]["selector"]["matchLabels"].members()) keys.push_back(key);
  std::ranges::sort(keys);
  return object["metadata"]["namespace"].text() + "\n" + joined(keys, ",") + "\n"
         + expressions_of(object["spec"]["selector"]);
}

void add_pods(std::vector<wanted_watch>& to, const std::vector<json>& objects) {
  std::map<std::string, std::vector<const json*>> groups;
  for (const json& each : objects) groups[group_of(each)].push_back(&each);
  for (const auto& [name, members] : groups) {
    std::vector<json> labels;
    bool sets = false;
    for (const json* each : members) {
      labels.push_back((*each)["spec"]["selector"]["matchLabels"]);
      sets = sets || (*each)["kind"].text() == "Deployment";
    }
    std::string selector = common_selector(labels);
    const std::string more = expressions_of((*members.front())["spec"]["selector"]);
    if (!more.empty()) selector += (selector.empty() ? "" : ",") + more;
    const std::string where = (*members.front())["metadata"]["namespace"].text();
    if (sets) to.push_back({"ReplicaSet", where, selector, ""});
    to.push_back({"Pod", where, selector, ""});
  }
}

/// The labels that all have, with any value; where there is none, each object gets a watch by its name.
std::vector<std::string> shared_keys(const std::vector<const json*>& objects) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : (*objects.front())["metadata"]["labels"].members()) {
    const bool shared = std::ranges::all_of(
        objects, [&key = key](const json* each) { return (*each)["metadata"]["labels"][key].is_string(); });
    if (shared) keys.push_back(key);
  }
  return keys;
}

void add_objects(std::vector<wanted_watch>& to, const std::vector<json>& objects) {
  std::map<std::pair<std::string, std::string>, std::vector<const json*>> groups;
  for (const json& each : objects)
    groups[{each["kind"].text(), each["metadata"]["namespace"].text()}].push_back(&each);
  for (const auto& [group, members] : groups) {
    const std::vector<std::string> keys = shared_keys(members);
    if (members.size() > 1 && !keys.empty()) {
      std::vector<json> labels;
      for (const json* each : members) {
        json some(json::object{});
        for (const std::string& key : keys) some.set(key, (*each)["metadata"]["labels"][key]);
        labels.push_back(std::move(some));
      }
      to.push_back({group.first, group.second, common_selector(labels), ""});
      continue;
    }
    for (const json* each : members)
      to.push_back({group.first, group.second, "", "metadata.name=" + (*each)["metadata"]["name"].text()});
  }
}

}  // namespace
}  // namespace kubernetes_rollout_rollout_selectors

std::string common_selector(const std::vector<json>& labels) {
  using namespace kubernetes_rollout_rollout_selectors;
  std::map<std::string, std::set<std::string>> values;
  for (const json& each : labels)
    for (const auto& [key, value] : each.members()) values[key].insert(value.text());
  std::vector<std::string> parts;
  for (const auto& [key, those] : values) {
    if (those.size() == 1)
      parts.push_back(key + "=" + *those.begin());
    else if (those.size() > most_values)
      parts.push_back(key);
    else
      parts.push_back(fmt::format("{} in ({})", key, joined(std::vector(those.begin(), those.end()), ",")));
  }
  return joined(parts, ",");
}

std::vector<wanted_watch> watches_for(const std::vector<json>& objects) {
  using namespace kubernetes_rollout_rollout_selectors;
  std::vector<wanted_watch> wanted;
  add_objects(wanted, objects);
  add_pods(wanted, objects);
  return wanted;
}

}  // namespace cicd::kubernetes
