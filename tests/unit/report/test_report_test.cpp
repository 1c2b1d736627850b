// What runners without a JUnit file of their own print, read as test cases.
#include <cicd/report/test_report.hpp>

#include <gtest/gtest.h>

namespace cicd {
namespace {

using state = test_case::state;

std::vector<test_case> cases_of(std::string_view text) {
  auto read = read_test_report(text);
  EXPECT_TRUE(read) << (read ? "" : text_of(read.error()));
  return read ? *std::move(read) : std::vector<test_case>{};
}

/// A line of `go test -json` for a test of the package `example.com/orders/greet`.
std::string event(const std::string& action, const std::string& test, const std::string& more = "") {
  return R"({"Action":")" + action + R"(","Package":"example.com/orders/greet")"
         + (test.empty() ? "" : R"(,"Test":")" + test + "\"") + (more.empty() ? "" : "," + more) + "}\n";
}
std::string says(const std::string& test, const std::string& output) {
  return event("output", test, R"("Output":")" + output + "\\n\"");
}

TEST(read_test_report, has_a_case_for_each_test_of_go_with_its_place) {
  const auto cases =
      cases_of(event("start", "") + event("run", "TestHi") + says("TestHi", "=== RUN   TestHi")
               + event("run", "TestHi/sub_one") + says("TestHi/sub_one", "    hi_test.go:6: got \\\"hi\\\"")
               + says("TestHi/sub_one", "        want \\u003cho\\u003e")
               + says("TestHi/sub_one", "    --- FAIL: TestHi/sub_one (0.00s)")
               + event("fail", "TestHi/sub_one", R"("Elapsed":1.5)") + event("run", "TestHi/two")
               + says("TestHi/two", "    hi_test.go:9: not now") + event("skip", "TestHi/two")
               + says("TestHi", "--- FAIL: TestHi (0.00s)") + event("fail", "TestHi")
               + event("pass", "TestFine") + says("", "FAIL") + event("fail", ""));
  ASSERT_EQ(cases.size(), 3U) << "what only has subtests is none, and neither is its package";
  EXPECT_EQ(cases[0].suite, "example.com/orders/greet");
  EXPECT_EQ(cases[0].name, "TestHi/sub_one");
  EXPECT_EQ(cases[0].how, state::failed);
  EXPECT_EQ(cases[0].file, "hi_test.go:6");
  EXPECT_EQ(cases[0].message, "got \"hi\"\nwant <ho>");
  EXPECT_EQ(cases[0].duration, std::chrono::milliseconds(1500));
  EXPECT_EQ(cases[1].how, state::skipped);
  EXPECT_EQ(cases[2].how, state::passed);
}

TEST(read_test_report, has_a_case_for_a_package_of_go_that_did_not_compile) {
  const auto cases = cases_of(
      R"({"ImportPath":"x [x.test]","Action":"build-output","Output":"# x [x.test]\n"}
{"ImportPath":"x [x.test]","Action":"build-output","Output":"./main_test.go:3:28: undefined: u\n"}
{"ImportPath":"x [x.test]","Action":"build-fail"}
{"Action":"output","Package":"x","Output":"FAIL\tx [build failed]\n"}
{"Action":"fail","Package":"x","Elapsed":0,"FailedBuild":"x [x.test]"}
)");
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].name, "");
  EXPECT_EQ(cases[0].how, state::error);
  EXPECT_EQ(cases[0].file, "main_test.go:3");
  EXPECT_EQ(cases[0].message, "undefined: u");
}

TEST(read_test_report, tells_a_panic_of_go_and_a_test_that_did_not_end) {
  const auto cases = cases_of(event("run", "TestA") + says("TestA", "panic: no map [recovered]")
                              + says("TestA", "") + says("TestA", "\\t/b/s/greet/hi_test.go:11 +0x28")
                              + event("fail", "TestA") + event("run", "TestB") + "no event\n");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].message, "panic: no map [recovered]");
  EXPECT_NE(cases[0].details.find("hi_test.go:11"), std::string::npos);
  EXPECT_EQ(cases[1].how, state::error);
  EXPECT_EQ(cases[1].message, "it did not end");
}

constexpr std::string_view cargo = R"(     Running unittests src/main.rs (target/x/debug/deps/orders-1)

