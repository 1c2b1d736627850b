// Nearest words, joining, quoting, amounts and times.
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using cicd::utc_from;

const std::vector<std::string> keywords{"COMMAND", "INPUTS", "OUTPUTS", "AFTER", "IN"};

TEST(the_nearest_word, is_found_over_a_typo_and_over_other_spelling) {
  EXPECT_EQ(cicd::nearest("COMAND", keywords), "COMMAND");
  EXPECT_EQ(cicd::nearest("INPTUS", keywords), "INPUTS");
  EXPECT_EQ(cicd::nearest("after", keywords), "AFTER");
  EXPECT_EQ(cicd::nearest("a_b", std::vector<std::string>{"a-b"}), "a-b");
}

TEST(the_nearest_word, is_none_where_none_is_near) {
  EXPECT_FALSE(cicd::nearest("REPLICAS", keywords));
  EXPECT_FALSE(cicd::nearest("x", std::vector<std::string>{"y"}));
  EXPECT_FALSE(cicd::nearest("", keywords));
  EXPECT_FALSE(cicd::nearest("COMMAND", {}));
}

TEST(the_nearest_word, of_several_is_the_one_with_fewest_edits) {
  EXPECT_EQ(cicd::nearest("outputs", std::vector<std::string>{"inputs", "output", "outputs"}), "outputs");
}

TEST(splitting, keeps_empty_parts_and_joining_gives_the_text_back) {
  for (const char* text : {"a,b", ",a", "a,", "a,,b", ","})
    EXPECT_EQ(cicd::joined(cicd::split(text, ','), ","), text);
  EXPECT_TRUE(cicd::split("", ',').empty());
  EXPECT_EQ(cicd::split("a,", ',').size(), 2u);
}

TEST(simple_changes, of_text) {
  EXPECT_EQ(cicd::trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(cicd::trimmed(" \n"), "");
  EXPECT_EQ(cicd::lower("Time_ZONE"), "time_zone");
  EXPECT_EQ(cicd::upper("time_zone"), "TIME_ZONE");
  EXPECT_EQ(cicd::replaced_all("aaa", "a", "aa"), "aaaaaa");
  EXPECT_EQ(cicd::replaced_all("abc", "", "x"), "abc");
}

TEST(a_word_for_the_shell, is_quoted_only_where_it_needs_to_be) {
  EXPECT_EQ(cicd::shell_quoted("src/main.c"), "src/main.c");
  EXPECT_EQ(cicd::shell_quoted(""), "''");
  EXPECT_EQ(cicd::shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(cicd::shell_quoted("~"), "'~'");
  EXPECT_EQ(cicd::shell_quoted(std::vector<std::string>{"mvn", "-D a"}), "mvn '-D a'");
}

TEST(a_length_of_time, is_short_for_a_person) {
  EXPECT_EQ(cicd::human_duration(-1ms), "0 ms");
  EXPECT_EQ(cicd::human_duration(340ms), "340 ms");
  EXPECT_EQ(cicd::human_duration(1200ms), "1.2 s");
  EXPECT_EQ(cicd::human_duration(59'999ms), "59.9 s");
  EXPECT_EQ(cicd::human_duration(125s), "2m 05s");
  EXPECT_EQ(cicd::human_duration(62min), "1h 02m");
}

TEST(a_span, is_written_as_in_a_declaration_without_seconds_beside_minutes) {
  using namespace std::chrono_literals;
  EXPECT_EQ(cicd::span_text(250ms), "250ms");
  EXPECT_EQ(cicd::span_text(10s), "10s");
  EXPECT_EQ(cicd::span_text(5min), "5m");
  EXPECT_EQ(cicd::span_text(1h + 59min + 59s), "1h59m");
  EXPECT_EQ(cicd::span_text(2h), "2h");
  EXPECT_EQ(cicd::span_text(52h + 3min), "2d4h3m");
}

TEST(an_amount_of_bytes, is_short_for_a_person) {
  EXPECT_EQ(cicd::human_size(0), "0 B");
  EXPECT_EQ(cicd::human_size(999), "999 B");
  EXPECT_EQ(cicd::human_size(18'400'000), "18.4 MB");
  EXPECT_EQ(cicd::human_size(999'960), "1.0 MB");
  EXPECT_EQ(cicd::human_size(~std::uint64_t{0}), "18.4 EB");
}

TEST(a_time, is_written_in_utc_and_read_back) {
  const auto when = utc_from("2026-11-21T03:18:00Z");
  ASSERT_TRUE(when);
  EXPECT_EQ(when->time_since_epoch() / 1s, 1795231080);
  EXPECT_EQ(cicd::utc_text(*when + 999ms), "2026-11-21T03:18:00Z");
  EXPECT_EQ(cicd::utc_text_with_milliseconds(*when + 7ms), "2026-11-21T03:18:00.007Z");
  EXPECT_EQ(utc_from("2026-11-21T03:18:00.0071Z"), *when + 7ms);
}

TEST(a_time, of_another_form_or_of_no_calendar_is_refused) {
  for (const char* text : {"", "2026-11-21", "2026-11-21T03:18:00", "2026-11-21 03:18:00Z",
                           "2026-02-30T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T03:60:00Z",
                           "2026-11-21T03:18:00.Z", "2026-11-21T03:18:00Zx", "26-11-21T03:18:00Z"})
    EXPECT_FALSE(utc_from(text)) << text;
}

TEST(a_login, is_hidden_wherever_a_url_holds_one) {
  EXPECT_EQ(cicd::shown_url("https://user:secret@host/x@y"), "https://***@host/x@y");
  EXPECT_EQ(cicd::shown_url("A=https://a:b@c/ B='git://d@e'"), "A=https://***@c/ B='git://***@e'");
  EXPECT_EQ(cicd::shown_url("https://host/x"), "https://host/x");
  EXPECT_EQ(cicd::shown_url("https://host/ a@b"), "https://host/ a@b");
  EXPECT_EQ(cicd::shown_url("git@host:x"), "git@host:x");
  EXPECT_EQ(cicd::login_in("x https://h/ http://a:b@c"), "a:b");
  EXPECT_TRUE(cicd::login_in("://").empty());
}

}  // namespace
