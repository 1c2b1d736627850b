// Values of two parts read and written, and what was most likely meant by a wrong text.
#pragma once

#include <cicd/declare/values/values.hpp>

#include <algorithm>
#include <vector>

#include <cicd/base/text.hpp>

namespace cicd {

namespace declare_values_values {
namespace {

/// Every character that `keeps` does not want becomes `other`.
template <typename Keeps>
std::string with_others_as(std::string text, char other, Keeps keeps) {
  std::replace_if(
      text.begin(), text.end(), [&](char c) { return !keeps(c); }, other);
  return text;
}

std::string without_ends(std::string text, std::string_view ends) {
  const auto first = text.find_first_not_of(ends);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(ends) + 1 - first);
}

std::string meant_toggle(std::string_view text) {
  const std::string word = lower(text);
  for (const std::string_view yes : {"yes", "true", "1", "on"})
    if (word == yes) return "on";
  for (const std::string_view no : {"no", "false", "0", "off", "none"})
    if (word == no) return "off";
  return {};
}

}  // namespace
}  // namespace declare_values_values

namespace detail {

std::string dns_label_rule::guess(std::string_view text) {
  const std::string made = declare_values_values::with_others_as(lower(text), '-', is_alnum_lower);
  return declare_values_values::without_ends(made.substr(0, 63), "-");
}

std::string host_name_rule::guess(std::string_view text) {
  text = text.substr(text.find("://") == text.npos ? 0 : text.find("://") + 3);
  const auto keeps = [](char c) { return is_alnum_lower(c) || c == '.' || c == '{' || c == '}'; };
  return declare_values_values::without_ends(
      declare_values_values::with_others_as(lower(text.substr(0, text.find('/'))), '-', keeps), "-.");
}

std::string image_repository_rule::guess(std::string_view text) {
  text = text.substr(0, text.find('@'));
  const auto colon = text.rfind(':');
  if (colon != text.npos && text.find('/', colon) == text.npos) text = text.substr(0, colon);
  return lower(text);
}

std::string variable_rule::guess(std::string_view text) {
  return declare_values_values::with_others_as(
      std::string(text), '_', [](char c) { return is_digit(c) || is_lower(c) || is_upper(c); });
}

std::string url_path_rule::guess(std::string_view text) {
  return "/" + std::string(text);
}

std::string quantity_rule::guess(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.");
  if (end == text.npos || end == 0) return {};
  std::string_view unit = text.substr(end);
  if (unit.size() > 1 && (unit.ends_with('B') || unit.ends_with('b'))) unit.remove_suffix(1);
  for (const std::string_view known : {"m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"})
    if (known == unit) return std::string(text.substr(0, end)).append(known);
  for (const std::string_view known : {"k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"})
    if (lower(known) == lower(unit)) return std::string(text.substr(0, end)).append(known);
  return unit.size() < 2 ? std::string() : guess(text.substr(0, text.size() - 1));
}

std::string ref_pattern_rule::guess(std::string_view text) {
  return declare_values_values::with_others_as(std::string(text), '-',
                                               [](char c) { return c > ' ' && c != 0x7f; });
}

std::string label_key_rule::guess(std::string_view text) {
  return lower(text);
}

std::string guess_with_name(std::string_view text) {
  return at_equals(text, [](std::string_view name, std::string_view rest) {
    const std::string made = variable_rule::guess(name);
    return variable_rule::accepts(made) ? made + "=" + std::string(rest) : std::string();
  });
}

}  // namespace detail

std::optional<assignment> assignment::parse(std::string_view word) {
  return detail::at_equals(word,
                           [](std::string_view name, std::string_view value) -> std::optional<assignment> {
                             if (!variable_name::accepts(name) || value.find('\0') != value.npos) return {};
                             return assignment{variable_name::from(name), std::string(value)};
                           });
}
std::string assignment::guess(std::string_view word) {
  return detail::guess_with_name(word);
}
std::string assignment::text() const {
  return name.str() + "=" + value;
}

std::optional<label> label::parse(std::string_view word) {
  return detail::at_equals(word, [](std::string_view key, std::string_view value) -> std::optional<label> {
    if (!label_key::accepts(key)) return {};
    return label{label_key::from(key), std::string(value)};
  });
}
std::string label::guess(std::string_view word) {
  return detail::at_equals(word, [](std::string_view key, std::string_view value) {
    return label_key::accepts(lower(key)) ? lower(key) + "=" + std::string(value) : std::string();
  });
}
std::string label::text() const {
  return key.str() + "=" + value;
}

std::optional<file_mapping> file_mapping::parse(std::string_view word) {
  return detail::at_equals(word,
                           [](std::string_view from, std::string_view to) -> std::optional<file_mapping> {
                             if (!relative_path::accepts(from) || !detail::is_image_path(to)) return {};
                             return file_mapping{relative_path::from(from), std::string(to)};
                           });
}
std::string file_mapping::text() const {
  return from.str() + "=" + to;
}

declaring::choice_words choices_of(const toggle*) {
  return {"on or off", {"on", "off"}, declare_values_values::meant_toggle};
}

std::string trigger::guess(std::string_view words) {
  const std::vector<std::string> kinds{"branch", "tag"};
  const auto space = words.find(' ');
  const auto kind = nearest(words.substr(0, space), kinds);
  if (!kind) return {};
  return *kind + (space == words.npos ? " <pattern>" : std::string(words.substr(space)));
}

}  // namespace cicd
