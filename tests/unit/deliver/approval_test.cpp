// Approvals: for exactly these images and objects, for a while, by somebody whom the cluster knows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/approval.hpp>

#include "acting.hpp"

namespace cicd {
namespace {

using kubernetes::fake_cluster;
using testing::HasSubstr;

class approvals : public testing::Test {
 protected:
  void SetUp() override {
    declared.declared.name = "orders";
    place.name = "prod";
    place.approval = approval_rule::required;
    step.id = "orders/deploy-prod";
    step.pipeline = &declared;
    step.work = deploy_step{&place};
    record.pipeline = "orders";
    record.environment = "prod";
    record.images["image"].manifest = sha256("one");
    plan.place = {"orders", "prod", "orders"};
    plan.objects.push_back({planned_object::what::change,
                            {"Deployment", "orders", "api"},
                            fake_cluster::object("Deployment", "api"),
                            {},
                            {},
                            false,
                            {}});
    now = *utc_from("2026-11-21T08:00:00Z");
  }

  /// An approval of the plan as it is, given an hour ago.
  void approve_it() {
    plan.before.approvals = {{"ada", "looked at it", hex(approval_digest(plan, record)),
                              now - std::chrono::hours(1), now + std::chrono::hours(23)}};
  }
  status checked() const {
    gate_question of;
    of.subject = step.id;
    of.environment = "prod";
    of.wants_approval = place.approval == approval_rule::required;
    of.approve_words = approve_words(step, 0);
    const result<permit> may_it = may(of, {.approvals = plan.before.approvals,
                                           .approval_digest = hex(approval_digest(plan, record)),
                                           .now = now});
    return may_it ? status() : status(may_it.error());
  }

  declared_pipeline declared;
  environment place;
  graph_step step;
  cluster_plan plan;
  deployment_record record;
  std::chrono::system_clock::time_point now;
};

TEST_F(approvals, are_asked_for_only_where_they_are_required) {
  place.approval = approval_rule::none;
  EXPECT_TRUE(checked());
}

TEST_F(approvals, that_are_missing_are_a_matter_of_policy_and_the_way_is_named) {
  const status refused = checked();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("cicd approve orders prod --reason"));
}

TEST_F(approvals, of_these_images_and_objects_hold) {
  approve_it();
  EXPECT_TRUE(checked());
}

TEST_F(approvals, hold_for_a_day_and_then_say_when_they_ended) {
  approve_it();
  now = plan.before.approvals.front().expires - std::chrono::seconds(1);
  EXPECT_TRUE(checked());
  now += std::chrono::seconds(1);
  const status refused = checked();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("an approval by ada that expired at 2026-11-22T07:00:00Z"));
}

TEST_F(approvals, of_another_image_do_not_hold) {
  approve_it();
  record.images["image"].manifest = sha256("other");
  const status refused = checked();
  ASSERT_FALSE(refused);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("for other images or objects"));
}

TEST_F(approvals, of_another_manifest_do_not_hold) {
  approve_it();
  json spec(json::object{});
  spec.set("replicas", 3);
  plan.objects.front().wanted.set("spec", std::move(spec));
  EXPECT_FALSE(checked());
}

TEST_F(approvals, of_a_deploy_do_not_hold_for_a_branchs_copy) {
  approve_it();
  plan.place.branch_key = "fix-1a2b3c4d";
  EXPECT_FALSE(checked());
}

TEST_F(approvals, name_the_command_that_gives_exactly_them) {
  const canary declared{.in = dns_label("prod"), .service = dns_label("api")};
  step.work = deploy_step{&place, &declared};
  declared_pipeline of;
  of.declared.name = "orders";
  of.declared.canaries = {declared};
  step.pipeline = &of;
  EXPECT_EQ(approve_words(step, 0), "cicd approve orders prod --canary");
  EXPECT_EQ(approve_words(step, 25), "cicd approve orders prod --canary --share 25%");
  EXPECT_EQ(approve_words(step, 0, {"helm", "kubectl edit"}),
            "cicd approve orders prod --take-over helm --take-over 'kubectl edit' --canary");
  of.declared.canaries.push_back({.in = dns_label("prod"), .service = dns_label("web")});
  EXPECT_EQ(approve_words(step, 25), "cicd approve orders prod --canary --service api --share 25%");
}

TEST_F(approvals, are_written_down_although_the_namespace_is_yet_to_be_made) {
  auto server = std::make_shared<fake_cluster::server>();
  fake_cluster with(server);
  plan.objects.push_back({planned_object::what::add,
                          {"Namespace", "", "orders"},
                          fake_cluster::object("Namespace", "orders"),
                          {},
                          {},
                          false,
                          {}});
  const auto given = approve(allowed(change::approve), with, plan.place, plan, record, "looked at it", now);
  ASSERT_TRUE(given) << text_of(given.error());
  EXPECT_TRUE(with.get({"Namespace", "", "orders"}));
  plan.before = *read_cluster_state(with, plan.place);
  EXPECT_TRUE(checked());
}

TEST_F(approvals, of_another_environment_do_not_hold) {
  approve_it();
  record.environment = "stage";
  EXPECT_FALSE(checked());
}

/// A step whose plan is known for both clusters of its environment.
class approving : public acting {
 protected:
  approving() {
    record.version = "v2";
    for (auto& each : plans) {
      each.place = place;
      each.objects.push_back({planned_object::what::add,
                              {"ConfigMap", "orders", "a"},
                              fake_cluster::object("ConfigMap", "a"),
                              {},
                              {},
                              false,
                              {}});
    }
  }
  status approved_all() {
    std::vector<plan_to_approve> all;
    for (const cluster_plan& each : plans) all.push_back({each, record});
    return approve_plans({"orders/deploy-prod", "looked at it", "cmake --build b --target orders.image"}, all,
                         on);
  }

  std::vector<cluster_plan> plans{2};
  deployment_record record;
};

TEST_F(approving, tells_what_is_agreed_to_and_then_that_it_was_for_each_cluster) {
  ASSERT_TRUE(approved_all());
  EXPECT_EQ(names(), (texts{"approval_started", "approved", "approval_started", "approved"}));
  EXPECT_EQ(heard<approval_started>()->plan, lines_of(plans.front()));
  EXPECT_EQ(heard<approved>()->step, "orders/deploy-prod");
  EXPECT_EQ(heard<approved>()->digest, hex(approval_digest(plans.front(), record)));
  EXPECT_EQ(utc_text(heard<approved>()->expires), "2026-11-22T08:00:00Z");
  for (const std::size_t cluster : {0U, 1U}) EXPECT_EQ(state(cluster).approvals.size(), 1U);
}

TEST_F(approving, that_the_gate_refuses_tells_and_writes_nothing) {
  shut = true;
  const status refused = approved_all();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(state().approvals.empty());
}

TEST_F(approving, of_what_is_not_known_yet_says_what_makes_its_images) {
  plans.clear();
  const status refused = approved_all();
  ASSERT_FALSE(refused);
  EXPECT_THAT(text_of(refused.error()),
              HasSubstr("try: cmake --build b --target orders.image, then approve"));
  EXPECT_TRUE(told.empty());
}

TEST_F(approving, that_fails_in_the_second_cluster_has_told_the_first_only) {
  break_cluster(1, "create ConfigMap cicd.orders.prod");
  EXPECT_FALSE(approved_all());
  EXPECT_EQ(names(), (texts{"approval_started", "approved", "approval_started"}));
  EXPECT_TRUE(state(1).approvals.empty());
}

}  // namespace
}  // namespace cicd
