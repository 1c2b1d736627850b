// Points of time for a reader, as git writes them.
#pragma once

#include <cstdint>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/report/moments.hpp>

namespace cicd {

namespace report_moments {
namespace {

std::string amount_text(std::int64_t amount, std::string_view one, std::string_view more) {
  return fmt::format("{} {}", amount, amount == 1 ? one : more);
}

/// Of at least a minute.
std::string length_text(std::int64_t seconds) {
  constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
  if (seconds < hour) return amount_text(seconds / minute, "min", "min");
  if (seconds < day) return amount_text(seconds / hour, "h", "h");
  if (seconds < 14 * day) return amount_text(seconds / day, "day", "days");
  if (seconds < 60 * day) return amount_text(seconds / (7 * day), "week", "weeks");
  if (seconds < 730 * day) return amount_text(seconds / (30 * day), "month", "months");
  return amount_text(seconds / (365 * day), "year", "years");
}

}  // namespace
}  // namespace report_moments

std::string relative_text(std::chrono::system_clock::time_point when,
                          std::chrono::system_clock::time_point now) {
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now - when).count();
  if (seconds > -60 && seconds < 60) return seconds < 0 ? "in a moment" : "just now";
  if (seconds < 0) return "in " + report_moments::length_text(-seconds);
  return report_moments::length_text(seconds) + " ago";
}

std::string moment_words::text(std::chrono::system_clock::time_point when) const {
  return is_exact ? utc_text(when) : relative_text(when, now);
}

std::string short_name(const std::string& who) {
  const auto address = who.rfind('<');
  if (address == std::string::npos) return who;
  const std::string name(trimmed(std::string_view(who).substr(0, address)));
  return name.empty() ? who : name;
}

}  // namespace cicd
