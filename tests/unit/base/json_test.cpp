// JSON values: what is written is read back the same; what cannot be read says where.
#include <cicd/base/json.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using cicd::compact;
using cicd::json;
using cicd::parse_json;

TEST(json_members, keep_their_order_and_are_replaced_in_place) {
  json value;
  value.set("b", 1).set("a", "x").set("b", true);
  EXPECT_EQ(compact(value), R"({"b":true,"a":"x"})");
  EXPECT_TRUE(value["none"].is_null());
  EXPECT_TRUE(json(1)["a"].is_null());
}

TEST(json_elements, are_appended_in_order) {
  json value;
  value.push(1).push("two").push(json());
  EXPECT_EQ(compact(value), R"([1,"two",null])");
  EXPECT_EQ(value.texts(), std::vector<std::string>{"two"});
  EXPECT_EQ(cicd::json_texts({"a", "b"}).texts(), (std::vector<std::string>{"a", "b"}));
}

TEST(json_values, are_given_as_the_type_asked_for_or_not_at_all) {
  EXPECT_EQ(json("x").text("other"), "x");
  EXPECT_EQ(json(1).text("other"), "other");
  EXPECT_EQ(json(5).integer(), 5);
  EXPECT_EQ(json("5").integer(3), 3);
  EXPECT_EQ(json(5).number(), 5.0);
  EXPECT_EQ(json(1.5).number(), 1.5);
  EXPECT_TRUE(json(true).boolean());
  EXPECT_FALSE(json("true").boolean());
  EXPECT_TRUE(json("x").elements().empty());
  EXPECT_TRUE(json("x").members().empty());
}

TEST(json_text, is_read_back_the_same) {
  json value;
  value.set("text", "q\" b\\ n\n t\t \x01 é 日本").set("whole", std::int64_t{-9007199254740993});
  value.set("half", 0.1).set("round", 2.0).set("huge", 1e300).set("no", false).set("none", nullptr);
  value.set("list", json::array{1, json::array{}, json::object{}});
  const auto one_line = parse_json(compact(value));
  const auto lines = parse_json(cicd::pretty(value));
  ASSERT_TRUE(one_line);
  ASSERT_TRUE(lines);
  EXPECT_EQ(*one_line, value);
  EXPECT_EQ(*lines, value);
}

TEST(json_text_for_people, has_two_spaces_a_level_and_ends_with_a_newline) {
  json value;
  value.set("a", json::array{1, 2}).set("b", json::object{}).set("c", json::array{});
  EXPECT_EQ(cicd::pretty(value), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": []\n}\n");
}

TEST(json_text, never_holds_invalid_utf8_or_a_raw_control_character) {
  EXPECT_EQ(compact(json(std::string("a\xff"
                                     "b\x1b\n"))),
            "\"a\xef\xbf\xbd"
            "b\\u001b\\n\"");
  EXPECT_EQ(compact(json(std::string("\0", 1))), R"("\u0000")");
}

TEST(json_numbers, that_json_cannot_write_are_null) {
  EXPECT_EQ(compact(json(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(compact(json(std::nan(""))), "null");
}

TEST(json_reading, says_at_which_byte_it_failed) {
  const auto failed = parse_json(R"({"a":1,}  )");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, cicd::exit_class::corrupt);
  EXPECT_NE(failed.error().what.find("byte 7"), std::string::npos) << failed.error().what;
}

TEST(json_reading, refuses_what_is_not_one_whole_document) {
  for (const char* text : {"", "{", "[1", "1 2", "{}x", "nul", "'a'", "[1,]", "{\"a\":\"\xff\"}", "// c\n1"})
    EXPECT_FALSE(parse_json(text)) << text;
}

TEST(json_reading, goes_a_hundred_and_twenty_eight_levels_deep_and_no_further) {
  EXPECT_TRUE(parse_json(std::string(128, '[') + std::string(128, ']')));
  EXPECT_FALSE(parse_json(std::string(129, '[') + std::string(129, ']')));
}

TEST(json_reading, takes_whole_numbers_that_fit_and_others_as_floating) {
  EXPECT_EQ(parse_json("9223372036854775807")->integer(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_json("9223372036854775808")->number(), 9223372036854775808.0);
}

}  // namespace
