// A type of a value is one struct: the parser, messages and explain ask it what they need.
#include <gtest/gtest.h>

#include <cicd/declare/values/cluster_values.hpp>
#include <cicd/declare/values/time_window.hpp>
#include <cicd/declare/values/value_traits.hpp>

namespace {

using namespace cicd::declaring;

/// `left-right`: a type that no option has.
struct pair_of_words {
  std::string left, right;

  static constexpr std::string_view allowed() { return "<left>-<right>"; }
  static std::optional<pair_of_words> parse(std::string_view word) {
    const auto dash = word.find('-');
    if (dash == word.npos) return {};
    return pair_of_words{std::string(word.substr(0, dash)), std::string(word.substr(dash + 1))};
  }
  std::string text() const { return left + "-" + right; }
  static std::string guess(std::string_view word) { return std::string(word) + "-x"; }
  bool operator==(const pair_of_words&) const = default;
};

TEST(a_type_of_a_value, is_known_by_what_stands_in_it) {
  EXPECT_EQ(allowed_of<std::vector<pair_of_words>>(), "<left>-<right>");
  EXPECT_EQ(parsed<pair_of_words>("a-b"), (pair_of_words{"a", "b"}));
  EXPECT_FALSE(parsed<pair_of_words>("ab"));
  EXPECT_EQ(guessed<pair_of_words>("ab"), "ab-x");
  EXPECT_EQ(values_of(std::vector<pair_of_words>{{"a", "b"}, {"c", "d"}}),
            (std::vector<std::string>{"a-b", "c-d"}));
  EXPECT_TRUE(has_parts<pair_of_words>);
  EXPECT_FALSE(merges_in_lists<std::vector<pair_of_words>>);
}

TEST(a_type_of_a_value, may_have_no_guess_or_one_that_is_not_good) {
  EXPECT_EQ(guessed<cicd::file_mapping>("a"), "");
  EXPECT_EQ(guessed<cicd::relative_path>("/a"), "");
  EXPECT_EQ(guessed<cicd::url_path>("a b"), "");
  EXPECT_EQ(guessed<cicd::url_path>("a"), "/a");
  EXPECT_EQ(guessed<cicd::duration>("90"), "90s");
  EXPECT_EQ(guessed<cicd::duration>("2 hours"), "2h");
  EXPECT_EQ(guessed<cicd::duration>("10MIN"), "10m");
  EXPECT_EQ(guessed<cicd::duration>("500msec"), "500ms");
  EXPECT_EQ(guessed<cicd::duration>("2 weeks"), "");
  EXPECT_EQ(guessed<cicd::time_window>("Mo-Fri 9:00-16:00"), "Mon-Fri 09:00-16:00");
}

TEST(an_enumeration, is_read_and_written_by_the_words_beside_it) {
  EXPECT_EQ(allowed_of<cicd::toggle>(), "on or off");
  EXPECT_EQ(parsed<cicd::toggle>("off"), cicd::toggle::off);
  EXPECT_FALSE(parsed<cicd::toggle>("none"));
  EXPECT_EQ(guessed<cicd::toggle>("Yes"), "on");
  EXPECT_EQ(values_of(cicd::toggle::on), std::vector<std::string>{"on"});
  EXPECT_TRUE(values_of(cicd::toggle::none).empty());
}

TEST(a_value_of_two_parts, is_told_apart_by_its_name_its_key_or_its_path) {
  EXPECT_EQ(identity_of(cicd::assignment{"A", "1"}), "A");
  EXPECT_EQ(identity_of(cicd::label{"k", "1"}), "k");
  EXPECT_EQ(identity_of(cicd::mount{"empty", "/a"}), "/a");
  EXPECT_EQ(identity_of(cicd::file_mapping{"a", "/a"}), "");
  EXPECT_EQ(identity_of(cicd::dns_label("a")), "a");
  EXPECT_EQ(identity_of(cicd::text("a")), "");
}

}  // namespace
