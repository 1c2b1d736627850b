// What g++ 12 and clang++ 14 say of wrong values, and what becomes of it.
#include <cicd/declare/parse/compiler_errors.hpp>

#include <gtest/gtest.h>

namespace {

using namespace cicd;

constexpr const char* source = R"(#include <cicd/pipeline.hpp>
// a "comment" with { braces and .name = 
cicd::pipeline declare() {
  return {.name = "Orders",
          .steps = {cicd::step{.name = "lint", .command = {"a", "{"}, .env = {{.name = "A-B", .value = "1"}}, .timeout = "15"}},
          .services = {{.name = "api", .port = 70000}},
          .cron_jobs = {cicd::cron_job{.name = "close",
                                       .schedule = "75 * * * *"}}};
}
)";

std::string text_of(const errors& all) {
  std::string text;
  for (const error& each : all) text += cicd::text_of(each);
  return text;
}

std::string said_of(std::string_view compiler) {
  return text_of(errors_of_compiler(compiler, [](std::string_view name) {
    return name == "pipeline.cpp" ? std::optional<std::string>(source) : std::nullopt;
  }));
}

std::string value_at(int line, std::string_view before) {
  std::string_view rest = source;
  for (int each = 1; each < line; ++each) rest.remove_prefix(rest.find('\n') + 1);
  const auto column = rest.find(before) + before.size();
  const auto value = typed_value_at(source, line, static_cast<int>(column) + 1);
  return value ? value->kind + "." + value->field + " " + value->text + (value->is_whole ? "" : " in part")
               : "";
}

TEST(a_literal_in_a_cpp_file, is_told_by_its_place) {
  EXPECT_EQ(value_at(4, ".name = "), "pipeline.name Orders");
  EXPECT_EQ(value_at(5, "{.name = "), "step.name lint");
  EXPECT_EQ(value_at(5, "\"a\", "), "step.command {");
  EXPECT_EQ(value_at(5, "{{.name = "), "step.env A-B in part");
  EXPECT_EQ(value_at(5, ".timeout = "), "step.timeout 15");
  EXPECT_EQ(value_at(6, ".port = "), "service.port 70000");
  EXPECT_EQ(value_at(8, ".schedule = "), "cron_job.schedule 75 * * * *");
  EXPECT_EQ(value_at(3, "cicd"), "");
  EXPECT_FALSE(typed_value_at(source, 400, 1));
}

TEST(the_words_of_a_compiler, become_those_of_the_parser) {
  const std::string gnu =
      "pipeline.cpp:8:52:   in 'constexpr' expansion of "
      "'cicd::detail::literal<cicd::detail::cron_schedule_rule>(((const "
      "char*)\"75 * * * *\"))'\n/lib/literal.hpp:44:44: error: call to non-'constexpr' function\n";
  const std::string clang =
      "pipeline.cpp:8:52: error: call to consteval function 'cicd::detail::literal<…>::literal' is not a "
      "constant "
      "expression\n/lib/literal.hpp:44:32: note: non-constexpr function\n"
      "pipeline.cpp:8:52: note: in call to 'literal(&\"75 * * * *\"[0])'\n";
  EXPECT_EQ(said_of(gnu), said_of(clang));
  EXPECT_TRUE(
      said_of(gnu).starts_with("cicd: error: pipeline.cpp:8:52: cron_job.schedule: '75 * * * *'\n  allowed:"))
      << said_of(gnu);
}

TEST(a_misspelt_field, gets_the_nearest_on_both_compilers) {
  const std::string expected =
      "cicd: error: pipeline.cpp:6:20: service has no such field: 'replcas'\n"
      "  did you mean: replicas\n  try:          cicd explain service\n";
  EXPECT_EQ(
      said_of("pipeline.cpp:6:20: error: 'cicd::service' has no non-static data member named 'replcas'\n"),
      expected);
  EXPECT_EQ(
      said_of("pipeline.cpp:6:20: error: field designator 'replcas' does not refer to any field in type "
              "'cicd::service'; did you mean 'replicas'?\n"),
      expected);
}

TEST(a_field_out_of_order, is_named) {
  for (const char* said : {"pipeline.cpp:4:9: error: designator order for field 'cicd::pipeline::name' does "
                           "not match declaration order\n",
                           "pipeline.cpp:4:9: error: ISO C++ requires field designators to be specified in "
                           "declaration order; field 'name' "
                           "will be initialized after field 'steps' [-Werror,-Wreorder-init-list]\n"})
    EXPECT_NE(said_of(said).find(
                  "pipeline.cpp:4:9: a field stands behind one that comes later in the struct: 'name'"),
              std::string::npos)
        << said_of(said);
}

TEST(a_function_with_captures, is_told_what_to_do_with_them_on_both_compilers) {
  for (const char* said : {"pipeline.cpp:4:9: error: use of deleted function "
                           "'cicd::step_function::step_function(Function) [with …]'\n",
                           "pipeline.cpp:4:9: error: conversion function from '(lambda at pipeline.cpp:4:9)' "
                           "to 'cicd::step_function' "
                           "invokes a deleted function\n"})
    EXPECT_EQ(said_of(said),
              "cicd: error: pipeline.cpp:4:9: step.run is not a function without captures\n"
              "  allowed: [](step_context& step) { … }, or the name of such a function\n"
              "  try:     .values = {{\"name\", text}} and step.value(\"name\") in place of a capture\n");
  EXPECT_EQ(said_of("pipeline.cpp:4:9: error: use of deleted function 'other::other(int)'\n"), "");
}

TEST(the_words_of_a_compiler, are_at_most_ten_and_none_for_other_files) {
  std::string many;
  for (int column = 1; column < 20; ++column)
    many += "pipeline.cpp:6:" + std::to_string(column)
            + ": error: 'cicd::service' has no non-static data member named 'x'\nother.hpp:1:1: error: 'cicd::service' "
              "has no non-static data member named 'x'\n";
  const errors all = errors_of_compiler(many, [](std::string_view name) {
    return name == "pipeline.cpp" ? std::optional<std::string>(source) : std::nullopt;
  });
  EXPECT_EQ(all.size(), 10u);
  EXPECT_EQ(said_of("rubbish\n:::\n1:2\n"), "");
}

}  // namespace
