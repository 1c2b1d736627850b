// What a cluster remembers: read back as written, never written over somebody else's, never believed when
// damaged.
#include <gtest/gtest.h>

#include <thread>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/lease.hpp>
#include <cicd/deliver/records/cluster_state.hpp>

#include "fake_cluster.hpp"

namespace cicd {
namespace {

using kubernetes::fake_cluster;

deployment_record record_of(std::int64_t generation) {
  deployment_record record;
  record.pipeline = "orders";
  record.environment = "prod";
  record.generation = generation;
  record.version = "v" + std::to_string(generation);
  record.images["image"] = {"registry.test/orders:v1@sha256:1", "v1", sha256("image"), "", ""};
  record.manifests = sha256("manifests");
  record.outcome = "deployed";
  return record;
}

class cluster_states : public testing::Test {
 protected:
  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  fake_cluster with{server};
  cluster_place place{"orders", "prod", "orders"};
};

TEST_F(cluster_states, are_empty_where_nothing_was_deployed) {
  const auto state = read_cluster_state(with, place);
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->record);
  EXPECT_TRUE(state->resource_version.empty());
}

TEST_F(cluster_states, come_back_as_they_were_written) {
  cluster_state state;
  state.record = record_of(3);
  state.inventory = {{"Deployment", "orders", "orders-api"}};
  state.hold = deployment_hold{"Ada", "numbers look wrong", "v2", *utc_from("2026-01-02T03:04:05Z")};
  state.approvals = {{"ada", "looked at it", std::string(64, 'a'), *utc_from("2026-01-02T03:04:05Z"),
                      *utc_from("2026-01-03T03:04:05Z")}};
  state.facts = {{"branch", "fix/click"}};
  ASSERT_TRUE(write_cluster_state(with, place, state));
  const auto again = read_cluster_state(with, place);
  ASSERT_TRUE(again);
  EXPECT_EQ(compact(json_of(*again)), compact(json_of(state)));
  EXPECT_EQ(again->inventory, state.inventory);
  EXPECT_EQ(again->hold->version, "v2");
}

TEST_F(cluster_states, keep_the_finalizers_and_labels_that_others_put_on_them) {
  cluster_state state;
  state.record = record_of(1);
  ASSERT_TRUE(write_cluster_state(with, place, state));
  json& there = server->objects.at({"ConfigMap", "orders", "cicd.orders.prod"});
  json metadata = there["metadata"], labels = metadata["labels"];
  metadata.set("finalizers", json_texts({"example.com/keep"}));
  metadata.set("labels", std::move(labels.set("team", "checkout")));
  there.set("metadata", std::move(metadata));
  auto again = read_cluster_state(with, place);
  ASSERT_TRUE(again);
  again->record = record_of(2);
  ASSERT_TRUE(write_cluster_state(with, place, *again));
  const json& after = server->objects.at({"ConfigMap", "orders", "cicd.orders.prod"})["metadata"];
  EXPECT_EQ(compact(after["finalizers"]), R"(["example.com/keep"])");
  EXPECT_EQ(after["labels"]["team"].text(), "checkout");
  EXPECT_EQ(after["labels"]["cicd.dev/state"].text(), "environment");
}

TEST_F(cluster_states, are_not_written_over_what_another_wrote) {
  cluster_state mine, theirs;
  ASSERT_TRUE(write_cluster_state(with, place, mine));
  theirs = *read_cluster_state(with, place);
  ASSERT_TRUE(write_cluster_state(with, place, theirs));
  const status late = write_cluster_state(with, place, mine);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, exit_class::conflict);
}

TEST_F(cluster_states, that_are_damaged_are_corrupt_and_left_alone) {
  json map = fake_cluster::object("ConfigMap", place.state_name());
  json data(json::object{});
  data.set("record.json", "{\"schema\":1,");
  map.set("data", std::move(data));
  ASSERT_TRUE(with.create(map));
  const std::size_t writes = server->writes.size();
  const auto state = read_cluster_state(with, place);
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().kind, exit_class::corrupt);
  EXPECT_EQ(server->writes.size(), writes);
}

TEST_F(cluster_states, keep_the_last_ten_deployments_newest_first) {
  for (std::int64_t generation = 1; generation <= 13; ++generation)
    ASSERT_TRUE(keep_deployment(
        with, place,
        {record_of(generation),
         {fake_cluster::object("Service", "orders-api"), fake_cluster::object("Secret", "s")}}));
  const auto past = past_deployments(with, place);
  ASSERT_TRUE(past);
  ASSERT_EQ(past->size(), 10U);
  EXPECT_EQ(past->front().record.generation, 13);
  EXPECT_EQ(past->back().record.generation, 4);
  ASSERT_EQ(past->front().objects.size(), 1U) << "no Secret is kept";
}

TEST_F(cluster_states, of_branches_are_found_beside_the_environment) {
  cluster_state one, two;
  cluster_place branch = place;
  branch.branch_key = "fix-click-1234";
  two.facts["branch"] = "fix/click";
  ASSERT_TRUE(write_cluster_state(with, place, one));
  ASSERT_TRUE(write_cluster_state(with, branch, two));
  const auto all = known_places(with, "orders", "prod", "orders");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[1].place.branch_key, "fix-click-1234");
  EXPECT_EQ((*all)[1].state.facts.at("branch"), "fix/click");
}

TEST_F(cluster_states, a_lock_that_is_free_is_taken_and_given_back) {
  {
    const auto held = cluster_lease::take(with, place, "Ada", {}, nullptr);
    ASSERT_TRUE(held);
    EXPECT_TRUE((*held)->still_held());
    EXPECT_EQ(with.get({"Lease", "orders", place.state_name()}).object["spec"]["holderIdentity"].text(),
              "Ada");
  }
  EXPECT_EQ(with.get({"Lease", "orders", place.state_name()}).object["spec"]["holderIdentity"].text("none"),
            "");
}

TEST_F(cluster_states, a_lock_whose_holder_lives_is_a_conflict_with_its_name) {
  const auto held = cluster_lease::take(with, place, "Ada", {.lasts = std::chrono::seconds(2)}, nullptr);
  ASSERT_TRUE(held);
  const auto second = cluster_lease::take(with, place, "Grace", {.lasts = std::chrono::seconds(2)}, nullptr);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, exit_class::conflict);
  EXPECT_EQ(second.error().value, "Ada");
}

TEST_F(cluster_states, a_lock_whose_holder_died_is_taken_over_and_the_dead_one_is_fenced_off) {
  auto dead = cluster_lease::take(with, place, "Ada", {.lasts = std::chrono::hours(1)}, nullptr);
  ASSERT_TRUE(dead) << "it will not renew within this test: as good as dead";
  const auto heir = cluster_lease::take(with, place, "Grace", {.lasts = std::chrono::seconds(1)}, nullptr);
  ASSERT_TRUE(heir);
  const json lease = with.get({"Lease", "orders", place.state_name()}).object;
  EXPECT_EQ(lease["spec"]["holderIdentity"].text(), "Grace");
  EXPECT_EQ(lease["spec"]["leaseTransitions"].integer(), 1);
  dead = result<std::unique_ptr<cluster_lease>>(error{});
  EXPECT_EQ(with.get({"Lease", "orders", place.state_name()}).object["spec"]["holderIdentity"].text(),
            "Grace")
      << "the dead one gives back nothing that is no longer its own";
}

}  // namespace
}  // namespace cicd
