// Guesses at the nearest good value, by type.
#pragma once

#include <cicd/declare/parse/suggestions.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cicd::declaring {
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

bool is_whole(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), detail::is_digit);
}

/// The nearer end of a range for a whole number outside of it.
std::string clamped(std::string_view text, std::string_view least, std::string_view most) {
  if (text.starts_with('-') && is_whole(text.substr(1))) return std::string(least);
  if (!is_whole(text)) return {};
  return std::string(text.find_first_not_of('0') == text.npos ? least : most);
}

/// `NAME=rest` with the name mended.
std::string with_mended_name(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == text.npos) return {};
  const std::string name = guess(static_cast<const variable_name*>(nullptr), text.substr(0, equals));
  return variable_name::accepts(name) ? name + std::string(text.substr(equals)) : std::string();
}

}  // namespace

std::string guess(const dns_label*, std::string_view text) {
  const std::string made = with_others_as(lower(text), '-', detail::is_alnum_lower);
  return without_ends(made.substr(0, 63), "-");
}

std::string guess(const host_name*, std::string_view text) {
  text = text.substr(text.find("://") == text.npos ? 0 : text.find("://") + 3);
  const auto keeps = [](char c) { return detail::is_alnum_lower(c) || c == '.' || c == '{' || c == '}'; };
  return without_ends(with_others_as(lower(text.substr(0, text.find('/'))), '-', keeps), "-.");
}

std::string guess(const image_repository*, std::string_view text) {
  text = text.substr(0, text.find('@'));
  const auto colon = text.rfind(':');
  if (colon != text.npos && text.find('/', colon) == text.npos) text = text.substr(0, colon);
  return lower(text);
}

std::string guess(const variable_name*, std::string_view text) {
  return with_others_as(std::string(text), '_', [](char c) {
    return detail::is_digit(c) || detail::is_lower(c) || detail::is_upper(c);
  });
}

std::string guess(const url_path*, std::string_view text) {
  return "/" + std::string(text);
}

std::string guess(const quantity*, std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.");
  if (end == text.npos || end == 0) return {};
  std::string_view unit = text.substr(end);
  if (unit.size() > 1 && (unit.ends_with('B') || unit.ends_with('b'))) unit.remove_suffix(1);
  for (const std::string_view known : {"m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"})
    if (known == unit) return std::string(text.substr(0, end)).append(known);
  for (const std::string_view known : {"k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"})
    if (lower(known) == lower(unit)) return std::string(text.substr(0, end)).append(known);
  return unit.size() < 2 ? std::string()
                         : guess(static_cast<const quantity*>(nullptr), text.substr(0, text.size() - 1));
}

std::string guess(const label_key*, std::string_view text) {
  return lower(text);
}

std::string guess(const ref_pattern*, std::string_view text) {
  return with_others_as(std::string(text), '-', [](char c) { return c > ' ' && c != 0x7f; });
}

std::string guess(const duration*, std::string_view text) {
  return is_whole(text) ? std::string(text) + "s" : "";
}
std::string guess(const port_number*, std::string_view text) {
  return clamped(text, "1", "65535");
}
std::string guess(const retry_count*, std::string_view text) {
  return clamped(text, "0", "20");
}

std::string guess(const replica_range*, std::string_view text) {
  const auto dots = text.find("..");
  if (dots == text.npos) return clamped(text, "0", "1000");
  const std::string_view low = text.substr(0, dots), high = text.substr(dots + 2);
  return low == high ? std::string(low) : fmt::format("{}..{}", high, low);
}

std::string guess(const user_id*, std::string_view text) {
  return is_whole(text) ? "10001" : "";
}
std::string guess(const assignment*, std::string_view text) {
  return with_mended_name(text);
}

std::string guess(const label*, std::string_view text) {
  const auto equals = text.find('=');
  if (equals == text.npos || !label_key::accepts(lower(text.substr(0, equals)))) return {};
  return lower(text.substr(0, equals)) + std::string(text.substr(equals));
}

std::string guess(const secret_reference*, std::string_view text) {
  if (text.find('=') != text.npos && text.find('/', text.find('=')) == text.npos)
    return variable_name::accepts(text.substr(0, text.find('='))) ? std::string(text) + "/<key>"
                                                                  : std::string();
  return with_mended_name(text);
}

std::string guess(const trigger*, std::string_view text) {
  const std::vector<std::string> kinds{"branch", "tag"};
  const auto space = text.find(' ');
  const auto kind = nearest(text.substr(0, space), kinds);
  if (!kind) return {};
  return *kind + (space == text.npos ? " <pattern>" : std::string(text.substr(space)));
}

}  // namespace cicd::declaring
