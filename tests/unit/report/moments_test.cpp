// Times as a reader takes them.
#include <cicd/report/moments.hpp>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

const auto now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 12h;

TEST(a_relative_time, is_in_the_largest_unit_that_fits) {
  const std::pair<std::chrono::seconds, const char*> cases[] = {{0s, "just now"},
                                                                {59s, "just now"},
                                                                {60s, "1 min ago"},
                                                                {59min, "59 min ago"},
                                                                {1h, "1 h ago"},
                                                                {23h, "23 h ago"},
                                                                {24h, "1 day ago"},
                                                                {13 * 24h, "13 days ago"},
                                                                {14 * 24h, "2 weeks ago"},
                                                                {60 * 24h, "2 months ago"},
                                                                {800 * 24h, "2 years ago"},
                                                                {-30s, "in a moment"},
                                                                {-2h, "in 2 h"}};
  for (const auto& [before, text] : cases) EXPECT_EQ(cicd::relative_text(now - before, now), text);
}

TEST(the_times_of_a_page, are_exact_where_that_is_asked_for) {
  EXPECT_EQ((cicd::moment_words{now, false}.text(now - 3h)), "3 h ago");
  EXPECT_EQ((cicd::moment_words{now, true}.text(now - 3h)), "2026-11-21T09:00:00Z");
}

TEST(a_name, is_shown_without_its_mail_address) {
  EXPECT_EQ(cicd::short_name("Jane Doe <jane@example.com>"), "Jane Doe");
  EXPECT_EQ(cicd::short_name("<jane@example.com>"), "<jane@example.com>");
  EXPECT_EQ(cicd::short_name("system:serviceaccount:ci:deployer"), "system:serviceaccount:ci:deployer");
  EXPECT_EQ(cicd::short_name(""), "");
}

}  // namespace
