// What a declaration does on each kind of event, and why not: by the gate and the graph, without a checkout.
#include <cicd/engine/plan_of.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace cicd;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

pipeline orders() {
  return {
      .name = "orders",
      .steps = {step{.name = "build", .command = {"make"}, .stage = step_stage::build},
                step{.name = "test", .command = {"make", "test"}, .after = {"build"}, .check = true}},
      .images = {image{
          .name = "image", .base = "scratch", .files = {{.from = "out", .to = "/out"}}, .after = {"build"}}},
      .services = {service{.name = "api", .port = 8080}},
      .environments = {environment{.name = "stage",
                                   .on = {.kind = ref_kind::branch, .pattern = "main"},
                                   .via = deploy_way::gitops},
                       environment{.name = "demo", .from = {{.any = {"stage"}}}, .via = deploy_way::gitops},
                       environment{.name = "prod",
                                   .on = {.kind = ref_kind::tag, .pattern = "v*"},
                                   .from = {{.any = {"stage"}}},
                                   .soak = "2h",
                                   .via = deploy_way::gitops,
                                   .approval = approval_rule::required,
                                   .is_protected = true}},
      .releases = {release{.branches = {"main"}, .versions = version_rule::semantic}}};
}

std::vector<std::string> ids_of(const event_plan& of) {
  std::vector<std::string> ids;
  for (const planned_step& each : of.steps) ids.push_back(each.id);
  return ids;
}

TEST(plan_of, a_push_builds_and_deploys_to_what_follows_the_branch) {
  const event_plan plan = plan_of(orders(), branch("main"));
  EXPECT_THAT(ids_of(plan), ElementsAre("orders/build", "orders/test", "orders/image", "orders/publish",
                                        "orders/deploy-stage"));
  EXPECT_THAT(plan.steps.back().after, ElementsAre("orders/publish"));
  EXPECT_TRUE(plan.deploys_to("stage"));
  EXPECT_THAT(plan.why_not("prod"), HasSubstr("follows another ref"));
  EXPECT_FALSE(plan_of(orders(), branch("fix")).deploys_to("stage"));
}

TEST(plan_of, a_tag_deploys_what_was_built_before_and_says_what_it_waits_for) {
  const event_plan plan = plan_of(orders(), tag("v1.2.3"));
  EXPECT_EQ(plan.why_not("prod"), "");
  EXPECT_THAT(plan.deploy("prod").asks,
              ElementsAre("APPROVAL required", "FROM stage", "SOAK 2h", "BRANCHES main"));
  EXPECT_THAT(ids_of(plan), ElementsAre("orders/deploy-prod"));
  EXPECT_FALSE(plan.runs("build"));
  EXPECT_THAT(plan_of(orders(), tag("v1.2")).why_not("prod"),
              HasSubstr("is not a version of VERSIONS semantic"));
  EXPECT_FALSE(plan_of(orders(), tag("rc-1")).deploys_to("prod"));
}

TEST(plan_of, what_has_no_ON_is_led_to_by_no_event_but_may_be_asked_for) {
  EXPECT_THAT(plan_of(orders(), tag("v1.2.3")).why_not("demo"), HasSubstr("no ON"));
  EXPECT_TRUE(plan_of(orders(), by_hand()).deploys_to("demo"));
  EXPECT_THAT(plan_of(orders(), pull_request(7)).why_not("demo"), HasSubstr("its only effect is a preview"));
  EXPECT_FALSE(plan_of(orders(), pull_request_of_fork(7)).deploys_to("demo"));
}

TEST(plan_of, a_proposed_change_is_built_and_never_deployed_to_what_follows_a_ref) {
  for (const ci_event& event : {pull_request(7), pull_request_of_fork(7), merge_queue()}) {
    const event_plan plan = plan_of(orders(), event);
    EXPECT_FALSE(plan.deploys_to("stage")) << plan;
    EXPECT_FALSE(plan.deploys_to("prod")) << plan;
    EXPECT_TRUE(plan.runs("test")) << plan;
  }
  EXPECT_FALSE(plan_of(orders(), pull_request(7)).runs("publish"));
  pipeline with_preview = orders();
  with_preview.environments[0].via = deploy_way::gitops;
  with_preview.previews = {preview{.in = "stage", .host = "orders.{slug}.example.com"}};
  EXPECT_TRUE(plan_of(with_preview, pull_request(7)).runs("publish"));
  EXPECT_FALSE(plan_of(orders(), pull_request_of_fork(7)).runs("publish"));
}

TEST(plan_of, what_is_protected_is_changed_by_ci_alone) {
  pipeline one = orders();
  one.environments[2].on = {};
  one.releases.clear();
  EXPECT_THAT(plan_of(one, by_hand()).why_not("prod"), HasSubstr("is protected"));
  one.environments[2].is_protected = false;
  EXPECT_TRUE(plan_of(one, by_hand()).deploys_to("prod"));
  EXPECT_TRUE(plan_of(one, schedule()).deploys_to("stage"));
}

TEST(plan_of, a_declaration_is_refused_in_the_words_of_the_command_line) {
  pipeline one = orders();
  one.environments[2].from = {{.any = {"stge"}}};
  try {
    plan_of(one, tag("v1.2.3"));
    FAIL() << "it was not refused";
  } catch (const refused_declaration& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("cicd: error: orders/prod: FROM: "));
    EXPECT_THAT(refused.what(), HasSubstr("did you mean: stage"));
    EXPECT_THAT(refused.what(), HasSubstr("plan_of_test.cpp:"));
  }
  EXPECT_THROW(plan_of(pipeline{.name = "orders", .base_template = "no-such"}, tag("v1")),
               refused_declaration);
}

TEST(plan_of, a_misspelt_name_is_no_answer) {
  const event_plan plan = plan_of(orders(), tag("v1.2.3"));
  EXPECT_THROW((void)plan.deploys_to("prd"), std::invalid_argument);
  EXPECT_THROW((void)plan.runs("biuld"), std::invalid_argument);
}

TEST(plan_of, several_pipelines_have_names_of_their_own) {
  pipeline other = orders();
  other.name = "billing";
  const event_plan plan = plan_of(std::vector{orders(), other}, branch("main"));
  EXPECT_TRUE(plan.deploys_to("billing/stage"));
  EXPECT_THROW((void)plan.deploys_to("stage"), std::invalid_argument);
}

}  // namespace
