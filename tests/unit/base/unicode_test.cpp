// Text for a terminal: nothing in it can act, and its width is what the terminal shows.
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

#include <gtest/gtest.h>

namespace {

using cicd::columns;
using cicd::cut_to;
using cicd::displayable;
using cicd::valid_utf8;

TEST(displayable_text, shows_what_would_act_on_a_terminal) {
  EXPECT_EQ(displayable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(displayable("a\nb\tc\r"), "a\\nb\tc\\r");
  EXPECT_EQ(displayable("a\nb\r", cicd::newlines::keep), "a\nb\\r");
  EXPECT_EQ(displayable("x\u202ey\u2066z"), "x\\u202ey\\u2066z");
  EXPECT_EQ(displayable("\xc2\x9b"
                        "31m"),
            "\\x9b31m");
  EXPECT_EQ(displayable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(displayable("\U000e0041"), "\\U000e0041");
}

TEST(displayable_text, leaves_words_of_any_language_alone) {
  for (const char* text : {"plain", "żółć", "日本語", "👩‍🚀", "می‌خواهم"})
    EXPECT_EQ(displayable(text), text);
}

TEST(displayable_text, shows_every_byte_that_is_no_utf8) {
  EXPECT_EQ(displayable("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(displayable("\xe2\x82"), "\\xe2\\x82");
}

TEST(invalid_utf8, becomes_one_replacement_for_each_sequence) {
  EXPECT_EQ(valid_utf8("a\xff"
                       "b"),
            "a\ufffdb");
  EXPECT_EQ(valid_utf8("\xe2\x82"), "\ufffd");
  EXPECT_EQ(valid_utf8("\xe2\x82"
                       "x"),
            "\ufffdx");
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "\ufffd\ufffd\ufffd") << "a surrogate";
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "\ufffd\ufffd") << "an overlong '/'";
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd") << "above U+10FFFF";
  EXPECT_EQ(valid_utf8("é日👍"), "é日👍");
}

TEST(columns_of_text, count_wide_characters_twice_and_marks_and_escapes_not) {
  EXPECT_EQ(columns("abc"), 3u);
  EXPECT_EQ(columns("日本"), 4u);
  EXPECT_EQ(columns("e\u0301"), 1u);
  EXPECT_EQ(columns("\x1b[1;31mab\x1b[0m"), 2u);
  EXPECT_EQ(columns("\x1b]8;;https://example.com\x1b\\ab\x1b]8;;\a"), 2u);
}

TEST(cut_text, fits_and_ends_with_an_ellipsis_where_something_is_missing) {
  EXPECT_EQ(cut_to("abc", 3), "abc");
  EXPECT_EQ(cut_to("abcd", 3), "ab…");
  EXPECT_EQ(cut_to("日本語", 4), "日…");
  EXPECT_EQ(cut_to("abc", 1), "…");
  EXPECT_EQ(cut_to("abc", 0), "");
}

TEST(cut_text, keeps_the_escape_that_ends_a_colour) {
  EXPECT_EQ(cut_to("\x1b[31mabcd\x1b[0m", 3), "\x1b[31mab…\x1b[0m");
}

}  // namespace
