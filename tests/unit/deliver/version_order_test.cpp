// The order of versions and of tags, and which one comes next.
#include <gtest/gtest.h>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/version_order.hpp>

namespace cicd {
namespace {

using enum version_rule;
using texts = std::vector<std::string>;

/// Each is a version, and lower than the next.
void expect_ordered(version_rule rule, const texts& versions) {
  for (std::size_t one = 0; one < versions.size(); ++one)
    for (std::size_t other = 0; other < versions.size(); ++other) {
      const auto order = compare_versions(rule, versions[one], versions[other]);
      ASSERT_TRUE(order) << versions[one] << " " << versions[other];
      EXPECT_TRUE(*order == (one <=> other)) << versions[one] << " " << versions[other];
    }
}

TEST(semantic_versions, have_the_order_of_their_specification) {
  expect_ordered(semantic, {"0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
                            "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.9", "1.0.10",
                            "1.9.0", "1.10.0", "2.0.0", "18446744073709551616.0.0"});
  EXPECT_TRUE(*compare_versions(semantic, "1.0.0+a", "1.0.0+b") == 0) << "build metadata has no part in it";
}

TEST(semantic_versions, have_three_numbers) {
  for (const char* bad :
       {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.03", "v1.2.3", "1.2.x", "1.2.3-", "1.2.3-a..b", "1.2.3-01",
        "1.2.3+", "1.2.3-a.", "1.2.3.", "1.2.3-ä", "erify-me", " 1.2.3", "1.2.3\n", "-1.2.3"})
    EXPECT_FALSE(is_version(semantic, bad)) << bad;
  for (const char* good : {"0.0.0", "1.2.3-0", "1.2.3-0a", "1.2.3--", "1.2.3-rc.1+build.5"})
    EXPECT_TRUE(is_version(semantic, good)) << good;
}

TEST(calendar_versions, are_ordered_by_date) {
  expect_ordered(calendar, {"2025.12.31", "2026.1", "2026.2.1", "2026.02.10", "2026.11.29", "2026.11.29.1",
                            "2026.11.29.10", "2026.12"});
  for (const char* bad : {"2026", "2026.13.1", "2026.0.1", "202.1.1", "2026.1.1.1.1", "2026-11-29",
                          "2026.1.x", "2026.", "2026.1.", "2026.02.30", "2026.02.29", "2026.4.31", "2026.1.0",
                          "2026.1.32.1", "26.02.30.1", "2026.1.100"})
    EXPECT_FALSE(is_version(calendar, bad)) << bad;
  for (const char* good : {"26.04", "2028.02.29", "2026.4.30.2", "24.04.40"})
    EXPECT_TRUE(is_version(calendar, good)) << good;
}

TEST(numbers, are_ordered_by_value_however_long_they_are) {
  expect_ordered(number, {"0", "9", "10", "18446744073709551615", "18446744073709551616"});
  EXPECT_TRUE(*compare_versions(number, "010", "10") == 0);
  for (const char* bad : {"", "1.0", "-1", "1a"}) EXPECT_FALSE(is_version(number, bad)) << bad;
}

TEST(tags, are_ordered_by_what_their_pattern_leaves) {
  const tag_order order = tag_order::of(ref_pattern("v*"), semantic);
  EXPECT_EQ(order.rest_of("v1.5.0"), "1.5.0");
  EXPECT_FALSE(order.rest_of("rc-1"));
  EXPECT_TRUE(order.has("v1.5.0"));
  EXPECT_FALSE(order.has("verify-me"));
  EXPECT_EQ(order.highest({"v1.9.0", "v1.10.0-rc.1", "verify-me", "rc-7"}), "v1.10.0-rc.1");
  EXPECT_EQ(order.highest({"verify-me"}), "");
  EXPECT_EQ(order.tag_of("2.0.0"), "v2.0.0");
  EXPECT_EQ(tag_order::of(ref_pattern("orders-*-prod"), semantic).rest_of("orders-1.2.3-prod"), "1.2.3");
}

TEST(tags, of_a_pattern_that_is_no_plain_one_have_no_order) {
  for (const ref_pattern& pattern : {ref_pattern("v1"), ref_pattern("v*.*")})
    EXPECT_EQ(tag_order::of(pattern, semantic).rule, none) << pattern.view();
}

TEST(tags, of_candidates_are_ordered_by_number_whatever_is_declared) {
  for (const version_rule declared : {none, semantic, calendar}) {
    const tag_order order = tag_order::of(ref_pattern("rc-*"), declared);
    EXPECT_EQ(order.highest({"rc-9", "rc-10", "rc-x"}), "rc-10");
  }
}

TEST(the_tag_of_a_commit, is_that_of_the_event_or_the_highest) {
  const trigger on{ref_kind::tag, ref_pattern("v*")};
  EXPECT_EQ(released_tag({"rc-4", "v1.4.9", "v1.4.10"}, "", on, semantic), "v1.4.10");
  EXPECT_EQ(released_tag({"rc-4", "v1.4.9", "v1.4.10"}, "v1.4.9", on, semantic), "v1.4.9");
  EXPECT_EQ(released_tag({"rc-4", "v1.4.9"}, "rc-4", on, semantic), "v1.4.9") << "it follows other tags";
  EXPECT_EQ(released_tag({"verify-me"}, "", on, semantic), "verify-me") << "for the gate to refuse it";
  EXPECT_EQ(released_tag({"rc-4"}, "", on, semantic), "");
  EXPECT_EQ(released_tag({"v1.0.0"}, "", {ref_kind::branch, ref_pattern("*")}, semantic), "");
}

TEST(the_next_version, is_one_more) {
  const auto today = *utc_from("2026-11-29T23:59:59Z");
  const auto next = [&](const char* highest, next_version what) {
    return version_after(highest, what, today).value_or("none");
  };
  EXPECT_EQ(next("1.4.2", next_version::patch), "1.4.3");
  EXPECT_EQ(next("1.4.2", next_version::minor), "1.5.0");
  EXPECT_EQ(next("1.4.2", next_version::major), "2.0.0");
  EXPECT_EQ(next("1.5.0-rc.2", next_version::minor), "1.5.0") << "what the candidate was of";
  EXPECT_EQ(next("1.5.1-rc.2", next_version::minor), "1.6.0");
  EXPECT_EQ(next("1.5.1-rc.2", next_version::patch), "1.5.1");
  EXPECT_EQ(next("", next_version::minor), "0.1.0");
  EXPECT_EQ(next("", next_version::major), "1.0.0");
  EXPECT_EQ(next("9", next_version::number), "10");
  EXPECT_EQ(next("", next_version::number), "1");
  EXPECT_EQ(next("", next_version::calendar), "2026.11.29");
  EXPECT_EQ(next("2026.11.28.3", next_version::calendar), "2026.11.29");
  EXPECT_EQ(next("2026.11.29", next_version::calendar), "2026.11.29.1");
  EXPECT_EQ(next("2026.11.29.9", next_version::calendar), "2026.11.29.10");
  EXPECT_EQ(next("x", next_version::minor), "none");
}

}  // namespace
}  // namespace cicd
