// Which deployment a rollback means, and that it is put back and held in each cluster, never past the gate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/rollback.hpp>

#include "acting.hpp"

namespace cicd {
namespace {

using testing::HasSubstr;
using testing::Not;

deployment_record record_of(std::int64_t generation,
                            const std::string& image,
                            const std::string& outcome = "deployed") {
  deployment_record record;
  record.generation = generation;
  record.id = "run-" + std::to_string(generation);
  record.version = image;
  record.images["image"] = {image, image, sha256(image), {}, {}};
  record.outcome = outcome;
  return record;
}

class rollbacks : public testing::Test {
 protected:
  /// Newest first.
  std::vector<kept_deployment> past{{record_of(3, "v2")}, {record_of(2, "v2")}, {record_of(1, "v1")}};
  std::optional<deployment_record> now;

  std::int64_t meant(const std::string& to = {}) {
    const result<deployment_record> found = deployment_to_put_back(past, now, to, "orders/prod");
    return found ? found->generation : 0;
  }
};

TEST_F(rollbacks, go_to_the_deployment_before_although_its_images_are_the_same) {
  now = record_of(3, "v2");
  EXPECT_EQ(meant(), 2);
}

TEST_F(rollbacks, of_a_deploy_that_failed_go_to_the_last_good_one) {
  now = record_of(4, "v3", "failed");
  EXPECT_EQ(meant(), 3);
}

TEST_F(rollbacks, after_one_that_happened_by_itself_go_before_what_runs_since) {
  now = record_of(3, "v2", "rolled-back");
  now->generation = 4;
  EXPECT_EQ(meant(), 2);
}

TEST_F(rollbacks, again_go_further_back_past_what_was_rolled_back_before) {
  past.insert(past.begin(), {{record_of(5, "v2", "rolled-back")}, {record_of(4, "v4")}});
  now = past.front().record;
  EXPECT_EQ(meant(), 2) << "#4 was rolled back, and #3 is what runs";
  past.insert(past.begin(), {record_of(6, "v1", "rolled-back")});
  now = past.front().record;
  EXPECT_EQ(meant(), 0) << "nothing is older than #1";
  past.insert(past.begin(), {record_of(7, "v7")});
  now = past.front().record;
  EXPECT_EQ(meant(), 6) << "what ran before a later deploy is good";
}

TEST_F(rollbacks, go_where_they_are_told) {
  now = record_of(3, "v2");
  EXPECT_EQ(meant("v1"), 1);
  EXPECT_EQ(meant("#2"), 2);
}

TEST_F(rollbacks, go_to_the_release_of_that_name_before_one_that_runs_its_image) {
  for (kept_deployment& each : past) each.record.images = past.back().record.images;
  for (kept_deployment& each : past) each.record.version = "v1";
  past[2].record.tag = "v1";
  past[2].record.commit = "a111111a";
  past[0].record.tag = "v3";
  past[0].record.commit = "c333333c";
  now = past.front().record;
  EXPECT_EQ(meant("v1"), 1);
  EXPECT_EQ(meant("a111111"), 1);
  past[2].record.tag.clear();
  EXPECT_EQ(meant("v1"), 3) << "no release has that name, and the newest that has that image is meant";
}

TEST_F(rollbacks, that_were_killed_mean_the_same_again) {
  for (const char* outcome : {"deploying", "failed", "verifying"}) {
    now = record_of(4, "v1", outcome);
    EXPECT_EQ(meant(), 1) << outcome;
  }
  now = record_of(4, "v3", "deploying");
  EXPECT_EQ(meant(), 3) << "a deploy that was killed goes to what was there";
}

TEST_F(rollbacks, without_an_earlier_deployment_say_what_helps) {
  past.resize(1);
  now = record_of(3, "v2");
  const auto none = deployment_to_put_back(past, now, {}, "orders/prod");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(none.error()), HasSubstr("try:  deploy the commit"));
}

TEST_F(rollbacks, twice_say_what_runs_and_what_else_is_kept) {
  past = {{record_of(4, "v1")}, {record_of(3, "v2")}, {record_of(2, "v2")}, {record_of(1, "v1")}};
  past.front().record.outcome = "rolled-back";
  now = past.front().record;
  const auto none = deployment_to_put_back(past, now, {}, "orders/prod");
  ASSERT_FALSE(none);
  const std::string text = text_of(none.error());
  EXPECT_THAT(text, HasSubstr("runs:    #4 v1"));
  EXPECT_THAT(text, HasSubstr("allowed: #3 v2 of "));
  EXPECT_THAT(text, Not(HasSubstr("#1 v1"))) << "that is what runs";
  EXPECT_THAT(text, HasSubstr("try:     cicd rollback orders prod --to '#3'"));
}

/// v1, then v2 were deployed in both clusters.
class rolling_back : public acting {
 protected:
  void SetUp() override {
    for (const char* version : {"v1", "v2"})
      for (const std::size_t cluster : {0U, 1U}) deploy(cluster, version);
    forget_writes();
    ports.resolve = [this](const deployment_record::image& of) -> result<std::optional<digest>> {
      resolved.push_back(of.tag);
      return in_registry;
    };
    ports.source = [](const std::optional<deployment_record>&) { return source_identity{}; };
  }
  void deploy(std::size_t cluster, const std::string& version) {
    wanted_release wanted;
    wanted.pipeline = &pipeline;
    wanted.where = &prod;
    wanted.place = place;
    wanted.facts.pipeline = "orders";
    wanted.facts.environment = "prod";
    wanted.facts.manifests = {"a.yaml"};
    wanted.facts.files["a.yaml"] =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  version: " + version + "\n";
    wanted.record.pipeline = "orders";
    wanted.record.environment = "prod";
    wanted.record.version = version;
    wanted.record.id = "run-" + version;
    wanted.record.manifests = sha256(version);
    wanted.record.images["api"] = {"orders:" + version, version, sha256(version), {}, {}};
    cluster_deploy_options how;
    how.holder = "Ada";
    how.may = [](const cluster_plan&) -> result<permit> { return allowed(); };
    const auto done = deploy_to_cluster([&] { return on.reopen(cluster); }, std::move(wanted), how);
    ASSERT_TRUE(done) << text_of(done.error());
  }
  std::string running(std::size_t cluster) {
    return fake_cluster(servers.at(cluster))
        .get({"ConfigMap", "orders", "a"})
        .object["data"]["version"]
        .text();
  }
  result<std::string> back(const rollback_request& request = {}) { return roll_back(request, on, ports); }

