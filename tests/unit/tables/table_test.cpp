// A table that is wrong is seen.
#include "table.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

namespace {

using cicd::json;

json twice(const json& in) {
  return in.integer() * 2;
}

TEST(a_table, of_right_cases_passes) {
  tables::agrees_in("t", "# of numbers\n{\"in\": 1, \"is\": 2}\n", twice);
  tables::agrees_in("t", R"({"in": 1, "is": 2, "table": 3, "why": "doubling is meant"})", twice);
}

TEST(a_table, fails_where_a_case_is_wrong_or_is_none) {
  EXPECT_NONFATAL_FAILURE(tables::agrees_in("t", R"({"in": 1, "is": 3})", twice), "t:1");
  EXPECT_NONFATAL_FAILURE(tables::agrees_in("t", "", twice), "has no case");
  EXPECT_NONFATAL_FAILURE(tables::agrees_in("t", "{\"in\": 1, \"is\": 2}\n{\"in\": 1}", twice),
                          "`in` and `is`");
  EXPECT_NONFATAL_FAILURE(
      tables::agrees_in("t", "{\"in\": 1, \"is\": 2}\n{\"in\": 1, \"is\": 2, \"not\": 1}", twice),
      "no case has `not`");
  const std::string right = "{\"in\": 1, \"is\": 2}\n";
  EXPECT_NONFATAL_FAILURE(tables::agrees_in("t", right + R"({"in": 1, "is": 2, "table": 3})", twice),
                          "come together");
  EXPECT_NONFATAL_FAILURE(
      tables::agrees_in("t", right + R"({"in": 1, "is": 2, "table": 2, "why": "a good reason"})", twice),
      "says the same");
}

}  // namespace
