// Tables that fit a terminal.
#include <cicd/report/text_table.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include <cicd/base/unicode.hpp>

namespace {

using cicd::table_text;

TEST(a_table, aligns_its_columns_below_the_header) {
  EXPECT_EQ(table_text({"PIPELINE", "VERSION"}, {{"orders", "v1"}, {"billing-api", "v10"}}),
            "PIPELINE     VERSION\n"
            "orders       v1\n"
            "billing-api  v10\n");
}

TEST(a_table, leaves_out_a_column_that_is_empty_in_each_row) {
  EXPECT_EQ(table_text({"A", "B", "C"}, {{"1", "", "3"}, {"4", "", ""}}), "A  C\n1  3\n4\n");
}

TEST(a_table, counts_columns_and_not_bytes) {
  EXPECT_EQ(table_text({}, {{"größe", "x"}, {"注文", "y"}}), "größe  x\n注文   y\n");
}

TEST(a_table, fits_the_width_by_cutting_its_widest_columns) {
  const std::string text = table_text(
      {"PIPELINE", "STATE"}, {{"orders", std::string(200, 'x')}, {std::string(90, 'y'), "deployed"}}, 60);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(cicd::columns(line), 60U) << line;
  EXPECT_NE(text.find("xxx…"), std::string::npos) << text;
  EXPECT_NE(text.find("yyy…"), std::string::npos);
}

TEST(a_table, goes_without_what_it_can_before_anything_is_cut) {
  const std::vector<std::vector<std::string>> rows{
      {"done", "Jane Doe", "1a2b3c4", "20261129T224842.097Z-11532"}};
  const std::vector<std::string> header{"RESULT", "BY", "COMMIT", "RUN"};
  EXPECT_EQ(table_text(header, rows, 80, {1, 2}), table_text(header, rows));
  EXPECT_EQ(table_text(header, rows, 44, {1, 2}),
            "RESULT  COMMIT   RUN\n"
            "done    1a2b3c4  20261129T224842.097Z-11532\n");
  EXPECT_EQ(table_text(header, rows, 40, {1, 2}), "RESULT  RUN\ndone    20261129T224842.097Z-11532\n");
}

TEST(a_table, is_not_cut_where_there_is_no_width) {
  EXPECT_EQ(table_text({}, {{std::string(300, 'x')}}), std::string(300, 'x') + "\n");
}

TEST(a_table, is_nothing_without_rows) {
  EXPECT_EQ(table_text({"A"}, {}), "");
}

}  // namespace
