// Where compilers say that something is wrong: what they really print.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include <cicd/report/output_place.hpp>

namespace {

using namespace cicd;
using testing::ElementsAre;
using testing::IsEmpty;

/// `path:line:column message`, of a traceback with all its places.
std::vector<std::string> found(const std::vector<std::string>& lines) {
  output_errors errors;
  for (const std::string& each : lines) errors.read(each);
  std::vector<std::string> all;
  for (const output_error& each : errors.all()) {
    std::string text;
    for (const auto& [path, line] : each.places) text += path + ":" + std::to_string(line) + " ";
    all.push_back(text + std::to_string(each.column) + " " + each.message);
  }
  return all;
}

TEST(output_errors, of_gcc_and_clang) {
  EXPECT_THAT(
      found({"In file included from /w/src/a.c:1:", "/w/src/a.h:7:3: error: expected ';' before 'int'",
             "    7 | x int", "/w/src/a.c:9:1: warning: unused variable 'x' [-Wunused]",
             "/w/src/a.c:9:1: note: declared here",
             "src/b.c:3:10: fatal error: no.h: No such file or directory"}),
      ElementsAre("/w/src/a.h:7 3 expected ';' before 'int'",
                  "src/b.c:3 10 no.h: No such file or directory"));
}

TEST(output_errors, of_the_jvm) {
  EXPECT_THAT(
      found({"src/Broken.java:2: error: ';' expected",
             "[ERROR] /w/src/main/java/Broken.java:[2,33] ';' expected",
             "[ERROR] /w/src/main/java/Broken.java:[2,33] ';' expected",
             "[WARNING] /w/A.java:[3,1] unchecked", "e: file:///w/src/A.kt:4:9 Unresolved reference: x"}),
      ElementsAre("src/Broken.java:2 0 ';' expected", "/w/src/main/java/Broken.java:2 33 ';' expected",
                  "/w/src/A.kt:4 9 Unresolved reference: x"));
}

TEST(output_errors, of_go_rust_and_typescript) {
  EXPECT_THAT(
      found({"# example.com/orders", "./main.go:5:2: undefined: x", "vet: ./b.go:1:1: expected 'package'"}),
      ElementsAre("./main.go:5 2 undefined: x", "./b.go:1 1 expected 'package'"));
  EXPECT_THAT(found({"warning: unused variable: `y`", " --> src/main.rs:1:9",
                     "error[E0425]: cannot find value `x` in this scope", " --> src/main.rs:2:5", "  |",
                     "error: aborting due to 1 previous error"}),
              ElementsAre("src/main.rs:2 5 cannot find value `x` in this scope"));
  EXPECT_THAT(found({"src/a.ts(3,5): error TS2304: Cannot find name 'x'."}),
              ElementsAre("src/a.ts:3 5 error TS2304: Cannot find name 'x'."));
}

TEST(output_errors, of_python_are_at_the_innermost_frame_that_is_known) {
  EXPECT_THAT(
      found({"Traceback (most recent call last):", "  File \"/w/app/pay.py\", line 3, in <module>",
             "    pay(1)", "    ~~~^^^", "  File \"/usr/lib/python3/json/__init__.py\", line 9, in pay",
             "    x: 1", "ValueError: no such order: 1", "  File \"/w/b.py\", line 2", "    if x",
             "SyntaxError: expected ':'"}),
      ElementsAre("/w/app/pay.py:3 /usr/lib/python3/json/__init__.py:9 0 ValueError: no such order: 1",
                  "/w/b.py:2 0 SyntaxError: expected ':'"));
}

TEST(output_errors, are_not_seen_in_other_lines) {
  EXPECT_THAT(found({"[INFO] BUILD FAILURE", "12:30:01 started", "http://example.com:8080/x: error",
                     "see https://a.b/c:12: it", "ratio 1.5:3: x", "a.b:c",
                     "listening on 127.0.0.1:8080: ok x", "", ":::", "(((", "File \"x\", line"}),
              testing::Each(testing::StartsWith("127.0.0.1")));
}

TEST(output_errors, are_bounded) {
  output_errors errors;
  for (int at = 1; at < 1000; ++at)
    errors.read("a.c:" + std::to_string(at) + ":1: error: " + std::string(5000, 'x'));
  EXPECT_EQ(errors.all().size(), output_errors::most);
  EXPECT_LE(errors.all().front().message.size(), 1'000U);
}

}  // namespace
