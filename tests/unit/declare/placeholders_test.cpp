// Placeholders: which braces are one, and what becomes of them.
#include <cicd/declare/model.hpp>
#include <cicd/declare/placeholders.hpp>

#include <gtest/gtest.h>

namespace {

using cicd::with_placeholders;
const cicd::placeholder_values values{{"host", "h"}, {"commit_short", "abc1234"}, {"empty", ""}};

TEST(placeholders, are_replaced_wherever_they_stand) {
  EXPECT_EQ(with_placeholders("https://{host}/{commit_short}", values), "https://h/abc1234");
  EXPECT_EQ(with_placeholders("{host}{host}", values), "hh");
  EXPECT_EQ(with_placeholders("a{empty}b", values), "ab");
  EXPECT_EQ(with_placeholders("{{host}}", values), "{h}");
}

TEST(placeholders, without_a_value_and_other_braces_stay) {
  for (const char* text : {"${host}", "%{host}", "{}", "{Host}", "{host", "host}", "{ho st}", "{http_code}",
                           "awk '{print $1}'", "{1}"})
    EXPECT_EQ(with_placeholders(text, values), text);
}

TEST(placeholders, in_a_value_are_not_replaced_again) {
  EXPECT_EQ(with_placeholders("{a}", {{"a", "{b}"}, {"b", "c"}}), "{b}");
}

TEST(placeholders, are_listed_in_order_of_appearance) {
  EXPECT_EQ(cicd::placeholders_in("{b}-{a} ${c} {} {b}"), (std::vector<std::string>{"b", "a", "b"}));
}

}  // namespace
