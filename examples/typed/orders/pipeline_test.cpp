// What the pipeline does on an event: nothing is run, and nothing is read but the template.
#include "pipeline.cpp"

#include <cicd/testing.hpp>
#include <gtest/gtest.h>

using namespace cicd;

TEST(pipeline, a_tag_deploys_to_prod_and_a_pull_request_never_does) {
  EXPECT_EQ(plan_of(declare(), tag("v1.2.3")).why_not("prod"), "");
  EXPECT_FALSE(plan_of(declare(), pull_request(7)).deploys_to("prod"));
}

TEST(pipeline, what_is_pushed_to_main_is_tested_before_it_comes_to_stage) {
  const event_plan plan = plan_of(declare(), branch("main"));
  EXPECT_TRUE(plan.runs("test") && plan.deploys_to("stage")) << plan;
}

TEST(pipeline, a_tag_builds_nothing_and_is_a_version) {
  EXPECT_FALSE(plan_of(declare(), tag("v1.2.3")).runs("build"));
  EXPECT_FALSE(plan_of(declare(), tag("v1.2")).deploys_to("prod"));
}
