#include <cicd/kubernetes/jobs/cron_runs.hpp>

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>

namespace cicd::kubernetes {
namespace {

cron_moment at(std::string_view text) {
  return utc_from(text).value();
}

zone_clock zone(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return zone_clock::from(bytes.str(), at("2027-01-01T00:00:00Z")).value();
}

std::string next(const std::string& schedule, const zone_clock& in, std::string_view after) {
  const auto found = next_run(cron_schedule::from(schedule), in, at(after));
  return found ? utc_text(*found) : "never";
}

TEST(cron_time, the_next_run_is_later_than_the_time_asked_for) {
  const zone_clock utc;
  EXPECT_EQ(next("*/15 * * * *", utc, "2026-11-21T10:07:31Z"), "2026-11-21T10:15:00Z");
  EXPECT_EQ(next("*/15 * * * *", utc, "2026-11-21T10:15:00Z"), "2026-11-21T10:30:00Z");
  EXPECT_EQ(next("0 3 * * *", utc, "2026-11-21T23:59:59Z"), "2026-11-22T03:00:00Z");
  EXPECT_EQ(next("@weekly", utc, "2026-11-21T10:00:00Z"), "2026-11-22T00:00:00Z");
}

TEST(cron_time, a_rare_day_is_found_and_one_that_never_comes_is_not) {
  const zone_clock utc;
  EXPECT_EQ(next("30 4 29 2 *", utc, "2026-11-21T10:00:00Z"), "2028-02-29T04:30:00Z");
  EXPECT_EQ(next("0 0 31 2 *", utc, "2026-11-21T10:00:00Z"), "never");
  EXPECT_EQ(next_run({}, utc, at("2026-11-21T10:00:00Z")), std::nullopt);
}

TEST(cron_time, either_a_day_of_the_month_or_a_weekday_is_enough_where_both_are_restricted) {
  EXPECT_EQ(next("0 0 13 * 5", zone_clock(), "2026-11-01T00:00:00Z"), "2026-11-06T00:00:00Z");
  EXPECT_EQ(next("0 0 13 * *", zone_clock(), "2026-11-01T00:00:00Z"), "2026-11-13T00:00:00Z");
}

TEST(cron_time, a_schedule_is_read_by_the_clock_of_its_zone) {
  EXPECT_EQ(next("0 3 * * *", zone("America/Sao_Paulo"), "2026-11-21T10:00:00Z"), "2026-11-22T06:00:00Z");
  EXPECT_EQ(next("0 3 * * *", zone("Asia/Kathmandu"), "2026-11-21T10:00:00Z"), "2026-11-21T21:15:00Z");
  EXPECT_EQ(next("0 3 * * *", zone("Europe/Berlin"), "2026-11-21T10:00:00Z"), "2026-11-22T02:00:00Z");
  EXPECT_EQ(next("0 3 * * *", zone("Europe/Berlin"), "2026-07-21T10:00:00Z"), "2026-07-22T01:00:00Z");
}

TEST(cron_time, a_zone_that_never_changed_its_clock_has_its_offset) {
  EXPECT_EQ(next("0 3 * * *", zone("Etc/GMT+5"), "2026-11-21T10:00:00Z"), "2026-11-22T08:00:00Z");
  EXPECT_EQ(next("0 3 * * *", zone("Etc/GMT-14"), "2026-11-21T10:00:00Z"), "2026-11-21T13:00:00Z");
  EXPECT_EQ(next("0 3 * * *", zone("UTC"), "2026-11-21T10:00:00Z"), "2026-11-22T03:00:00Z");
}

TEST(cron_time, a_local_time_that_is_left_out_has_no_run_and_one_that_comes_twice_has_two) {
  const zone_clock berlin = zone("Europe/Berlin");
  EXPECT_EQ(next("30 2 * * *", berlin, "2026-03-28T12:00:00Z"), "2026-03-30T00:30:00Z");
  const cron_runs autumn = runs_between(cron_schedule::from("30 2 * * *"), berlin, at("2026-10-24T12:00:00Z"),
                                        at("2026-10-25T12:00:00Z"));
  ASSERT_EQ(autumn.count, 2u);
  EXPECT_EQ(utc_text(autumn.last[0]), "2026-10-25T00:30:00Z");
  EXPECT_EQ(utc_text(autumn.last[1]), "2026-10-25T01:30:00Z");
}

TEST(cron_time, all_runs_between_are_counted_and_the_last_ones_kept) {
  const cron_runs runs = runs_between(cron_schedule::from("* * * * *"), zone_clock(),
                                      at("2026-11-21T10:00:00Z"), at("2026-11-21T12:00:00Z"), 2);
  EXPECT_EQ(runs.count, 120u);
  ASSERT_EQ(runs.last.size(), 2u);
  EXPECT_EQ(utc_text(runs.last[0]), "2026-11-21T11:59:00Z");
  EXPECT_EQ(utc_text(runs.last[1]), "2026-11-21T12:00:00Z");
}

TEST(cron_time, a_text_that_is_no_zone_gives_no_clock) {
  EXPECT_FALSE(zone_clock::from("no zone", at("2026-11-21T10:00:00Z")));
}

}  // namespace
}  // namespace cicd::kubernetes
