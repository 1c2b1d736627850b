// Windows of the week: from which time until which on which days, by a local clock. Which clock that is, and
// what changes it, is not known here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/declare/values/schedule.hpp>

namespace cicd {

/// By `local_time::weekday`.
inline constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/// `Mon-Fri 09:00-16:00`. One whose end is before its start ends on the next day.
struct time_window {
  std::uint8_t days = 0;    ///< on which it begins: a bit for each, the lowest is Sunday
  int from = 0, until = 0;  ///< minutes of the day; 24:00 only as an end

  static constexpr std::string_view allowed() {
    return "days and times such as \"Mon-Fri 09:00-16:00\", \"Sat,Sun 22:00-06:00\" or \"09:00-24:00\"";
  }
  static std::optional<time_window> parse(std::string_view word);
  static std::string guess(std::string_view word);
  std::string text() const;
  bool operator==(const time_window&) const = default;

  bool holds(const local_time& at) const;
};

}  // namespace cicd
