// Placeholders in a text: `{name}` with `name` of `[a-z_]+`, `<image>.layout`, `.digest`, `.tag`,
// `.repository`, `<service>.url`, `.host`, `.port`, `.dir`, `setting.<name>`, or `<step or
// pipeline>.outputs.<value>`, not after `$` or `%`. What they stand for comes from the caller.
#pragma once

#include <cicd/declare/model.hpp>
#include <cicd/declare/placeholders.hpp>

#include <algorithm>

namespace cicd {

std::optional<named_output> output_named_by(std::string_view placeholder) {
  constexpr std::string_view between = ".outputs.";
  const auto at = placeholder.find(between);
  if (at == placeholder.npos) return std::nullopt;
  const named_output made{placeholder.substr(0, at), placeholder.substr(at + between.size())};
  const auto is_of_step = [](char c) { return detail::is_alnum_lower(c) || c == '-' || c == '/'; };
  if (made.by.empty() || !std::ranges::all_of(made.by, is_of_step) || !value_name::accepts(made.name))
    return std::nullopt;
  return made;
}

std::optional<std::string_view> setting_named_by(std::string_view placeholder) {
  if (!placeholder.starts_with(setting_prefix)) return std::nullopt;
  const std::string_view name = placeholder.substr(setting_prefix.size());
  return dns_label::accepts(name) ? std::optional(name) : std::nullopt;
}

namespace declare_placeholders {
namespace {

/// `pipeline`; `postgres.port` of a service; or `image-cli.layout` and `billing/image.digest`, which only a
/// step that comes AFTER an image has.
bool is_placeholder(std::string_view name) {
  const auto is_of_word = [](char c) { return detail::is_lower(c) || c == '_'; };
  const auto is_of_step = [](char c) { return detail::is_alnum_lower(c) || c == '-' || c == '/'; };
  if (output_named_by(name) || setting_named_by(name) || name == "shard.tests" || name == "shard.file")
    return true;
  const std::size_t dot = name.find('.');
  if (dot == name.npos) return !name.empty() && std::ranges::all_of(name, is_of_word);
  const std::string_view part = name.substr(dot);
  return (part == ".layout" || part == ".digest" || part == ".tag" || part == ".repository"
          || is_part_of_service(name))
         && dot > 0 && std::ranges::all_of(name.substr(0, dot), is_of_step);
}

/// Where the next placeholder of `text` stands, from `{` to `}`; empty when there is none from `from` on.
std::string_view next_in(std::string_view text, std::size_t from) {
  for (std::size_t open = text.find('{', from); open != text.npos; open = text.find('{', open + 1)) {
    const std::size_t end = text.find('}', open);
    if (end == text.npos) return {};
    const bool named = is_placeholder(text.substr(open + 1, end - open - 1));
    const bool taken_by_others = open > 0 && (text[open - 1] == '$' || text[open - 1] == '%');
    if (named && !taken_by_others) return text.substr(open, end + 1 - open);
  }
  return {};
}

}  // namespace
}  // namespace declare_placeholders

bool is_part_of_service(std::string_view name) {
  if (setting_named_by(name)) return false;
  const std::string_view part = name.substr(std::min(name.find('.'), name.size()));
  return part == ".url" || part == ".host" || part == ".port" || part == ".dir";
}

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
