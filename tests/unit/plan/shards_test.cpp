// Shards: each test in exactly one, balanced by times, and stable where tests come and go.
#include <cicd/plan/shards.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cicd {
namespace {

std::vector<timed_test> tests_of(int count, int milliseconds = 0) {
  std::vector<timed_test> tests;
  for (int at = 0; at < count; ++at)
    tests.push_back({fmt::format("tests/t{}_test.py", at), std::chrono::milliseconds(milliseconds)});
  return tests;
}

std::map<std::string, std::size_t> places_of(const std::vector<std::vector<std::string>>& shards) {
  std::map<std::string, std::size_t> places;
  for (std::size_t at = 0; at < shards.size(); ++at)
    for (const std::string& each : shards[at]) {
      EXPECT_FALSE(places.contains(each)) << each;
      places[each] = at;
    }
  return places;
}

TEST(shards, have_each_test_once_and_are_the_same_in_any_order) {
  std::vector<timed_test> tests = tests_of(101);
  const auto shards = shards_of(tests, 7);
  EXPECT_EQ(places_of(shards).size(), 101U);
  std::ranges::reverse(tests);
  EXPECT_EQ(shards_of(tests, 7), shards);
}

TEST(shards, are_even_without_times) {
  for (const unsigned count : {2U, 4U, 16U}) {
    const auto shards = shards_of(tests_of(160), count);
    for (const auto& each : shards) {
      EXPECT_LE(each.size(), 160 / count * 1.11) << count;
      EXPECT_GE(each.size(), 160 / count * 0.5) << count;
    }
  }
}

TEST(shards, are_balanced_by_times) {
  std::vector<timed_test> tests = tests_of(60, 10);
  for (int at = 0; at < 4; ++at) tests.push_back({fmt::format("slow{}", at), std::chrono::seconds(60)});
  const auto places = places_of(shards_of(tests, 4));
  std::vector<int> slow(4, 0);
  for (int at = 0; at < 4; ++at) ++slow[places.at(fmt::format("slow{}", at))];
  EXPECT_EQ(slow, (std::vector<int>{1, 1, 1, 1}));
}

TEST(shards, that_a_test_is_added_to_keep_nearly_all_others) {
  for (const int milliseconds : {0, 100}) {
    std::vector<timed_test> tests = tests_of(400, milliseconds);
    const auto before = places_of(shards_of(tests, 8));
    tests.push_back({"tests/new_test.py", std::chrono::milliseconds(milliseconds)});
    const auto after = places_of(shards_of(tests, 8));
    std::size_t moved = 0;
    for (const auto& [name, place] : before) moved += after.at(name) != place ? 1U : 0U;
    EXPECT_LE(moved, 20U);
  }
}

TEST(shards, may_be_more_than_tests) {
  EXPECT_EQ(places_of(shards_of(tests_of(2), 5)).size(), 2U);
  EXPECT_EQ(shards_of({}, 3), std::vector<std::vector<std::string>>(3));
}

}  // namespace
}  // namespace cicd
