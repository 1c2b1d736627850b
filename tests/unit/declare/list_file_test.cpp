// List files as text: which of their calls a recorded one was, and what a configure log says of it.
#include <cicd/declare/parse/list_file.hpp>

#include <gtest/gtest.h>

namespace {

using namespace cicd;

call recorded(std::string function, std::vector<std::string> arguments) {
  return {.where = {.list_file = "/src/CMakeLists.txt", .function = std::move(function), .which = 1},
          .directory = "/src",
          .arguments = std::move(arguments)};
}

int line_in(std::string_view text, std::vector<std::string> arguments) {
  return line_of(recorded("pipeline_step", std::move(arguments)), calls_in(text));
}

TEST(a_call_in_a_list_file, is_found_by_its_words_wherever_it_begins) {
  const std::string_view text =
      "# pipeline_step(o a COMMAND x)\n"
      "add_pipeline(o) #[[ a bracket\ncomment: pipeline_step(o a COMMAND x) ]]\n"
      "  PIPELINE_STEP (o a\n    COMMAND x # a comment with )\n    \"a b\")\n"
      "pipeline_step(o b COMMAND [==[x\ny]==] \"c\\\"d\" e\\ f \"two \\\nlines\")\n";
  EXPECT_EQ(line_in(text, {"o", "a", "COMMAND", "x", "a b"}), 4);
  EXPECT_EQ(line_in(text, {"o", "b", "COMMAND", "x\ny", "c\"d", "e f", "two lines"}), 7);
  EXPECT_EQ(line_in(text, {"o", "a", "COMMAND", "x"}), 0);
  EXPECT_EQ(line_in(text, {"o", "c"}), 0);
}

TEST(a_call_in_a_list_file, may_have_variables_that_stand_for_any_values) {
  const std::string_view text =
      "foreach(name a b)\n"
      "  pipeline_step(o ${name} COMMAND ${words} \"${name}.txt\" KEEP $<CONFIG>)\n"
      "endforeach()\n"
      "pipeline_step(o literal COMMAND \"begin ${x} end\")\n"
      "pipeline_step(o list COMMAND a;b)\n";
  EXPECT_EQ(line_in(text, {"o", "a", "COMMAND", "a.txt", "KEEP", "{genex}"}), 2);
  EXPECT_EQ(line_in(text, {"o", "b", "COMMAND", "1", "2", "3", "b.txt", "KEEP", "Debug"}), 2);
  EXPECT_EQ(line_in(text, {"o", "literal", "COMMAND", "begin of the end"}), 4);
  EXPECT_EQ(line_in(text, {"o", "literal", "COMMAND", "begin"}), 0);
  EXPECT_EQ(line_in(text, {"o", "list", "COMMAND", "a", "b"}), 5);
}

TEST(a_call_in_a_list_file, that_can_be_one_of_two_has_no_line) {
  EXPECT_EQ(line_in("pipeline_step(o a)\npipeline_step(o a)\n", {"o", "a"}), 0);
  EXPECT_EQ(line_in("pipeline_step(o ${a})\npipeline_step(o ${b})\n", {"o", "a"}), 0);
  EXPECT_EQ(line_in("pipeline_step(o ${a} X)\npipeline_step(o ${b})\n", {"o", "a"}), 2);
}

TEST(a_call_in_a_list_file, is_in_a_function_if_it_came_through_one) {
  const auto written =
      calls_in("function(f x)\n  pipeline_step(o ${x})\nendfunction()\npipeline_step(o ${y})\n");
  call made = recorded("pipeline_step", {"o", "a"});
  EXPECT_EQ(line_of(made, written), 4);
  made.through = {"/src/CMakeLists.txt", "/src/CMakeLists.txt"};
  EXPECT_EQ(line_of(made, written), 2);
  made.through = {"/src/CMakeLists.txt", "/src/wrap.cmake"};
  EXPECT_EQ(line_of(made, written), 2);
  made.where.list_file = "/src/wrap.cmake";
  EXPECT_EQ(line_of(made, written), 4);
}

TEST(a_text_that_is_no_list_file, ends_where_it_is_none) {
  for (const std::string_view text : {"", "(", "f", "f(", "f(\"", "f([[", "f(a))", "#[[", "f(\\",
                                      "int main() { return 0; }", "\xff\xfe(", "f(a #", "f(a #[=["})
    (void)calls_in(text);
  EXPECT_EQ(calls_in("f(a)\n}\ng(b)").size(), 1u);
}

TEST(the_function_around_a_line, is_that_of_the_last_definition_that_is_not_ended) {
  const auto calls = calls_in(
      "function(Service name)\n  pipeline_step(${name} a)\nendfunction()\npipeline_step(o b)\nservice(x)\n"
      "macro(m)\npipeline_step(o c)\nendmacro()\n");
  EXPECT_EQ(function_around(calls, 2), "service");
  EXPECT_EQ(function_around(calls, 4), "");
  EXPECT_EQ(function_around(calls, 7), "m");
  EXPECT_EQ(line_of_only_call("service", calls), 5);
  EXPECT_EQ(line_of_only_call("endmacro", calls), 8);
  EXPECT_EQ(line_of_only_call("pipeline_step", calls), 0);
}

/// As CMake 3.31 wrote it in a build tree that was configured twice.
constexpr std::string_view log_text = R"log(
---
events:
  -
    kind: "message-v1"
    backtrace:
      - "/cicd/cmake/_cicd_record.cmake:33 (message)"
      - "/cicd/cmake/_cicd_record.cmake:15 (_cicd_record_line)"
      - "/cicd/cmake/add_pipeline.cmake:19 (_cicd_record_call)"
      - "CMakeLists.txt:99 (add_pipeline)"
    message: |
      cicd call 1
...

---
events:
  -
    kind: "try_compile-v1"
    backtrace:
      - "CMakeLists.txt:1 (project)"
    checks:
      - "Check for working C compiler"
  -
    kind: "message-v1"
    backtrace:
      - "/cicd/cmake/_cicd_record.cmake:33 (message)"
      - "/cicd/cmake/_cicd_record.cmake:15 (_cicd_record_line)"
      - "/cicd/cmake/add_pipeline.cmake:19 (_cicd_record_call)"
      - "CMakeLists.txt:8 (add_pipeline)"
    message: |
      cicd call 1
  -
    kind: "message-v1"
    backtrace:
      - "/cicd/cmake/_cicd_record.cmake:33 (message)"
      - "/cicd/cmake/_cicd_record.cmake:15 (_cicd_record_line)"
      - "/cicd/cmake/pipeline_step.cmake:13 (_cicd_record_call)"
      - "cmake/service.cmake:2 (pipeline_step)"
      - "sub/CMakeLists.txt:10 (service)"
    message: |
      cicd call 2
  -
    kind: "message-v1"
    backtrace:
      - "CMakeLists.txt:7 (message)"
    message: |
      a word of the project's own
...
)log";