  rollback_ports ports;
  texts resolved;
  std::optional<digest> in_registry = sha256("v1");
};

TEST_F(rolling_back, tells_what_begins_what_runs_again_and_that_it_is_held_for_each_cluster) {
  const auto version = back({.to = {}, .reason = "errors at checkout"});
  ASSERT_TRUE(version) << text_of(version.error());
  EXPECT_EQ(*version, "v1");
  EXPECT_EQ(names(), (texts{"rollback_started", "deployed", "held", "rollback_started", "deployed", "held"}));
  EXPECT_EQ(heard<rollback_started>()->to.id, "run-v1");
  const deployed& first = *heard<deployed>();
  EXPECT_EQ(first.record.version, "v1");
  EXPECT_EQ(first.record.id, "run-9");
  EXPECT_EQ(first.record.generation, 3);
  EXPECT_EQ(first.how, deployed_by::rollback);
  EXPECT_EQ(first.reason, "errors at checkout");
  EXPECT_EQ(heard<held>()->reason, "errors at checkout");
  for (const std::size_t cluster : {0U, 1U}) {
    EXPECT_EQ(running(cluster), "v1");
    EXPECT_EQ(state(cluster).hold->who, "Ada");
  }
}

TEST_F(rolling_back, again_goes_further_back_and_never_to_what_was_rolled_back) {
  for (const std::size_t cluster : {0U, 1U}) deploy(cluster, "v3");
  for (const char* version : {"v2", "v1"}) {
    in_registry = sha256(version);
    const auto done = back();
    ASSERT_TRUE(done) << text_of(done.error());
    EXPECT_EQ(*done, version);
    for (const std::size_t cluster : {0U, 1U}) EXPECT_EQ(running(cluster), version);
  }
  EXPECT_FALSE(back()) << "nothing is older";
}

TEST_F(rolling_back, goes_past_a_task_only_where_that_is_said) {
  for (const std::size_t cluster : {0U, 1U}) {
    fake_cluster with(servers.at(cluster));
    cluster_state there = state(cluster);
    there.tasks = {{.task = "migrate", .version = "v2", .generation = 2}};
    ASSERT_TRUE(write_cluster_state(with, place, there));
  }
  const auto refused = back();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("cicd rollback orders prod --to '#1' --past-migration"));
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(running(0), "v2");
  ASSERT_TRUE(back({.to = {}, .reason = {}, .past_migration = true}));
  EXPECT_THAT(heard<step_warning>()->text, HasSubstr("not undone: task migrate for v2"));
  EXPECT_EQ(running(1), "v1");
  EXPECT_EQ(state(0).tasks.size(), 1U) << "what has run is still known";
}

