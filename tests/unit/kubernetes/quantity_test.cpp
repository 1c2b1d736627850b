// Amounts as the cluster writes them, compared as numbers.
#include <gtest/gtest.h>

#include <cicd/kubernetes/quantity.hpp>

namespace cicd::kubernetes {
namespace {

TEST(a_quantity, is_a_number_with_a_unit) {
  EXPECT_DOUBLE_EQ(*amount_of("500m"), 0.5);
  EXPECT_DOUBLE_EQ(*amount_of("400"), 400);
  EXPECT_DOUBLE_EQ(*amount_of("1Gi"), 1073741824);
  EXPECT_DOUBLE_EQ(*amount_of("1.5G"), 1.5e9);
  EXPECT_DOUBLE_EQ(*amount_of("1e3"), 1000);
  EXPECT_DOUBLE_EQ(*amount_in(json(4)), 4);
  EXPECT_DOUBLE_EQ(*amount_in(json("250m")), 0.25);
}

TEST(a_quantity, is_nothing_else) {
  for (const char* each : {"", "m", "1gi", "1 Gi", "512mb", "x1", "-1", "inf"})
    EXPECT_FALSE(amount_of(each)) << each;
  EXPECT_FALSE(amount_in(json()));
}

TEST(a_quantity, is_shown_in_the_unit_that_people_use) {
  EXPECT_EQ(amount_text(400, "cpu"), "400");
  EXPECT_EQ(amount_text(0.25, "cpu"), "250m");
  EXPECT_EQ(amount_text(1.5 * 1073741824, "memory"), "1.5Gi");
  EXPECT_EQ(amount_text(65536, "memory"), "64Ki");
  EXPECT_EQ(amount_text(2, "example.com/gpu"), "2");
}

}  // namespace
}  // namespace cicd::kubernetes
