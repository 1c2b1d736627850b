// Paths as sigs.k8s.io/structured-merge-diff prints them: `.member`, whose name may hold dots, and
// `[key=value,…]`, `[=value]` or `[place]` for an element of a list.
#pragma once

#include <algorithm>
#include <charconv>
#include <vector>

#include <cicd/kubernetes/field_path.hpp>

namespace cicd::kubernetes {
namespace kubernetes_field_path {
namespace {

const json nothing;

/// Where `wanted` stands outside of quotation marks; npos where it does not.
std::size_t find_plain(std::string_view text, char wanted) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (quoted && text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      quoted = !quoted;
    else if (!quoted && text[at] == wanted)
      return at;
  }
  return text.npos;
}

std::vector<std::string_view> parts_of(std::string_view keys) {
  std::vector<std::string_view> parts;
  for (auto comma = find_plain(keys, ','); comma != keys.npos; comma = find_plain(keys, ',')) {
    parts.push_back(keys.substr(0, comma));
    keys.remove_prefix(comma + 1);
  }
  parts.push_back(keys);
  return parts;
}

bool has_key(const json& element, std::string_view part) {
  const auto equals = part.find('=');
  const result<json> value = parse_json(part.substr(equals + 1));
  return value && (equals == 0 ? element : element[part.substr(0, equals)]) == *value;
}

const json& element_of(const json& list, std::string_view which) {
  if (which.find('=') == which.npos) {
    std::size_t place = 0;
    const auto read = std::from_chars(which.data(), which.data() + which.size(), place);
    return read.ec == std::errc{} && place < list.elements().size() ? list.elements()[place] : nothing;
  }
  const std::vector<std::string_view> parts = parts_of(which);
  for (const json& each : list.elements())
    if (std::ranges::all_of(parts, [&](std::string_view part) { return has_key(each, part); })) return each;
  return nothing;
}

/// The longest name among the members that the path begins with: a label's may hold dots.
std::string_view member_in(const json& object, std::string_view path) {
  std::string_view longest;
  for (const auto& [name, value] : object.members()) {
    const bool begins =
        path.starts_with(name)
        && (path.size() == name.size() || path[name.size()] == '.' || path[name.size()] == '[');
    if (begins && name.size() > longest.size()) longest = name;
  }
  return longest;
}

}  // namespace
}  // namespace kubernetes_field_path

const json& value_at(const json& object, std::string_view field) {
  using namespace kubernetes_field_path;
  const json* at = &object;
  while (!field.empty()) {
    if (field.front() == '[') {
      const auto end = find_plain(field, ']');
      if (end == field.npos) return nothing;
      at = &element_of(*at, field.substr(1, end - 1));
      field.remove_prefix(end + 1);
      continue;
    }
    if (field.front() == '.') field.remove_prefix(1);
    const std::string_view name = member_in(*at, field);
    if (name.empty()) return nothing;
    at = &(*at)[name];
    field.remove_prefix(name.size());
  }
  return *at;
}

}  // namespace cicd::kubernetes
