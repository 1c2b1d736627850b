// Placeholders in a text: `{name}` with `name` of `[a-z_]+`, not after `$` or `%`. What they stand for comes
// from the caller.
#pragma once

#include <cicd/declare/model.hpp>
#include <cicd/declare/placeholders.hpp>

namespace cicd {

namespace declare_placeholders {
namespace {

/// Where the next placeholder of `text` stands, from `{` to `}`; empty when there is none from `from` on.
std::string_view next_in(std::string_view text, std::size_t from) {
  for (std::size_t open = text.find('{', from); open != text.npos; open = text.find('{', open + 1)) {
    std::size_t end = open + 1;
    while (end < text.size() && (detail::is_lower(text[end]) || text[end] == '_')) ++end;
    const bool named = end > open + 1 && end < text.size() && text[end] == '}';
    const bool taken_by_others = open > 0 && (text[open - 1] == '$' || text[open - 1] == '%');
    if (named && !taken_by_others) return text.substr(open, end + 1 - open);
  }
  return {};
}

}  // namespace
}  // namespace declare_placeholders

std::string with_placeholders(std::string_view text, const placeholder_values& values) {
  std::string replaced;
  std::size_t at = 0;
  while (true) {
    const std::string_view next = declare_placeholders::next_in(text, at);
    if (next.empty()) return replaced.append(text.substr(at));
    const std::size_t open = static_cast<std::size_t>(next.data() - text.data());
    const auto value = values.find(next.substr(1, next.size() - 2));
    replaced.append(text.substr(at, open - at));
    replaced.append(value == values.end() ? next : std::string_view(value->second));
    at = open + next.size();
  }
}

std::vector<std::string> placeholders_in(std::string_view text) {
  std::vector<std::string> names;
  std::size_t at = 0;
  while (true) {
    const std::string_view next = declare_placeholders::next_in(text, at);
    if (next.empty()) return names;
    names.emplace_back(next.substr(1, next.size() - 2));
    at = static_cast<std::size_t>(next.data() - text.data()) + next.size();
  }
}

}  // namespace cicd
