// One walk.
#pragma once

#include <cicd/base/json_walk.hpp>

namespace cicd {

namespace base_json_walk {

using text_change = std::function<std::string(std::string_view member, const std::string& text)>;

inline json changed(const json& of, std::string_view member, const text_change& change) {
  if (of.is_string()) return json(change(member, of.text()));
  if (of.is_array()) {
    json::array all;
    for (const json& each : of.elements()) all.push_back(changed(each, member, change));
    return json(std::move(all));
  }
  if (!of.is_object()) return of;
  json::object all;
  for (const auto& [name, value] : of.members()) all.emplace_back(name, changed(value, name, change));
  return json(std::move(all));
}

}  // namespace base_json_walk

json with_texts(const json& of, const base_json_walk::text_change& change) {
  return base_json_walk::changed(of, {}, change);
}

}  // namespace cicd
