// That exactly what was made for a branch goes.
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/branch/remove.hpp>

#include "allowed.hpp"
#include "fake_cluster.hpp"

namespace cicd {
namespace {

using kubernetes::api_failure;
using kubernetes::fake_cluster;
using kubernetes::object_key;

class branch_ends : public testing::Test {
 protected:
  void SetUp() override {
    of.place = {"orders", "stage", "orders", branch_key_of("fix")};
    of.state.facts = {
        {branch_fact::kind, "preview"}, {branch_fact::branch, "fix"}, {branch_fact::commit, "abc"}};
  }
  void make(const std::string& kind, const std::string& name, bool ours = true, bool listed = true) {
    json object = fake_cluster::object(kind, name, of.place.namespace_name);
    json metadata = object["metadata"], labels(json::object{});
    labels.set("cicd.dev/pipeline", "orders");
    labels.set("cicd.dev/environment", of.place.environment);
    if (ours) labels.set("cicd.dev/branch", branch_key_of("fix"));
    labels.set("cicd.dev/track", of.state.facts.at(branch_fact::kind));
    metadata.set("labels", std::move(labels));
    object.set("metadata", std::move(metadata));
    with.create(object);
    if (listed) of.state.inventory.push_back(fake_cluster::key_of(object));
  }
  result<branch_end> ended(bool claims = false) {
    of.state.resource_version.clear();
    EXPECT_TRUE(write_cluster_state(with, of.place, of.state));
    return end_branch(
        allowed(change::branch_end), with, of,
        {.holder = "sam", .with_claims = claims, .cancelled = nullptr, .say = {}, .patience = patience});
  }
  bool has(const std::string& kind, const std::string& name) {
    const std::string in = kind == "Namespace" ? "" : of.place.namespace_name;
    return server->objects.contains({kind, in, name});
  }
  bool knows_it() {
    return server->objects.contains({"ConfigMap", of.place.namespace_name, of.place.state_name()});
  }

  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  fake_cluster with{server};
  known_place of;
  std::chrono::milliseconds patience = std::chrono::minutes(2);
};

TEST_F(branch_ends, remove_what_was_made_and_what_is_known) {
  make("Deployment", "orders-api-fix");
  make("Service", "orders-api-fix");
  make("Service", "orders-api", false, false);
  const auto end = ended();
  ASSERT_TRUE(end) << text_of(end.error());
  EXPECT_EQ(end->removed, (std::vector<std::string>{"Deployment orders-api-fix", "Service orders-api-fix"}));
  EXPECT_TRUE(has("Service", "orders-api"));
  EXPECT_FALSE(knows_it());
}

TEST_F(branch_ends, wait_for_what_is_held_and_are_not_forgotten_before_it_is_gone) {
  make("Service", "orders-api-fix");
  make("Ingress", "orders-api-fix");
  json held = server->objects.at({"Ingress", "orders", "orders-api-fix"});
  json metadata = held["metadata"];
  metadata.set("deletionTimestamp", "2026-11-21T03:00:00Z")
      .set("finalizers", json_texts({"example.com/keep"}));
  held.set("metadata", std::move(metadata));
  server->held["Ingress orders-api-fix"] = held;
  patience = std::chrono::milliseconds(0);
  const auto refused = ended();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::conflict);
  EXPECT_NE(text_of(refused.error()).find("finalizer example.com/keep"), std::string::npos);
  EXPECT_EQ(text_of(refused.error()).find("made anew"), std::string::npos);
  EXPECT_TRUE(knows_it());
  EXPECT_FALSE(has("Service", "orders-api-fix"));
  server->held.clear();
  const auto again =
      end_branch(allowed(change::branch_end), with, of, {.holder = "sam", .cancelled = nullptr, .say = {}});
  ASSERT_TRUE(again) << text_of(again.error());
  EXPECT_EQ(again->removed, std::vector<std::string>{"Ingress orders-api-fix"});
  EXPECT_FALSE(knows_it());
}

TEST_F(branch_ends, leave_what_no_longer_bears_the_labels) {
  make("Service", "orders-api-fix", false);
  const auto end = ended();
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->removed.empty());
  ASSERT_EQ(end->kept.size(), 1U);
  EXPECT_EQ(end->kept.front(), "Service orders-api-fix stays: it no longer has this branch's labels");
  EXPECT_TRUE(has("Service", "orders-api-fix"));
}

TEST_F(branch_ends, remove_nothing_where_one_object_cannot_be_read) {
  make("Deployment", "orders-api-fix");
  make("Service", "orders-api-fix");
  server->refusals["get Service orders-api-fix"] = api_failure{403, "Forbidden", "no", {}};
  EXPECT_FALSE(ended());
  EXPECT_TRUE(has("Deployment", "orders-api-fix"));
  EXPECT_TRUE(knows_it());
}

