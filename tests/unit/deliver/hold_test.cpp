// Holding an environment: in each of its clusters, told as it happens, and never past the gate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/hold.hpp>

#include "acting.hpp"

namespace cicd {
namespace {

using testing::HasSubstr;

class holding : public acting {};

TEST_F(holding, is_done_in_each_cluster_and_told_for_each) {
  ASSERT_TRUE(set_hold({"the release is frozen", "v2"}, on));
  EXPECT_EQ(names(), (texts{"held", "held"}));
  const held& first = *heard<held>();
  EXPECT_EQ(first.at.text() + " " + first.at.cluster, "orders/prod test");
  EXPECT_EQ(first.who + ": " + first.reason + ", " + first.version, "Ada: the release is frozen, v2");
  EXPECT_EQ(utc_text(first.since), "2026-11-21T08:00:00Z");
  EXPECT_EQ(told.front().elapsed, std::chrono::milliseconds(1'000));
  for (const std::size_t cluster : {0U, 1U}) EXPECT_EQ(state(cluster).hold->reason, "the release is frozen");
}

TEST_F(holding, is_released_again_and_told_by_whom) {
  ASSERT_TRUE(set_hold({"frozen"}, on));
  told.clear();
  ASSERT_TRUE(release_hold(false, on));
  EXPECT_EQ(names(), (texts{"released", "released"}));
  EXPECT_EQ(heard<released>()->who, "Ada");
  EXPECT_EQ(heard<released>()->ended, "the hold of all deploys by Ada, since 2026-11-21T08:00:00Z: frozen");
  EXPECT_FALSE(state().hold);
}

TEST_F(holding, is_released_although_nothing_is_held_and_says_so) {
  ASSERT_TRUE(release_hold(false, on));
  EXPECT_EQ(heard<released>()->ended, "");
}

TEST_F(holding, that_the_gate_refuses_tells_and_writes_nothing) {
  shut = true;
  const status refused = set_hold({"frozen"}, on);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(writes(), texts{"create Namespace orders"});
}

TEST_F(holding, that_the_gate_refuses_beforehand_contacts_no_cluster) {
  shut_at_once = true;
  EXPECT_FALSE(set_hold({"frozen"}, on));
  EXPECT_FALSE(release_hold(false, on));
  EXPECT_EQ(asked, (std::vector{change::hold, change::hold}));
  EXPECT_EQ(opened, 0U);
}

TEST_F(holding, that_fails_in_the_second_cluster_has_told_the_first_only) {
  break_cluster(1, "create ConfigMap cicd.orders.prod");
  const status failed = set_hold({"frozen"}, on);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, exit_class::remote);
  EXPECT_EQ(names(), texts{"held"});
  EXPECT_TRUE(state(0).hold);
  EXPECT_FALSE(state(1).hold);
}

TEST_F(holding, by_a_way_that_cannot_names_the_ways_that_have) {
  prod.via = deploy_way("ftp");
  const status refused = set_hold({"frozen"}, on);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("VIA gitops or render or kubectl or serverless or command"));
  EXPECT_EQ(opened, 0U);
}

TEST_F(holding, is_shown_without_the_gate_and_tells_nothing) {
  shut = shut_at_once = true;
  texts seen;
  ASSERT_TRUE(show_hold(on, [&](const changed_place& at, const seen_environment& there) {
    seen.push_back(at.cluster + ": " + text_of(there.state.hold));
  }));
  EXPECT_EQ(seen, (texts{"test: no hold", "test: no hold"}));
  EXPECT_TRUE(told.empty());
}

}  // namespace
}  // namespace cicd
