// JUnit files of others, read; ours, written for any bytes and read back.
#include <cicd/report/junit.hpp>

#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

#include "golden.hpp"

namespace cicd {
namespace {

using state = test_case::state;
using std::chrono::milliseconds;
using strings_of_cases = std::vector<std::string>;

std::vector<test_case> cases_of(std::string_view xml) {
  auto read = read_junit(xml);
  EXPECT_TRUE(read) << (read ? "" : text_of(read.error()));
  return read ? *std::move(read) : std::vector<test_case>{};
}
std::string error_of(std::string_view xml) {
  const auto read = read_junit(xml);
  EXPECT_FALSE(read);
  if (read) return {};
  EXPECT_EQ(read.error().kind, exit_class::usage);
  return text_of(read.error());
}
test_case a_case(std::string suite,
                 std::string name,
                 state how = state::passed,
                 std::string message = {},
                 std::string details = {}) {
  return {.suite = std::move(suite),
          .name = std::move(name),
          .file = {},
          .how = how,
          .duration = milliseconds(1'234),
          .message = std::move(message),
          .details = std::move(details)};
}

constexpr std::string_view surefire = R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="x" name="shop.OrdersTest" time="1,002.5" tests="6" errors="1" skipped="1" failures="1">
  <properties><property name="java.version" value="17"/></properties>
  <testcase name="adds" classname="shop.OrdersTest" time="0.012"/>
  <testcase name="closes" classname="shop.OrdersTest" time="1,002.5">
    <failure message="expected: &lt;3&gt; but was: &lt;2&gt;" type="AssertionFailedError"><![CDATA[a List<String>
	at shop.OrdersTest.closes(OrdersTest.java:41)]]></failure>
    <rerunFailure message="again"><stackTrace>x</stackTrace></rerunFailure>
    <system-out><![CDATA[<failure message="printed"/> </system-out ]]></system-out>
  </testcase>
  <testcase name="opens" classname="shop.OrdersTest" time="NaN"><error type="java.io.IOException">java.io.IOException: no</error></testcase>
  <testcase name="later" classname="shop.OrdersTest" time="0"><skipped message="not yet"/></testcase>
  <testcase name="shaky" classname="shop.OrdersTest" time="-1"><flakyFailure message="once"><stackTrace>x</stackTrace></flakyFailure></testcase>
  <testcase name="" classname="shop.BeforeAllTest" time="0"><error message="set up"/></testcase>
</testsuite>)";

TEST(junit_text, has_the_line_of_a_place_in_an_attribute_of_its_own) {
  test_case test = a_case("x", "TestHi", state::failed);
  test.file = "hi_test.go:6";
  const std::string text = junit_text({{.step = "orders/test", .message = {}, .cases = {test}}}, {});
  EXPECT_NE(text.find(R"(file="hi_test.go" line="6")"), text.npos) << text;
}

TEST(read_junit, takes_what_a_test_printed_where_its_failure_has_no_text) {
  const auto cases = cases_of(R"xml(<testsuite name="(empty)" tests="2">
<testcase name="health" classname="health" time="0.1" status="fail"><failure message="Failed"/><properties/>
<system-out>[ RUN ] health at 10:30
./tests/health_test.cpp:12: expected 200, got 404 &lt;b&gt;
[ FAILED ]</system-out></testcase>
<testcase name="other" classname="other" status="run"><system-out>printed</system-out></testcase></testsuite>)xml");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].suite, "") << "ctest names none";
  EXPECT_EQ(cases[0].message, "") << "it said nothing but that it failed";
  EXPECT_EQ(cases[0].details, "./tests/health_test.cpp:12: expected 200, got 404 <b>\n[ FAILED ]");
  EXPECT_EQ(cases[1].details, "");
}

TEST(read_junit, knows_that_node_names_no_suite) {
  const auto cases = cases_of(R"(<testsuites><testcase name="a" classname="test"/>
<testsuite name="the server"><testcase name="b" classname="test"/></testsuite></testsuites>)");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].suite, "");
  EXPECT_EQ(cases[1].suite, "the server");
}

TEST(read_junit, reads_what_surefire_writes) {
  const auto cases = cases_of(surefire);
  ASSERT_EQ(cases.size(), 6U);
  EXPECT_EQ(cases[0].suite, "shop.OrdersTest");
  EXPECT_EQ(cases[0].how, state::passed);
  EXPECT_EQ(cases[0].duration, milliseconds(12));
  EXPECT_EQ(cases[1].how, state::failed);
  EXPECT_EQ(cases[1].duration, milliseconds(1'002'500));
  EXPECT_EQ(cases[1].message, "expected: <3> but was: <2>");
  EXPECT_EQ(cases[1].details, "a List<String>\n\tat shop.OrdersTest.closes(OrdersTest.java:41)");
  EXPECT_EQ(cases[2].how, state::error);
  EXPECT_EQ(cases[2].details, "java.io.IOException: no");
  EXPECT_EQ(cases[2].duration, milliseconds(0));
  EXPECT_EQ(cases[3].how, state::skipped);
  EXPECT_EQ(cases[3].message, "not yet");
  EXPECT_EQ(cases[4].how, state::passed) << "a flaky failure is none";
  EXPECT_TRUE(cases[4].flaky);
  EXPECT_EQ(cases[4].duration, milliseconds(0));
  EXPECT_EQ(cases[5].name, "");
  EXPECT_EQ(cases[5].how, state::error);
}

test_case flaky(test_case of) {
  of.flaky = true;
  return of;
}
strings_of_cases told(const std::vector<test_case>& cases) {
  strings_of_cases all;
  for (const test_case& each : cases)
    all.push_back(each.name + (each.how == state::passed ? " passed" : " failed")
                  + (each.flaky ? ", flaky" : ""));
  return all;
}

TEST(the_cases_of_a_run, that_stand_in_several_files_of_a_folder_were_run_again) {
  const auto failed = [](const char* name) { return a_case("T", name, state::failed, "no"); };
  // As surefire writes them with rerunFailingTestsCount and nested classes.
  const auto cases = cases_of_run({{"r",
                                    {a_case("T", "good"), failed("inner"), failed("deep"),
                                     a_case("T", "late"), failed("twice"), failed("twice")}},
                                   {"r", {a_case("T", "inner"), failed("deep"), failed("late")}},
                                   {"other", {failed("good")}}});
  EXPECT_EQ(told(cases),
            (strings_of_cases{"good passed", "inner passed, flaky", "deep failed", "late passed, flaky",
                              "twice failed", "twice failed", "good failed"}));
  EXPECT_EQ(cases[1].message, "no");
}

TEST(the_summary_of_tests, counts_them_and_names_flaky_ones) {
  EXPECT_EQ(tests_summary({}), "0 tests");
  EXPECT_EQ(tests_summary({a_case("T", "a")}), "1 test");
  EXPECT_EQ(tests_summary({a_case("T", "a"), a_case("T", "b", state::skipped), flaky(a_case("x.T", "c"))}),
            "3 tests, 1 skipped, 1 flaky (T.c)");
}

TEST(read_junit, reads_suites_within_suites_and_takes_their_names_where_a_class_is_missing) {
  const auto cases = cases_of(
      R"(<testsuites><testsuite name="a"><testsuite name="b"><testcase name="x" file="t.py"/></testsuite>
    <testcase name="y" classname="C"/></testsuite></testsuites>)");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].suite, "b");
  EXPECT_EQ(cases[0].file, "t.py");
  EXPECT_EQ(cases[1].suite, "C");
  EXPECT_TRUE(cases_of("<testsuites/>").empty());
}

TEST(read_junit, survives_bad_bytes_and_a_byte_order_mark) {
  const auto cases = cases_of(
      "\xef\xbb\xbf<testsuite><testcase "
      "name=\"a\xff\x01\"><failure>\x02\x1b[31m</failure></testcase></testsuite>");
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].name, "a\xef\xbf\xbd ");
  const std::string nul("<testsuite><testcase name=\"a\0b\"/></testsuite>", 46);
  EXPECT_EQ(cases_of(nul)[0].name, "a b");
}

