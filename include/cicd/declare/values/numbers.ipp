// Numbers as words of a CMake call, and what was most likely meant by a wrong one.
#pragma once

#include <cicd/declare/values/numbers.hpp>

#include <fmt/format.h>

#include <array>

namespace cicd {

namespace declare_values_numbers {
namespace {

/// The nearer end of a range for a whole number outside of it.
std::string clamped(std::string_view text, std::string_view least, std::string_view most) {
  if (text.starts_with('-') && detail::is_whole(text.substr(1))) return std::string(least);
  if (!detail::is_whole(text)) return {};
  return std::string(text.find_first_not_of('0') == text.npos ? least : most);
}

}  // namespace
}  // namespace declare_values_numbers

/// `30s` for `30`, `2h` for `2 hours`, `2H` or `2hrs`.
std::string duration::guess(std::string_view text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string number(text.substr(0, end)), unit = lower(std::string(trimmed(text.substr(end))));
  if (!detail::is_whole(number)) return {};
  if (unit.empty()) return number + "s";
  std::string made;
  for (const std::string_view each : {"seconds", "minutes", "hours", "hrs", "mins", "days"})
    if (each.starts_with(unit)) made = number + each[0];
  if (unit.starts_with("ms") || unit.starts_with("milli")) made = number + "ms";
  return accepts(made) ? made : std::string();
}

std::string duration::text() const {
  struct unit {
    std::int64_t size;
    std::string_view name;
  };
  constexpr std::array<unit, 5> units{
      {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}}};
  for (const unit& each : units)
    if (milliseconds_ % each.size == 0) return fmt::format("{}{}", milliseconds_ / each.size, each.name);
  return {};
}

std::string port_number::guess(std::string_view text) {
  return declare_values_numbers::clamped(text, "1", "65535");
}
std::string port_number::text() const {
  return fmt::format("{}", number());
}

std::string retry_count::guess(std::string_view text) {
  return declare_values_numbers::clamped(text, "0", "20");
}
std::string retry_count::text() const {
  return fmt::format("{}", number());
}

std::string shard_count::guess(std::string_view text) {
  return declare_values_numbers::clamped(text, "2", text == "1" ? "2" : "64");
}
std::string shard_count::text() const {
  return fmt::format("{}", number());
}

std::string replica_range::guess(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == text.npos) return declare_values_numbers::clamped(text, "0", "1000");
  const std::string_view low = text.substr(0, dots), high = text.substr(dots + 2);
  return low == high ? std::string(low) : fmt::format("{}..{}", high, low);
}
std::string replica_range::text() const {
  return scales() ? fmt::format("{}..{}", least(), most()) : fmt::format("{}", least());
}

std::string user_id::guess(std::string_view text) {
  return detail::is_whole(text) ? "10001" : "";
}
std::string user_id::text() const {
  return fmt::format("{}", number());
}

}  // namespace cicd
