// Parameters and their places in a Template.
#pragma once

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/render/openshift_template.hpp>

namespace cicd::kubernetes {

namespace kubernetes_render_openshift_template {
namespace {

using parameter_values = std::map<std::string, std::string>;

error of_parameter(const std::string& file, std::string what, const std::string& name) {
  return {exit_class::usage, {}, std::move(what), displayable(name), {{"in", displayable(file)}}};
}

/// What each stands for.
result<parameter_values> values_for(const json& document,
                                    const parameter_values& given,
                                    const std::string& file) {
  parameter_values values;
  for (const json& each : document["parameters"].elements()) {
    const std::string name = each["name"].text();
    const auto found = given.find(name);
    const std::string own =
        each["value"].is_string() || each["value"].is_null() ? each["value"].text() : compact(each["value"]);
    const std::string value = found == given.end() ? own : found->second;
    if (value.empty() && !each["generate"].text().empty())
      return of_parameter(file,
                          "the template generates this parameter anew each time, so that no two deploys "
                          "would be alike",
                          name)
          .with("try", fmt::format("PARAMETERS {}=<value>", name));
    if (value.empty() && each["required"].boolean())
      return of_parameter(file, "the template requires this parameter, and it has no value", name)
          .with("try", fmt::format("PARAMETERS {}=<value>", name));
    values[name] = value;
  }
  return values;
}

/// What `${{NAME}}` names, where it is all of the text.
std::optional<std::string> whole_name_in(const std::string& text) {
  if (!text.starts_with("${{") || !text.ends_with("}}") || text.find('}') != text.size() - 2)
    return std::nullopt;
  return text.substr(3, text.size() - 5);
}

std::string replaced(const std::string& text, const parameter_values& values) {
  std::string made;
  std::size_t at = 0;
  while (true) {
    const auto open = text.find("${", at), close = open == text.npos ? open : text.find('}', open);
    if (close == text.npos) return made + text.substr(at);
    const auto value = values.find(text.substr(open + 2, close - open - 2));
    // What no parameter is stays: a script in it may mean its own variable.
    const std::size_t end = value == values.end() ? open + 2 : close + 1;
    made += text.substr(at, open - at) + (value == values.end() ? "${" : value->second);
    at = end;
  }
}

json replaced(const json& value, const parameter_values& values) {
  if (value.is_string()) {
    const std::string text = value.text();
    if (const auto name = whole_name_in(text); name && values.contains(*name)) {
      result<json> as_json = parse_json(values.at(*name));
      return as_json ? *std::move(as_json) : json(values.at(*name));
    }
    return replaced(text, values);
  }
  if (value.is_array()) {
    json::array all;
    for (const json& each : value.elements()) all.push_back(replaced(each, values));
    return json(std::move(all));
  }
  if (!value.is_object()) return value;
  json::object all;
  for (const auto& [name, each] : value.members())
    all.emplace_back(replaced(name, values), replaced(each, values));
  return json(std::move(all));
}

/// A namespace that is written out is that of where the template was made.
json without_fixed_namespace(json object, const json& before) {
  const std::string space = before["metadata"]["namespace"].text();
  if (space.empty() || space.find("${") != space.npos) return object;
  json::object kept;
  for (const auto& member : object["metadata"].members())
    if (member.first != "namespace") kept.push_back(member);
  object.set("metadata", json(std::move(kept)));
  return object;
}

json with_labels(json object, const json& labels) {
  if (labels.members().empty()) return object;
  json metadata = object["metadata"], own = metadata["labels"];
  for (const auto& [name, value] : labels.members()) own.set(name, value);
  metadata.set("labels", std::move(own));
  object.set("metadata", std::move(metadata));
  return object;
}

}  // namespace
}  // namespace kubernetes_render_openshift_template

bool is_openshift_template(const json& document) {
  const std::string version = document["apiVersion"].text();
  return document["kind"].text() == "Template"
         && (version == "v1" || version.starts_with("template.openshift.io/"));
}

std::vector<std::string> parameters_in(const json& document) {
  std::vector<std::string> names;
  for (const json& each : document["parameters"].elements()) names.push_back(each["name"].text());
  return names;
}

result<std::vector<json>> objects_of_template(const json& document,
                                              const std::map<std::string, std::string>& given,
                                              const std::string& file) {
  using namespace kubernetes_render_openshift_template;
  const result<parameter_values> values = values_for(document, given, file);
  if (!values) return values.error();
  const json labels = replaced(document["labels"], *values);
  std::vector<json> objects;
  for (const json& each : document["objects"].elements())
    objects.push_back(with_labels(without_fixed_namespace(replaced(each, *values), each), labels));
  return objects;
}

}  // namespace cicd::kubernetes
