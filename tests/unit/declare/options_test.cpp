// The options of each kind, as a table.
#include <gtest/gtest.h>

#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/parser.hpp>

namespace {

/// The place of one more would be lost without a word.
TEST(the_options_of_a_kind, are_no_more_than_places_are_kept_of) {
  for (const cicd::declaring_function& each : cicd::declaring_functions())
    EXPECT_LE(cicd::declaring::options_of(each.kind).size(), cicd::declaring::most_options) << each.name;
}

}  // namespace