running 4 tests
test tests::fine ... ok
test tests::later ... ignored, later
test tests::res ... FAILED
test tests::broken - should panic ... FAILED

failures:

---- tests::res stdout ----
Error: "no"

---- tests::broken stdout ----
test it printed ... ok

thread 'tests::broken' (31780) panicked at src/main.rs:7:37:
assertion `left == right` failed: numbers
  left: 1
note: run with `RUST_BACKTRACE=1`


failures:
    tests::broken
    tests::res

test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.32s

     Running tests/http.rs (target/x/debug/deps/http-2)

running 1 test
test outside ... FAILED

failures:

---- outside stdout ----
thread 'outside' panicked at 'here', tests/http.rs:2:16

failures:
    outside
)";

TEST(read_test_report, has_a_case_for_each_line_of_cargo_test_with_its_place) {
  const auto cases = cases_of(cargo);
  ASSERT_EQ(cases.size(), 5U);
  EXPECT_EQ(cases[0].how, state::passed);
  EXPECT_EQ(cases[0].suite, "src/main.rs");
  EXPECT_EQ(cases[1].how, state::skipped);
  EXPECT_EQ(cases[2].message, "Error: \"no\"");
  EXPECT_EQ(cases[3].name, "tests::broken");
  EXPECT_EQ(cases[3].file, "src/main.rs:7");
  EXPECT_EQ(cases[3].message, "assertion `left == right` failed: numbers\n  left: 1");
  EXPECT_EQ(cases[4].suite, "tests/http.rs");
  EXPECT_EQ(cases[4].file, "tests/http.rs:2");
}

TEST(read_test_report, takes_the_verdict_of_a_test_of_cargo_from_a_later_line) {
  const auto cases = cases_of(R"(running 6 tests
test a ... connecting ... done
running 1 test
failures:
test result: none yet
ok
test b ... 
thread 'b' panicked at src/lib.rs:9:5:
no such order
FAILED
test c ... halfway ok
test d ... ok
test e ... bench:         120 ns/iter (+/- 3)
test f ... ok <0.012s>

failures:

failures:
    b

test result: FAILED. 5 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.32s
)");
  ASSERT_EQ(cases.size(), 6U);
  for (const std::size_t passed : {0U, 2U, 3U, 4U, 5U})
    EXPECT_EQ(cases[passed].how, state::passed) << cases[passed].name;
  EXPECT_EQ(cases[1].name, "b");
  EXPECT_EQ(cases[1].how, state::failed);
  EXPECT_EQ(cases[1].file, "src/lib.rs:9");
  EXPECT_EQ(cases[1].message, "no such order");
}

TEST(read_test_report, takes_a_test_of_cargo_as_failed_only_where_it_says_so) {
  const auto cases = cases_of(R"(running 2 tests
test a ... still at work
test b ... ok
)");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].how, state::error);
  EXPECT_EQ(cases[0].message, "it did not end");
  EXPECT_EQ(cases[1].how, state::passed);
}

TEST(read_test_report, keeps_output_of_cargo_that_looks_like_lines_of_its_own) {
  const auto cases = cases_of(R"(running 2 tests
test a ... FAILED
test b ... FAILED

failures:

---- a stdout ----
running 1 test
test inner ... FAILED
failures:
    inner
---- inner stdout ----
test result: FAILED. 0 passed; 1 failed
thread 'a' panicked at src/lib.rs:3:5:
the inner one failed

---- b stdout ----
thread 'b' panicked at src/lib.rs:7:5:
no


failures:
    a
    b

test result: FAILED. 0 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.32s
)");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].file, "src/lib.rs:3");
  EXPECT_EQ(cases[0].message, "the inner one failed");
  EXPECT_NE(cases[0].details.find("running 1 test\n"), std::string::npos);
  EXPECT_NE(cases[0].details.find("test result: FAILED. 0 passed; 1 failed\n"), std::string::npos);
  EXPECT_EQ(cases[1].file, "src/lib.rs:7");
  EXPECT_EQ(cases[1].message, "no");
  EXPECT_EQ(cases[1].details.find("failures:"), std::string::npos);
}

TEST(read_test_report, is_no_guess_for_another_text) {
  for (const char* text : {"", "running late\n", "ok 1 - a", "<html/>"})
    EXPECT_FALSE(read_test_report(text)) << text;
}

}  // namespace
}  // namespace cicd
