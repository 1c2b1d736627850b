// A cron schedule as sets of times: when it runs, by the local clock, and what a change of that clock does to
// it. Pure: which changes there are is handed in. Which texts are schedules is said by cluster_values.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <cicd/declare/values/cluster_values.hpp>

namespace cicd {

/// A date and time by a local clock.
struct local_time {
  std::int64_t year = 1970;
  int month = 1, day = 1, hour = 0, minute = 0;
  int weekday = 4;  ///< 0 is Sunday
};
/// From seconds since 1970 by that clock.
local_time local_time_from(std::int64_t seconds);
/// Days from 1970-01-01 to that date of the Gregorian calendar.
std::int64_t days_to(std::int64_t year, int month, int day);

/// A schedule as sets of numbers, a bit for each.
struct cron_times {
  std::uint64_t minutes = 0, hours = 0, days = 0, months = 0, weekdays = 0;
  /// Day of month and weekday hold both, unless both are restricted: then one of them is enough.
  bool any_day = false, any_weekday = false;

  bool holds(const local_time& at) const;
  /// Whether any month that it names has any day that it names: 30 February never comes.
  bool ever_runs() const;
  bool every_hour() const { return hours == (1u << 24) - 1; }
};
/// `of` must not be empty.
cron_times times_of(cron_schedule of);

/// The same times as five fields without names, steps or `?`: `0,15,30,45 * * * *` of `*/15 * * * *`. A field
/// is `*`, one range, or a list of numbers. `of` must not be empty.
std::string fields_of_schedule(cron_schedule of);

/// A change of a local clock, as in spring and autumn.
struct clock_change {
  std::int64_t at = 0;                 ///< seconds since 1970, UTC
  std::int32_t before = 0, after = 0;  ///< seconds east of Greenwich
  bool operator==(const clock_change&) const = default;
};

/// A time that a schedule names and that a change of the clock leaves out or has twice.
struct doubtful_time {
  local_time at;
  bool twice = false;
};
/// The first of them; nothing for a schedule that runs in every hour, since a change moves none of its runs
/// far.
std::optional<doubtful_time> doubtful_time_of(cron_schedule of, std::span<const clock_change> changes);

}  // namespace cicd
