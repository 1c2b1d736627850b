#include <cicd/kubernetes/jobs/cron_runs.hpp>

#include <fstream>
#include <iomanip>
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

/// How many runs a year has, and a digest of all of them.
std::string runs_of(const std::string& schedule, const std::string& in, int year) {
  const auto start = [](int of) { return cron_moment(std::chrono::seconds(days_to(of, 1, 1) * 86'400)); };
  const cron_runs runs =
      runs_between(cron_schedule::from(schedule), zone(in), start(year), start(year + 1), 600'000);
  std::uint64_t sum = 14695981039346656037U;
  for (const cron_moment each : runs.last) {
    auto seconds = static_cast<std::uint64_t>(each.time_since_epoch() / std::chrono::seconds(1));
    for (int byte = 0; byte < 8; ++byte, seconds >>= 8) sum = (sum ^ (seconds & 0xff)) * 1099511628211U;
  }
  std::ostringstream text;
  text << runs.count << '|' << std::hex << std::setw(16) << std::setfill('0') << sum;
  return text.str();
}

TEST(cron_time, is_what_the_controller_makes_of_it_in_zones_of_all_kinds) {
  std::ifstream table(CICD_SOURCE_ROOT "/tests/unit/kubernetes/data/cron_by_controller.txt");
  std::size_t cases = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('#')) continue;
    const std::vector<std::string> row = split(line, '|');
    ASSERT_EQ(row.size(), 5U) << line;
    EXPECT_EQ(runs_of(row[1], row[0], std::stoi(row[2])), row[3] + "|" + row[4]) << line;
    ++cases;
  }
  EXPECT_GT(cases, 100U);
}

TEST(cron_time, by_the_clock_is_another_where_a_change_is_of_half_an_hour) {
  // Lord Howe sets its clock from 02:00 to 02:30 on 4 October 2026; the controller comes from a full hour.
  const zone_clock lord_howe = zone("Australia/Lord_Howe");
  const cron_schedule schedule = cron_schedule::from("15 3 * * *");
  const cron_moment before = at("2026-10-03T12:00:00Z");
  const auto by_clock = next_by_clock(schedule, lord_howe, before),
             by_controller = next_run(schedule, lord_howe, before);
  ASSERT_TRUE(by_clock && by_controller);
  EXPECT_EQ(utc_text(*by_clock), "2026-10-03T16:15:00Z");
  EXPECT_EQ(utc_text(*by_controller), "2026-10-04T16:15:00Z");
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
