// The text of a TZif file: what it lists, what its rule goes on with, and what is no such text.
#include <cicd/declare/values/time_zone.hpp>

#include <gtest/gtest.h>

namespace {

using cicd::clock_change;
using cicd::clock_changes_in;

std::string number(std::int64_t value, int size) {
  std::string bytes;
  for (int at = size - 1; at >= 0; --at) bytes.push_back(static_cast<char>(value >> (8 * at) & 0xff));
  return bytes;
}

std::string header(std::int64_t times, std::int64_t types, std::int64_t characters) {
  std::string text = "TZif2" + std::string(15, '\0');
  for (const std::int64_t count :
       {std::int64_t{0}, std::int64_t{0}, std::int64_t{0}, times, types, characters})
    text += number(count, 4);
  return text;
}

/// Types 0 (UTC+1) and 1 (UTC+2), these changes, and that rule.
std::string zone(const std::vector<std::pair<std::int64_t, int>>& changes, const std::string& rule) {
  const std::string types =
      number(3600, 4) + std::string("\0\0", 2) + number(7200, 4) + std::string("\1\0", 2);
  std::string text = header(0, 1, 1) + number(0, 4) + std::string("\0\0", 2) + std::string(1, '\0');
  text += header(static_cast<std::int64_t>(changes.size()), 2, 4);
  for (const auto& change : changes) text += number(change.first, 8);
  for (const auto& change : changes) text.push_back(static_cast<char>(change.second));
  return text + types + std::string("CET\0", 4) + "\n" + rule + "\n";
}

std::int64_t at(int year, int month, int day, int hour) {
  return cicd::days_to(year, month, day) * 86'400 + hour * 3600;
}

const std::int64_t from = at(2026, 1, 1, 0), until = at(2028, 1, 1, 0);

TEST(the_changes_of_a_zone, are_those_that_its_file_lists_and_then_those_of_its_rule) {
  const auto made =
      clock_changes_in(zone({{at(2025, 3, 30, 1), 1}, {at(2025, 10, 26, 1), 0}, {at(2026, 3, 29, 1), 1}},
                            "CET-1CEST,M3.5.0,M10.5.0/3"),
                       from, until);
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, (std::vector<clock_change>{{at(2026, 3, 29, 1), 3600, 7200},
                                              {at(2026, 10, 25, 1), 7200, 3600},
                                              {at(2027, 3, 28, 1), 3600, 7200},
                                              {at(2027, 10, 31, 1), 7200, 3600}}));
}

TEST(a_rule, may_begin_in_the_south_have_minutes_or_days_of_the_year) {
  const auto south =
      clock_changes_in(zone({}, "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"), from, at(2027, 1, 1, 0));
  ASSERT_TRUE(south);
  EXPECT_EQ(*south, (std::vector<clock_change>{{at(2026, 4, 4, 15), 39'600, 37'800},
                                               {at(2026, 10, 3, 15) + 1800, 37'800, 39'600}}));
  const auto days = clock_changes_in(zone({}, "A0B,J60/0,364/0"), from, at(2027, 1, 1, 0));
  ASSERT_TRUE(days);
  EXPECT_EQ(*days,
            (std::vector<clock_change>{{at(2026, 3, 1, 0), 0, 3600}, {at(2026, 12, 30, 23), 3600, 0}}));
}

TEST(a_zone_whose_clock_stays, has_no_changes) {
  for (const char* rule : {"<-03>3", "UTC0", ""}) {
    const auto made = clock_changes_in(zone({{at(2019, 2, 17, 2), 0}}, rule), from, until);
    ASSERT_TRUE(made) << rule;
    EXPECT_TRUE(made->empty()) << rule;
  }
}

TEST(what_is_no_zone, gives_nothing) {
  const std::string whole = zone({{at(2026, 3, 29, 1), 1}}, "CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_FALSE(clock_changes_in("", from, until));
  EXPECT_FALSE(clock_changes_in("# tzdb data for Europe", from, until));
  const std::size_t end = whole.find("CET", 60) + 4;
  for (std::size_t size = 0; size < end; ++size)
    EXPECT_FALSE(clock_changes_in(whole.substr(0, size), from, until)) << size;
  EXPECT_TRUE(clock_changes_in(whole.substr(0, end), from, until));
  EXPECT_FALSE(clock_changes_in(zone({{at(2026, 3, 29, 1), 2}}, ""), from, until))
      << "a type that is not there";
}

TEST(a_rule_that_is_damaged, counts_as_none) {
  for (const char* rule : {"CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.9.0,M10.5.0", "-1",
                           "<CET", "CET-1CEST,,"}) {
    const auto made = clock_changes_in(zone({}, rule), from, until);
    ASSERT_TRUE(made) << rule;
    EXPECT_TRUE(made->empty()) << rule;
  }
}

}  // namespace