TEST_F(branch_ends, that_fail_halfway_say_what_went_and_can_be_done_again) {
  make("Deployment", "orders-api-fix");
  make("Service", "orders-api-fix");
  server->refusals["remove Service orders-api-fix"] = api_failure{403, "Forbidden", "no", {}};
  const auto end = ended();
  ASSERT_FALSE(end);
  EXPECT_NE(text_of(end.error()).find("removed Deployment orders-api-fix"), std::string::npos);
  EXPECT_TRUE(knows_it());
  server->refusals.clear();
  EXPECT_TRUE(end_branch(allowed(change::branch_end), with, of,
                         {.holder = "sam", .with_claims = false, .cancelled = nullptr, .say = {}}));
  EXPECT_FALSE(has("Service", "orders-api-fix"));
}

TEST_F(branch_ends, keep_claims_unless_told_otherwise) {
  make("StatefulSet", "orders-api-fix");
  make("PersistentVolumeClaim", "data-orders-api-fix-0", true, false);
  const auto end = ended();
  ASSERT_TRUE(end);
  EXPECT_TRUE(has("PersistentVolumeClaim", "data-orders-api-fix-0"));
  ASSERT_EQ(end->kept.size(), 1U);
  EXPECT_NE(end->kept.front().find("--with-claims"), std::string::npos);
  make("StatefulSet", "orders-api-fix", true, false);
  ASSERT_TRUE(ended(true));
  EXPECT_FALSE(has("PersistentVolumeClaim", "data-orders-api-fix-0"));
}

TEST_F(branch_ends, remove_a_namespace_that_was_made_for_it) {
  of.place.namespace_name = "orders-fix";
  make("Namespace", "orders-fix");
  make("Deployment", "orders-api-fix");
  ASSERT_TRUE(ended());
  EXPECT_FALSE(has("Namespace", "orders-fix"));
}

TEST_F(branch_ends, keep_a_namespace_in_which_something_is_stored) {
  of.place.namespace_name = "orders-fix";
  make("Namespace", "orders-fix");
  make("PersistentVolumeClaim", "somebodys", false, false);
  ASSERT_TRUE(ended(true));
  EXPECT_TRUE(has("Namespace", "orders-fix"));
  EXPECT_TRUE(has("PersistentVolumeClaim", "somebodys"));
}

TEST_F(branch_ends, keep_the_environments_namespace) {
  make("Namespace", "orders", false);
  make("Deployment", "orders-api-fix");
  ASSERT_TRUE(ended());
  EXPECT_TRUE(has("Namespace", "orders"));
}

class canary_ends : public branch_ends {
 protected:
  void SetUp() override {
    of.place = {"orders", "prod", "orders", canary_key_of("fix", "api")};
    of.state.facts = {
        {branch_fact::kind, "canary"}, {branch_fact::branch, "fix"}, {branch_fact::commit, "c0ffee"}};
    make("Deployment", "orders-api-canary-fix");
    of.state.resource_version.clear();
    ASSERT_TRUE(write_cluster_state(with, of.place, of.state));
  }
  std::vector<std::string> retired(std::optional<bool> contained, const std::string& commit = "decade") {
    return retire_canaries(allowed(), with, {"orders", "prod", "orders"}, commit,
                           [&](const std::string&, const std::string&) { return contained; },
                           {.holder = "sam", .with_claims = false, .cancelled = nullptr, .say = {}});
  }
};

TEST_F(canary_ends, follow_a_rollout_that_contains_the_branch) {
  EXPECT_EQ(retired(true), std::vector<std::string>{"the canary of fix ended: what runs now contains it"});
  EXPECT_FALSE(has("Deployment", "orders-api-canary-fix"));
}

TEST_F(canary_ends, follow_a_rollout_of_its_own_commit) {
  EXPECT_EQ(retired(std::nullopt, "c0ffee"),
            std::vector<std::string>{"the canary of fix ended: what runs now contains it"});
}

TEST_F(canary_ends, do_not_follow_another_rollout_or_one_that_is_not_known) {
  for (const std::optional<bool> contained : {std::optional<bool>(false), std::optional<bool>()}) {
    EXPECT_EQ(retired(contained),
              std::vector<std::string>{"the canary of fix goes on: what runs now does not contain it"});
    EXPECT_TRUE(has("Deployment", "orders-api-canary-fix"));
  }
}

TEST_F(canary_ends, that_fail_fail_no_deploy_and_are_told) {
  server->refusals["remove Deployment orders-api-canary-fix"] = api_failure{403, "Forbidden", "no", {}};
  const auto lines = retired(true);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines.front().find("should end and did not"), std::string::npos);
}

}  // namespace
}  // namespace cicd
