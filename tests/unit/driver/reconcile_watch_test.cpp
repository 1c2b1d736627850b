// How long the loop sleeps, what its probe says, and its metrics.
#include <cicd/driver/commands/reconcile_watch.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cicd {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
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
  EXPECT_THAT(health_text({}, {}, {}, false), HasSubstr("\"status\": \"stuck\""));
}

TEST(health, says_who_has_the_lease_and_why_it_cannot_be_had) {
  const lease_view other{.acts = false, .other = "somebody"};
  EXPECT_THAT(health_text({}, {}, other, true),
              AllOf(HasSubstr("\"acts\": false"), HasSubstr("\"lease_held_by\": \"somebody\""),
                    HasSubstr("\"lease_failure\": null")));
  const lease_view failed{.failure = error{exit_class::remote, {}, "the cluster does not answer", {}, {}}};
  EXPECT_THAT(health_text({}, {}, failed, true), HasSubstr("the cluster does not answer"));
  EXPECT_THAT(health_text({}, {}, {.acts = true}, true), HasSubstr("\"acts\": true"));
}

TEST(lease, is_a_file_or_one_of_kubernetes) {
  for (const char* file : {"lease", "/var/lock/lease", "./kubernetes:a/b", "a/kubernetes:b/c"}) {
    const auto place = lease_place_in(file);
    ASSERT_TRUE(place) << file;
    EXPECT_FALSE(*place) << file;
  }
  const auto place = lease_place_in("kubernetes:fleet/cicd-loop.1");
  ASSERT_TRUE(place && *place);
  EXPECT_EQ((*place)->namespace_name, "fleet");
  EXPECT_EQ((*place)->name, "cicd-loop.1");
}

TEST(lease, that_is_written_wrong_is_refused_with_what_is_allowed) {
  for (const char* wrong :
       {"kubernetes:", "kubernetes:fleet", "kubernetes:/loop", "kubernetes:fleet/", "kubernetes:Fleet/loop",
        "kubernetes:fleet/Loop", "kubernetes:fleet/a/b", "kubernets:fleet/loop", "k8s:fleet/loop"}) {
    const auto place = lease_place_in(wrong);
    ASSERT_FALSE(place) << wrong;
    EXPECT_EQ(place.error().kind, exit_class::usage);
    EXPECT_EQ(place.error().value, wrong);
    EXPECT_THAT(text_of(place.error()), AllOf(HasSubstr("--lease: "), HasSubstr("allowed"))) << wrong;
  }
  EXPECT_THAT(text_of(lease_place_in("kubernets:fleet/loop").error()), HasSubstr("kubernetes:fleet/loop"));
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
