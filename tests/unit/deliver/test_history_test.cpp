// Histories of tests: what is said of a failure, and bytes that others wrote.
#include <cicd/deliver/records/test_history.hpp>
#include <cicd/deliver/release/run_history.hpp>

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cicd {
namespace {

const std::string one(64, 'a'), two(64, 'b');

test_history of(const std::string& runs) {
  test_history made{"app/test", "Orders.closes", {}, {}};
  for (const char each : runs)
    made.runs.push_back(
        {each == 'f' || each == 'F', (each == 'f' || each == 'p' ? one : two).substr(0, 16), {}});
  return made;
}

TEST(test_history, says_what_is_known_of_a_failure) {
  const auto said = [](const std::string& runs, const std::string& key) {
    const test_history before = of(runs);
    return known_of(&before, key);
  };
  EXPECT_EQ(known_of(nullptr, one), "new: it never ran here before");
  EXPECT_EQ(said("PPP", one), "new: passed in the last 3 runs");
  EXPECT_EQ(said("P", one), "new: passed in the last run");
  EXPECT_EQ(said("ppp", one), "passed in the last 3 runs, also with the same inputs: flaky");
  EXPECT_EQ(said("fP", one), "failed in 1 of the last 2 runs");
  EXPECT_EQ(said("fF", one), "failed in the last 2 runs");
  EXPECT_EQ(said("fpP", two), "failed in 1 of the last 3 runs, also with the same inputs: flaky");
}

TEST(test_history, of_bytes_that_others_wrote_takes_what_can_be_read) {
  const std::vector<test_run> runs{{true, one.substr(0, 16), std::chrono::milliseconds(12)},
                                   {false, two.substr(0, 16), std::chrono::milliseconds(0)}};
  EXPECT_EQ(test_runs_from(text_of(runs)), runs);
  for (const char* bad :
       {"", "x", "p:", "paaaaaaaaaaaaaaaa:", "paaaaaaaaaaaaaaaa:-1", "paaaaaaaaaaaaaaaZ:1",
        "qaaaaaaaaaaaaaaaa:1", "paaaaaaaaaaaaaaaa:1x", "paaaaaaaaaaaaaaaa:99999999999999999999"})
    EXPECT_TRUE(test_runs_from(bad).empty()) << bad;
  std::string many;
  for (int at = 0; at < 1000; ++at) many += "paaaaaaaaaaaaaaaa:1 ";
  EXPECT_EQ(test_runs_from(many).size(), most_test_runs);
}

TEST(run_history, that_is_too_large_loses_the_quickest_tests_first_and_says_so) {
  run_history made{.pipeline = "app", .commit = std::string(40, '1'), .run = "r", .who = "Jane"};
  made.steps.push_back({"app/test", "ran", std::chrono::seconds(3), {"never ran here"}});
  for (int at = 0; at < 2000; ++at)
    made.tests.push_back({"app/test",
                          fmt::format("Orders.t{}", at),
                          {at == 5, one.substr(0, 16), std::chrono::milliseconds(at)}});
  const std::string text = fitted_text(made, 20'000);
  EXPECT_LE(text.size(), 20'000U);
  const auto read = run_history_from(text, "there");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->tests.front().name, "Orders.t5");
  EXPECT_EQ(read->tests[1].name, "Orders.t1999");
  EXPECT_EQ(read->left_out + static_cast<std::int64_t>(read->tests.size()), 2000);
  EXPECT_EQ(read->steps.front().reasons, std::vector<std::string>{"never ran here"});
}

TEST(run_history, of_others_is_bounded) {
  for (const char* bad : {"", "[]", "{", R"({"schema":2})", "\xff"})
    EXPECT_FALSE(run_history_from(bad, "there")) << bad;
  EXPECT_FALSE(run_history_from(std::string(largest_run_history + 1, ' '), "there"));
  const auto read = run_history_from(
      R"({"schema":1,"pipeline":"app","steps":[7,{"step":"app/x","duration_ms":-5}],"tests":[{"step":"other/x","test":"a","run":"paaaaaaaaaaaaaaaa:1"},)"
      R"({"step":"app/x","test":"a","run":"no"},{"step":"app/x","test":"b","run":"faaaaaaaaaaaaaaaa:7"}],"tests_left_out":-3})",
      "there");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->tests.size(), 1U);
  EXPECT_EQ(read->tests.front().name, "b");
  EXPECT_EQ(read->left_out, 0);
  EXPECT_EQ(read->steps.at(1).duration.count(), 0);
}

}  // namespace
}  // namespace cicd