TEST_F(rolling_back, puts_the_second_cluster_back_to_what_the_first_one_has) {
  deploy(0, "v3");
  in_registry = sha256("v2");
  ASSERT_TRUE(back()) << "the first is put back to v2, which runs in the second";
  EXPECT_EQ(running(0), "v2");
  EXPECT_EQ(running(1), "v2");
}

TEST_F(rolling_back, may_hold_out_only_the_version_that_is_left) {
  ASSERT_TRUE(back({.to = {}, .reason = {}, .version_only = true}));
  EXPECT_EQ(heard<held>()->version, "v2");
  EXPECT_EQ(heard<held>()->reason, "rollback to v1");
  EXPECT_EQ(state().hold->version, "v2");
}

TEST_F(rolling_back, that_the_gate_refuses_tells_and_writes_nothing) {
  shut = true;
  const auto refused = back();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_EQ(asked_with.version, "v1") << "the gate is told what would run";
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(servers.front()->writes.empty());
  EXPECT_EQ(running(0), "v2");
}

TEST_F(rolling_back, that_the_gate_refuses_beforehand_contacts_no_cluster) {
  opened = 0;
  shut_at_once = true;
  EXPECT_FALSE(back());
  EXPECT_EQ(asked, std::vector{change::rollback});
  EXPECT_EQ(opened, 0U);
}

TEST_F(rolling_back, of_images_that_are_gone_tells_and_writes_nothing) {
  image declared;
  declared.name = dns_label("api");
  pipeline.declared.images = {declared};
  in_registry.reset();
  const auto refused = back();
  ASSERT_FALSE(refused);
  EXPECT_EQ(resolved, texts{"v1"});
  EXPECT_EQ(refused.error().kind, exit_class::remote);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("no longer in its registry"));
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(servers.front()->writes.empty());
}

TEST_F(rolling_back, that_fails_half_way_has_told_no_deployment_and_no_hold) {
  break_cluster(0, "write ConfigMap a");
  EXPECT_FALSE(back());
  EXPECT_EQ(names(), (texts{"rollback_started", "rollback_failed"}));
  EXPECT_FALSE(state().hold);
  EXPECT_EQ(state().record->outcome, "failed");
  EXPECT_TRUE(servers.back()->writes.empty()) << "the second cluster is left alone";
}

TEST_F(rolling_back, that_cannot_hold_afterwards_has_told_the_deployment_and_no_hold) {
  const auto open = on.open;
  opened = 0;
  on.open = [this, open](std::size_t at) -> result<open_place> {
    if (opened == 2) return error{exit_class::remote, "orders/prod", "the login expired", {}, {}};
    return open(at);
  };
  const auto failed = back();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, exit_class::remote);
  EXPECT_EQ(names(), (texts{"rollback_started", "deployed"}));
  EXPECT_EQ(running(0), "v1");
  EXPECT_EQ(running(1), "v2");
}

}  // namespace
}  // namespace cicd