TEST(a_configure_log, tells_the_lines_of_the_last_configure_through_wrappers) {
  const auto places = places_in_configure_log(log_text, 3);
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[0], (std::vector<code_place>{{"CMakeLists.txt", 8}}));
  EXPECT_EQ(places[1], (std::vector<code_place>{{"cmake/service.cmake", 2}, {"sub/CMakeLists.txt", 10}}));
  EXPECT_TRUE(places[2].empty());
}

TEST(a_configure_log, that_is_missing_or_damaged_tells_nothing) {
  for (const std::string_view text :
       {"", "---\n", "cicd call 1\n", "backtrace:\n- \"\"\ncicd call 9\ncicd call x\n",
        "backtrace:\n      - \"CMakeLists.txt:DEFERRED (pipeline_step)\"\n      cicd call 1"})
    for (const auto& each : places_in_configure_log(text, 2)) EXPECT_TRUE(each.empty()) << text;
}

TEST(an_origin_with_lines, is_shown_as_compilers_show_places) {
  origin where{.list_file = "/src/CMakeLists.txt", .function = "pipeline_step", .which = 2};
  EXPECT_EQ(where.text("/src"), "CMakeLists.txt, 2nd call of pipeline_step()");
  where.lines = {{"/src/CMakeLists.txt", 12}};
  EXPECT_EQ(where.text("/src"), "CMakeLists.txt:12");
  where.lines = {{"cmake/service.cmake", 2}, {"/src/sub/CMakeLists.txt", 10}};
  EXPECT_EQ(where.text("/src"), "cmake/service.cmake:2, called at sub/CMakeLists.txt:10");
  where.lines = {{"/other/service.cmake", 2}, {"/src/CMakeLists.txt", 0}};
  EXPECT_EQ(where.text("/src"), "/other/service.cmake:2, called in CMakeLists.txt");
}

}  // namespace
