// How long the loop sleeps, what its probe says, and its metrics.
#include <cicd/driver/commands/reconcile_watch.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cicd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::chrono::system_clock::time_point now{1000000s};

fleet_counts waiting(std::chrono::milliseconds for_so_long) {
  fleet_counts of;
  of.last = {
      {.is = fleet_step::wait, .pipeline = "orders", .environment = "prod", .until = now + for_so_long}};
  return of;
}

TEST(sleep_after, is_the_interval_by_a_fifth_more_or_less) {
  EXPECT_EQ(sleep_after({}, 60s, now, 0), 48s);
  EXPECT_EQ(sleep_after({}, 60s, now, 0.5), 60s);
  EXPECT_EQ(sleep_after({}, 60s, now, 1), 72s);
}

TEST(sleep_after, ends_when_the_first_waiting_does) {
  EXPECT_EQ(sleep_after(waiting(20s), 60s, now, 0.5), 20s);
  EXPECT_EQ(sleep_after(waiting(90s), 60s, now, 0.5), 60s);
  EXPECT_EQ(sleep_after(waiting(-5s), 60s, now, 0.5), 1s) << "it does not spin";
}

TEST(sleep_after, is_longer_after_failures_up_to_a_quarter_of_an_hour) {
  fleet_counts of = waiting(2s);
  of.failures = 1;
  EXPECT_EQ(sleep_after(of, 60s, now, 0.5), 120s);
  of.failures = 3;
  EXPECT_EQ(sleep_after(of, 60s, now, 0.5), 480s);
  of.failures = 1000;
  EXPECT_EQ(sleep_after(of, 60s, now, 0.5), 15min);
  EXPECT_EQ(sleep_after(of, 1h, now, 0.5), 1h);
}

TEST(health, is_of_a_loop_that_goes_round) {
  EXPECT_TRUE(is_well({.is_in_pass = true, .got_on = now - 59min, .wakes = now - 24h}, now));
  EXPECT_FALSE(is_well({.is_in_pass = true, .got_on = now - 61min, .wakes = now - 24h}, now));
  EXPECT_TRUE(is_well({.is_in_pass = false, .wakes = now - 59s}, now));
  EXPECT_FALSE(is_well({.is_in_pass = false, .wakes = now - 61s}, now));
  EXPECT_THAT(health_text({}, {}, false), HasSubstr("\"status\": \"stuck\""));
}

TEST(metrics, escape_what_a_label_may_not_hold) {
  fleet_counts of = waiting(20s);
  of.last.front().pipeline = "a\"b\\c\nd";
  const std::string text = metrics_text(of);
  EXPECT_THAT(
      text, HasSubstr(R"(cicd_reconcile_target{pipeline="a\"b\\c\nd",environment="prod",action="wait"} 1)"));
  EXPECT_THAT(text, HasSubstr("\ncicd_reconcile_deploys_total{outcome=\"deployed\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("action=\"unknown\"} 0\n"));
}

}  // namespace
}  // namespace cicd
