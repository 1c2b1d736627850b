// The lock of an environment, by a clock that the test moves.
#include <cicd/deliver/cluster/lease.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../support/fake_clock.hpp"
#include "fake_cluster.hpp"

namespace cicd {
namespace {

using namespace std::chrono_literals;
using kubernetes::fake_cluster;
using testing::HasSubstr;

struct lease : testing::Test {
  test::fake_clock time;
  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  fake_cluster with{server};
  const cluster_place place{.pipeline = "orders", .environment = "prod", .namespace_name = "orders"};

  result<std::unique_ptr<cluster_lease>> take(const std::string& holder) {
    return cluster_lease::take(with, place, holder, {.time = time}, nullptr);
  }
};

TEST_F(lease, of_a_holder_that_is_not_heard_of_is_taken_over_when_it_has_passed) {
  auto first = take("first");
  ASSERT_TRUE(first);
  auto second = take("second");
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_GE(time.elapsed(), 15s);
  EXPECT_LT(time.elapsed(), 16s);
  EXPECT_TRUE((*second)->still_held());
}

TEST_F(lease, is_lost_by_a_holder_that_slept_too_long) {
  const auto held = take("first");
  ASSERT_TRUE(held);
  EXPECT_TRUE((*held)->still_held());
  time.pass(15s);
  const status lost = (*held)->still_held();
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, exit_class::conflict);
  EXPECT_THAT(lost.error().what, HasSubstr("this run lost the lock"));
}

TEST_F(lease, of_a_holder_that_ended_is_free_at_once) {
  ASSERT_TRUE(take("first"));
  ASSERT_TRUE(take("second"));
  EXPECT_EQ(time.elapsed(), 0s);
}

TEST_F(lease, says_when_it_was_taken_by_the_clock) {
  time.pass(1s);
  const auto held = take("first");
  ASSERT_TRUE(held);
  EXPECT_EQ(server->objects.begin()->second["spec"]["acquireTime"].text(), "2026-11-21T00:00:01.000000Z");
}

}  // namespace
}  // namespace cicd