TEST(read_junit, expands_no_entity) {
  const auto cases = cases_of(R"(<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY l "lol">]>
    <testsuite><testcase name="&e;&l;"/></testsuite>)");
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].name, "&e;&l;");
}

TEST(read_junit, bounds_depth_and_size) {
  std::string deep;
  for (int at = 0; at < 100'000; ++at) deep += "<testsuite name='/>'>";
  EXPECT_NE(error_of(deep).find("64 elements"), std::string::npos);
  std::string large = "<testsuite><testcase name=\"a\"><failure>" + std::string(65U << 20U, 'x')
                      + "</failure></testcase></testsuite>";
  EXPECT_NE(error_of(large).find("64 MiB"), std::string::npos);
  std::string printed = "<testsuite><testcase name=\"a\"><system-out>" + std::string(65U << 20U, 'x')
                        + "</system-out></testcase></testsuite>";
  EXPECT_EQ(cases_of(printed).size(), 1U) << "captured output counts for nothing";
}

TEST(read_junit, caps_texts) {
  const auto cases = cases_of("<testsuite><testcase name=\"a\"><failure>" + std::string(1U << 20U, 'x')
                              + "</failure></testcase></testsuite>");
  EXPECT_LT(cases[0].details.size(), 66'000U);
}

TEST(read_junit, names_what_is_no_junit_file) {
  EXPECT_NE(error_of("").find("no element"), std::string::npos);
  EXPECT_NE(error_of("<html><body/></html>").find("'html'"), std::string::npos);
  EXPECT_NE(error_of("<testsuite><testcase").find("no JUnit file"), std::string::npos);
  EXPECT_NE(error_of("{\"json\": 1}").find("no JUnit file"), std::string::npos);
  EXPECT_NE(error_of(surefire.substr(0, surefire.size() / 2)).find("no JUnit file"), std::string::npos)
      << "half a file";
}

TEST(read_junit, survives_a_document_that_is_cut_anywhere_or_has_any_byte_flipped) {
  for (std::size_t at = 0; at < surefire.size(); ++at) {
    (void)read_junit(surefire.substr(0, at));
    std::string flipped(surefire);
    flipped[at] = static_cast<char>(flipped[at] ^ 0x15);
    (void)read_junit(flipped);
  }
}

std::vector<junit_suite> suites() {
  test_case failing =
      a_case("shop.OrdersTest", "closes", state::failed, "expected: <3>", "line 1\n\tat x & \"y\"");
  failing.file = "src/test/java/shop/OrdersTest.java";
  return {
      {.step = "orders/build",
       .outcome = step_outcome::ran,
       .duration = milliseconds(29'100),
       .message = {},
       .cases = {}},
      {.step = "orders/test",
       .outcome = step_outcome::failed,
       .duration = milliseconds(12'400),
       .message = "exit status 1",
       .cases = {a_case("shop.MoneyTest", "adds"), failing, a_case("shop.A", "e", state::error, "boo"),
                 a_case("shop.A", "s", state::skipped)}},
      {.step = "orders/scan",
       .outcome = step_outcome::failed,
       .duration = milliseconds(1),
       .message = "exit status 2",
       .cases = {a_case("scan", "fine")}},
      {.step = "orders/lint",
       .outcome = step_outcome::timed_out,
       .duration = milliseconds(5),
       .message = "after 5 ms",
       .cases = {}},
      {.step = "orders/image", .outcome = step_outcome::not_run, .duration = {}, .message = {}, .cases = {}}};
}

TEST(junit_text, is_what_ci_systems_read) {
  const auto when = std::chrono::system_clock::time_point(std::chrono::seconds(1'795'000'000));
  expect_golden("junit", junit_text(suites(), when));
  EXPECT_EQ(junit_text(suites(), when), junit_text(suites(), when));
}

TEST(junit_text, comes_back_as_it_was) {
  const auto cases = cases_of(junit_text(suites(), {}));
  ASSERT_EQ(cases.size(), 9U);
  EXPECT_EQ(cases[0].suite + "." + cases[0].name, "orders.build");
  EXPECT_EQ(cases[2].details, "line 1\n\tat x & \"y\"");
  EXPECT_EQ(cases[2].file, "src/test/java/shop/OrdersTest.java");
  EXPECT_EQ(cases[2].duration, milliseconds(1'234));
  EXPECT_EQ(cases[6].name, "scan") << "a step that failed beside its tests";
  EXPECT_EQ(cases[6].how, state::failed);
  EXPECT_EQ(cases[7].how, state::error);
  EXPECT_EQ(cases[8].how, state::skipped);
}

TEST(junit_text, is_valid_for_every_byte) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  all += "\xef\xbf\xbe\xef\xbf\xbf]]>&#0;";
  const std::string text = junit_text({{.step = all,
                                        .outcome = step_outcome::failed,
                                        .duration = {},
                                        .message = all,
                                        .cases = {a_case(all, all, state::failed, all, all)}}},
                                      {});
  EXPECT_EQ(text, valid_utf8(text));
  for (const char c : text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << int(c);
  EXPECT_EQ(text.find("\xef\xbf\xbe"), std::string::npos);
  EXPECT_EQ(text.find("\xef\xbf\xbf"), std::string::npos);
  const auto cases = cases_of(text);
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_TRUE(cases[0].details.ends_with("]]>&#0;"));
  if (const char* folder = std::getenv("CICD_WRITE_GOLDEN"))
    std::ofstream(std::string(folder) + "/every-byte.xml") << text;
}

TEST(junit_text, caps_texts_at_64_kib) {
  const std::string text =
      junit_text({{.step = "a/b",
                   .outcome = step_outcome::failed,
                   .duration = {},
                   .message = {},
                   .cases = {a_case("c", "d", state::failed, "m", std::string(1U << 20U, 'x'))}}},
                 {});
  EXPECT_LT(text.size(), 67'000U);
}

}  // namespace
}  // namespace cicd
