// Lines, signs, paths and places: what every text goes through before a person reads it.
#include <cicd/report/rendering.hpp>

#include <gtest/gtest.h>

#include <set>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/report/paths.hpp>
#include <cicd/report/test_place.hpp>

namespace cicd {
namespace {

TEST(rendered_line, drops_colours_and_what_was_overwritten) {
  EXPECT_EQ(rendered_line("\x1b[1;31m\x1b[Kerror:\x1b[m\x1b[K it\x1b(B"), "error: it");
  EXPECT_EQ(rendered_line("10%\r100%\r\r"), "100%");
  EXPECT_EQ(rendered_line("\r"), "");
}

TEST(rendered_line, shows_other_escapes) {
  EXPECT_EQ(rendered_line("\x1b[2Jx"), "\\x1b[2Jx");
  EXPECT_EQ(rendered_line("\x1b[?25l"), "\\x1b[?25l");
  EXPECT_EQ(rendered_line("x\x1b"), "x\\x1b");
  EXPECT_EQ(rendered_line("\x1b[31"), "\\x1b[31");
}

TEST(rendered_line, a_colour_inside_a_command_does_not_hide_it) {
  EXPECT_EQ(rendered_line("#\x1b[0m#[error]x"), "# #[error]x");
  EXPECT_EQ(rendered_line(" :\x1b[31m:error::x"), " : :error::x");
  EXPECT_EQ(rendered_line("###[x]##vso[y]"), "## #[x]# #vso[y]");
}

TEST(rendered_line, no_blank_or_invisible_character_hides_a_command) {
  for (const char* blank :
       {" ", "\t", "\xc2\xa0", "\xe1\x9a\x80", "\xe1\xa0\x8e", "\xe2\x80\x80", "\xe2\x80\x83", "\xe2\x80\x8a",
        "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xc2\xad",
        "\xef\xb8\x8f", "\xe3\x85\xa4", "\xf3\xa0\x84\x80", "\xe2\xa0\x80", " \xc2\xa0\t\xe2\x80\x83"}) {
    EXPECT_EQ(rendered_line(std::string(blank) + "::add-mask::x"), std::string(blank) + ": :add-mask::x");
    EXPECT_EQ(rendered_line("a" + std::string(blank) + "::x"), "a" + std::string(blank) + "::x");
  }
}

TEST(a_tools_progress, is_told_from_what_it_says) {
  for (const char* line :
       {"Downloading from central: https://repo.example.com/a.pom", "  Progress (1): 4.1/7.2 kB",
        "[INFO] Downloaded from central: https://repo.example.com/a.pom (2 kB at 3 kB/s)"})
    EXPECT_TRUE(cicd::is_noise(line)) << line;
  for (const char* line :
       {"Downloading from the mirror failed", "[ERROR] Downloading from x: https://y", "Progress", ""})
    EXPECT_FALSE(cicd::is_noise(line)) << line;
}

TEST(rendered_line, leaves_ordinary_text_alone) {
  for (const char* line : {"", "std::string::npos", "# title ## more", "a\tb", "naïve 日本", "a[0] #1"})
    EXPECT_EQ(rendered_line(line), line);
}

TEST(rendered_lines, splits_and_renders) {
  EXPECT_EQ(rendered_lines("a\r\n\n\x1b[1mb\n"), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_TRUE(rendered_lines("").empty());
}

TEST(line_of, is_never_wider_than_asked) {
  const pieces parts{{paint::good, "✓"}, {paint::plain, " orders/build 日本語"}, {paint::faint, " more"}};
  for (const bool utf8 : {true, false})
    for (std::size_t width = 1; width < 40; ++width) {
      const std::string line = line_of(parts, true, utf8, width);
      EXPECT_LE(columns(line), width) << line;
    }
  EXPECT_EQ(line_of(parts, false, true, 0), "✓ orders/build 日本語 more");
  EXPECT_EQ(line_of(parts, false, true, 10), "✓ orders/…");
  EXPECT_EQ(line_of({{paint::plain, "abc"}, {paint::plain, "def"}}, false, true, 3), "ab…")
      << "dots where a later piece is lost";
  EXPECT_EQ(line_of({{paint::plain, "abc"}, {paint::plain, ""}}, false, true, 3), "abc");
}

TEST(readable_paths, become_those_of_the_source_tree) {
  const readable_paths paths{{{"/b/s", "/src"}, {"/b/s/inner", "/other"}}, "", {}};
  EXPECT_EQ(paths.in("/b/s/A.java:[1,2] x"), "/src/A.java:[1,2] x");
  EXPECT_EQ(paths.in("file:///b/s/A file:/b/s"), "file:///src/A file:/src");
  EXPECT_EQ(paths.in("/b/s/inner/A"), "/other/A") << "the longest folder counts";
  EXPECT_EQ(paths.in("/b/sx/A /x/b/s-1 a/b/s"), "/b/sx/A /x/b/s-1 a/b/s") << "no part of a name";
  EXPECT_EQ(readable_paths{}.in("/b/s"), "/b/s");
}

TEST(readable_paths, are_found_among_those_of_many_steps_whose_names_begin_alike) {
  readable_paths paths;
  for (int number = 0; number < 2'000; ++number)
    paths.source_folders["/b/s" + std::to_string(number)] = "/src" + std::to_string(number);
  paths.source_folders["/b/s12/inner"] = "/other";
  paths.source_folders["/b/s12/inner-1"] = "/others";
  paths.source_folders["/c"] = "/src-c";
  EXPECT_EQ(paths.in("/b/s1/A /b/s12/A /b/s123/A /b/s1234/A /b/s12345/A"),
            "/src1/A /src12/A /src123/A /src1234/A /b/s12345/A");
  EXPECT_EQ(paths.in("/b/s12/inner/A /b/s12/inner-1 /b/s12/inner-2/A /b/s12/inne"),
            "/other/A /others /src12/inner-2/A /src12/inne");
  EXPECT_EQ(paths.in("/b/s /b/ /a/s1 /c/A /b/s1 b/s1/A /"), "/b/s /b/ /a/s1 /src-c/A /src1 b/s1/A /");
}

TEST(readable_paths, lead_through_the_build_tree_where_a_folder_lies_elsewhere) {
  const readable_paths paths{{{"/b/s", "/src"}},
                             "",
                             [](const std::string& path) { return path == "/src/A.java"; },
                             {{"/cache/1f/2e", "/b/s"}}};
  EXPECT_EQ(paths.in("/cache/1f/2e/A.java: x"), "/src/A.java: x");
  EXPECT_EQ(paths.in("/cache/1f/2e/made"), "/b/s/made");
  EXPECT_EQ(paths.in("/cache/1f/2ee/made"), "/cache/1f/2ee/made");
}

TEST(readable_paths, what_a_build_made_stays_where_it_is) {
  const std::set<std::string> there{"/src/A.java", "/src/my file.txt"};
  const readable_paths paths{
      {{"/b/s", "/src"}}, "", [&](const std::string& path) { return there.count(path) > 0; }};
  EXPECT_EQ(paths.in("see /b/s/A.java."), "see /src/A.java.");
  EXPECT_EQ(paths.in("see /b/s/A.java for it"), "see /src/A.java for it");
  EXPECT_EQ(paths.in("\"/b/s/my file.txt\""), "\"/src/my file.txt\"");
  EXPECT_EQ(paths.in("/b/s/target/surefire-reports"), "/b/s/target/surefire-reports");
}

TEST(readable_paths, are_relative_to_where_the_person_stands) {
  const readable_paths paths{{{"/b/s", "/src"}}, "/src", {}};
  EXPECT_EQ(paths.in("/b/s/A.java /src/B /srcs/C /src"), "A.java B /srcs/C /src");
  EXPECT_EQ(paths.in("file:///src/B"), "file:///src/B");
}

test_case failing(std::string suite, std::string details, std::string file = {}) {
  return {.suite = std::move(suite),
          .name = "t",
          .file = std::move(file),
          .how = test_case::state::failed,
          .duration = {},
          .message = {},
          .details = std::move(details)};
}

TEST(place_of, is_the_frame_of_the_tests_own_class) {
  const std::string trace =
      "x\n\tat org.junit.Assert.fail(Assert.java:9)\n\tat shop.OrdersTest.helper(OrdersTest.java:80)\n"
      "\tat app//shop.OrdersTest$Inner.closes(OrdersTest.java:41)\n\tat "
      "java.base/java.lang.Thread.run(Thread.java:1)";
  const readable_paths found{{{"/b/s", "/src"}}, "/src", [](const std::string& path) {
                               return path == "/src/src/it/java/shop/OrdersTest.java";
                             }};
  EXPECT_EQ(place_of(failing("shop.OrdersTest", trace), found), "src/it/java/shop/OrdersTest.java:41");
  EXPECT_EQ(place_of(failing("shop.OrdersTest$Inner", trace), found), "src/it/java/shop/OrdersTest.java:41");
  EXPECT_EQ(place_of(failing("shop.OrdersTest", trace), {}), "OrdersTest.java:41")
      << "a guess is not shown as a path";
  EXPECT_EQ(place_of(failing("shop.OtherTest", trace), found), "");
  EXPECT_EQ(place_of(failing("OrdersTest", "at OrdersTest.a(OrdersTest.java:7)"), {}), "OrdersTest.java:7");
}

TEST(place_of, is_the_reports_own_file_where_it_names_one) {
  const std::string trace = "at shop.OrdersTest.a(OrdersTest.java:7)";
  EXPECT_EQ(place_of(failing("shop.OrdersTest", trace, "/b/s/OrdersTest.java"), {{{"/b/s", "/src"}}, "", {}}),
            "/src/OrdersTest.java:7");
  EXPECT_EQ(place_of(failing("t", "", "tests/t.py"), {}), "tests/t.py");
}

TEST(place_of, is_the_first_file_of_the_sources_that_the_details_name_with_a_line) {
  const readable_paths found{{{"/b/s", "/src"}}, "/src", [](const std::string& path) {
                               return path == "/src/test/a.js" || path == "/src/tests/test_a.py"
                                      || path == "/src/api/hi_test.go" || path == "/src/tests/a.cpp";
                             }};
  const auto place = [&](std::string details, std::string suite = "", std::string file = "") {
    return place_of(failing(std::move(suite), std::move(details), std::move(file)), found);
  };
  EXPECT_EQ(place("x\n at a (node:internal/test:9:1)\n at b (file:///b/s/test/a.js:7:68)\n at c "
                  "(/b/s/test/a.js:9:1)"),
            "test/a.js:7");
  EXPECT_EQ(place("def test_a():\n>   assert 1\n\ntests/test_a.py:4: AssertionError"), "tests/test_a.py:4");
  EXPECT_EQ(
      place("  File \"/usr/lib/unittest.py\", line 3, in a\n  File \"/b/s/tests/test_a.py\", line 12, in b"),
      "tests/test_a.py:12");
  EXPECT_EQ(place("./tests/a.cpp:12: expected 1"), "tests/a.cpp:12");
  EXPECT_EQ(place("", "example.com/orders/api", "hi_test.go:6"), "api/hi_test.go:6") << "a package's folder";
  EXPECT_EQ(place("", "", "tests/gone.rs:6"), "tests/gone.rs:6");
  EXPECT_EQ(place("at 12:30 it said http://a.example:80 and /etc/passwd:1"), "");
  EXPECT_EQ(place("/src/../test/a.js:1 /b/s/made.js:3"), "") << "only files of the sources";
}

TEST(place_of, survives_what_is_no_stack_trace) {
  for (const char* details : {"at ", "at )", "at (", "at a(:)", "at a:1)", "at T.a(Native Method)",
                              "at T.a(T.java:x)", "at T.a(T.java:)"})
    EXPECT_EQ(place_of(failing("T", details), {}), "") << details;
}

}  // namespace
}  // namespace cicd
