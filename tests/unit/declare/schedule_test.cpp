// Cron schedules as sets of times, and what a change of the local clock does to them.
#include <cicd/declare/values/schedule.hpp>

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace {

using cicd::clock_change;
using cicd::cron_schedule;
using cicd::local_time;
using cicd::local_time_from;
using cicd::times_of;

std::int64_t seconds_to(int year, int month, int day, int hour = 0, int minute = 0) {
  return cicd::days_to(year, month, day) * 86'400 + hour * 3600 + minute * 60;
}

bool runs(const char* schedule, int year, int month, int day, int hour, int minute) {
  return times_of(cron_schedule::from(schedule))
      .holds(local_time_from(seconds_to(year, month, day, hour, minute)));
}

TEST(a_local_time, is_that_of_the_gregorian_calendar) {
  EXPECT_EQ(cicd::days_to(1970, 1, 1), 0);
  EXPECT_EQ(cicd::days_to(2000, 3, 1), 11'017);
  EXPECT_EQ(cicd::days_to(1969, 12, 31), -1);
  for (const std::int64_t day : {-719'000, -1, 0, 59, 11'016, 11'017, 20'000, 47'540}) {
    const local_time made = local_time_from(day * 86'400 + 3 * 3600 + 61);
    EXPECT_EQ(cicd::days_to(made.year, made.month, made.day), day);
    EXPECT_EQ(made.hour, 3);
    EXPECT_EQ(made.minute, 1);
  }
  EXPECT_EQ(local_time_from(seconds_to(2026, 11, 21)).weekday, 6);
  EXPECT_EQ(local_time_from(seconds_to(1969, 12, 28)).weekday, 0);
}

TEST(a_schedule, is_written_as_five_fields_of_numbers_for_the_same_times) {
  const std::pair<const char*, const char*> written[] = {
      {"@daily", "0 0 * * *"},
      {"@yearly", "0 0 1 1 *"},
      {"*/15 * * * *", "0,15,30,45 * * * *"},
      {"5 1-3 */10 jan mon-fri", "5 1-3 1,11,21,31 1 1-5"},
      {"0 0 1-31 * mon", "0 0 1-31 * 1"},
      {"0 0-23 ? 1,2 5,6", "0 * * 1,2 5,6"},
      {"59 23 1-3,9 dec sat", "59 23 1,2,3,9 12 6"},
      {"7/20 * 31 * *", "7,27,47 * 31 * *"},
  };
  for (const auto& [from, to] : written) {
    const std::string fields = cicd::fields_of_schedule(cron_schedule::from(from));
    EXPECT_EQ(fields, to);
    const cicd::cron_times one = times_of(cron_schedule::from(from)),
                           other = times_of(cron_schedule::from(fields));
    EXPECT_EQ(one.minutes, other.minutes);
    EXPECT_EQ(one.hours, other.hours);
    EXPECT_EQ(one.days, other.days);
    EXPECT_EQ(one.months, other.months);
    EXPECT_EQ(one.weekdays, other.weekdays);
    EXPECT_EQ(one.any_day, other.any_day);
    EXPECT_EQ(one.any_weekday, other.any_weekday);
  }
}

TEST(a_schedule, names_minutes_hours_and_days_by_numbers_names_ranges_and_steps) {
  EXPECT_TRUE(runs("*/15 * * * *", 2026, 1, 1, 5, 45));
  EXPECT_FALSE(runs("*/15 * * * *", 2026, 1, 1, 5, 46));
  EXPECT_TRUE(runs("5/20 8-17 * * *", 2026, 1, 1, 17, 45));
  EXPECT_FALSE(runs("5/20 8-17 * * *", 2026, 1, 1, 18, 45));
  EXPECT_TRUE(runs("0 0 * jan,MAR mon-fri", 2026, 3, 2, 0, 0));
  EXPECT_FALSE(runs("0 0 * jan,MAR mon-fri", 2026, 3, 1, 0, 0));
  EXPECT_TRUE(runs("@weekly", 2026, 11, 22, 0, 0));
  EXPECT_TRUE(runs("@yearly", 2026, 1, 1, 0, 0));
  EXPECT_FALSE(runs("@monthly", 2026, 1, 2, 0, 0));
}

TEST(a_schedule_with_both_kinds_of_days, runs_on_either) {
  EXPECT_TRUE(runs("0 0 13 * fri", 2026, 11, 13, 0, 0));
  EXPECT_TRUE(runs("0 0 13 * fri", 2026, 11, 20, 0, 0));
  EXPECT_TRUE(runs("0 0 13 * fri", 2026, 12, 13, 0, 0));
  EXPECT_FALSE(runs("0 0 13 * fri", 2026, 12, 14, 0, 0));
  EXPECT_FALSE(runs("0 0 13 * *", 2026, 11, 20, 0, 0));
  EXPECT_TRUE(runs("0 0 */2 * fri", 2026, 11, 20, 0, 0)) << "a step restricts, so that either is enough";
}

/// Central Europe in 2026: forward on 29 March at 1:00 UTC, back on 25 October at 1:00 UTC.
const std::vector<clock_change> europe{{seconds_to(2026, 3, 29, 1), 3600, 7200},
                                       {seconds_to(2026, 10, 25, 1), 7200, 3600}};

TEST(a_time_that_a_change_leaves_out_or_has_twice, is_found) {
  const auto skipped = cicd::doubtful_time_of("30 2 * * *", europe);
  ASSERT_TRUE(skipped);
  EXPECT_FALSE(skipped->twice);
  EXPECT_EQ(skipped->at.month, 3);
  EXPECT_EQ(skipped->at.hour, 2);
  EXPECT_EQ(skipped->at.minute, 30);
  const auto twice = cicd::doubtful_time_of("30 2 * oct *", europe);
  ASSERT_TRUE(twice);
  EXPECT_TRUE(twice->twice);
  EXPECT_EQ(twice->at.day, 25);
}

TEST(a_time_that_no_change_touches, is_not_doubtful) {
  for (const char* schedule : {"0 3 * * *", "59 1 * * *", "30 2 * * mon", "30 2 1 * *", "0 12 * * *"})
    EXPECT_FALSE(cicd::doubtful_time_of(cron_schedule::from(schedule), europe)) << schedule;
  EXPECT_FALSE(cicd::doubtful_time_of("*/15 * * * *", europe)) << "it runs in every hour";
  EXPECT_FALSE(cicd::doubtful_time_of("30 2 * * *", {}));
}

}  // namespace
