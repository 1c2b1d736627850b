// What pipelines turn into: targets, tests, fixtures, and the text that CMake includes.
#include <cicd/declare/targets.hpp>

#include <gtest/gtest.h>

#include "written.hpp"

namespace {

using cicd::target;
using cicd::targets_of;

std::vector<target> targets(std::string_view lines) {
  auto made = cicd::tests::model_from(lines);
  for (const auto& each : made.errors) ADD_FAILURE() << cicd::text_of(each);
  return targets_of(made.model);
}

const target& named(const std::vector<target>& all, std::string_view name) {
  static const target none;
  for (const target& each : all)
    if (each.name == name) return each;
  ADD_FAILURE() << "no target " << name;
  return none;
}

using names = std::vector<std::string>;

constexpr std::string_view orders =
    "add_pipeline(orders TEMPLATE java-maven)\npipeline_image(orders cli FILES "
    "a=/a)\npipeline_environment(orders stage VIA gitops)\n";

TEST(a_pipeline_of_a_template, turns_into_the_targets_that_the_interface_promises) {
  names all;
  for (const target& each : targets(orders)) all.push_back(each.name);
  EXPECT_EQ(all,
            (names{"orders.build", "orders.test", "orders.scan", "orders.spotbugs", "orders.image",
                   "orders.publish", "orders.plan-stage", "orders.deploy-stage", "orders.rollback-stage",
                   "build", "scan", "image", "publish", "plan-stage", "deploy-stage", "rollback-stage"}));
}

TEST(a_target, ends_with_the_steps_it_stands_for) {
  const auto all = targets(orders);
  EXPECT_EQ(named(all, "orders.scan").steps, names{"orders/spotbugs"});
  EXPECT_EQ(named(all, "orders.image").steps, (names{"orders/image", "orders/image-cli"}));
  EXPECT_EQ(named(all, "orders.publish").steps, names{"orders/publish"});
  EXPECT_EQ(named(all, "orders.plan-stage").steps, names{"orders/deploy-stage"});
  EXPECT_TRUE(named(all, "orders.plan-stage").plans_only);
  EXPECT_FALSE(named(all, "orders.deploy-stage").plans_only);
  EXPECT_TRUE(named(all, "plan-stage").plans_only);
}

TEST(a_target, waits_for_the_cmake_targets_of_other_pipelines_and_of_what_tests_the_image) {
  for (const std::string_view lines :
       {"add_pipeline(a)\npipeline_step(a test COMMAND x AFTER b/build)\nadd_pipeline(b)\n"
        "pipeline_step(b build COMMAND x DEPENDS gen)",
        "add_pipeline(b)\npipeline_step(b build COMMAND x DEPENDS gen)\nadd_pipeline(a)\n"
        "pipeline_step(a test COMMAND x AFTER b/build)"}) {
    const auto all = targets(lines);
    EXPECT_EQ(named(all, "a.test").depends, names{"gen"});
    EXPECT_EQ(named(all, "a.test").steps, names{"a/test"});
    EXPECT_EQ(named(all, "a.test").fixtures_required, names{"b.build"});
    EXPECT_TRUE(named(all, "b.build").fixtures_required.empty());
  }
  const auto all = targets(
      "add_pipeline(a)\npipeline_step(a build COMMAND x DEPENDS gen)\npipeline_image(a FILES x=/x)\n"
      "pipeline_step(a scan COMMAND x AFTER image DEPENDS scanner)");
  EXPECT_EQ(named(all, "a.scan").depends, (names{"scanner", "gen"}));
  EXPECT_EQ(named(all, "a.scan").fixtures_required, names{"a.build"});
  EXPECT_EQ(named(all, "a.image").depends, names{"gen"});
  EXPECT_EQ(named(all, "a.publish").depends, (names{"scanner", "gen"}));
}

TEST(the_cmake_targets_that_are_waited_for, are_checked_before_any_target_is_made) {
  const std::string text =
      cicd::cmake_text(targets("add_pipeline(a)\npipeline_step(a x COMMAND x DEPENDS gen)\npipeline_step(a y "
                               "COMMAND x DEPENDS gen z)"));
  EXPECT_EQ(text.substr(text.find('\n') + 1, 37), "_cicd_check_depends([==[gen|z]==])\n_c");
}

TEST(aggregates, span_all_pipelines_and_there_is_none_called_test) {
  const auto all = targets(
      "add_pipeline(a TEMPLATE java-maven)\nadd_pipeline(b TEMPLATE java-maven)\npipeline_environment(b "
      "stage VIA gitops)");
  EXPECT_EQ(named(all, "build").steps, (names{"a/build", "b/build"}));
  EXPECT_EQ(named(all, "deploy-stage").steps, names{"b/deploy-stage"});
  EXPECT_TRUE(named(all, "build").pipeline.empty());
  for (const target& each : all) EXPECT_NE(each.name, "test");
}

TEST(a_stage, gathers_its_steps_and_the_step_of_its_name) {
  const auto all = targets(
      "add_pipeline(o)\npipeline_step(o test COMMAND x)\npipeline_step(o unit COMMAND x STAGE "
      "test)\npipeline_step(o lint COMMAND x)");
  EXPECT_EQ(named(all, "o.test").steps, (names{"o/test", "o/unit"}));
  EXPECT_EQ(named(all, "o.unit").steps, names{"o/unit"});
  EXPECT_EQ(named(all, "o.lint").stage, "step");
  EXPECT_EQ(all.size(), 3u);
}

TEST(tests, are_the_stages_the_image_and_what_is_marked_CHECK) {
  names tests;
  for (const target& each :
       targets(std::string(orders)
               + "pipeline_step(orders lint COMMAND x CHECK)\npipeline_step(orders free COMMAND x)"))
    if (each.test) tests.push_back(each.name);
  EXPECT_EQ(tests, (names{"orders.build", "orders.test", "orders.scan", "orders.lint", "orders.image"}));
}

TEST(tests, that_come_after_the_build_require_its_fixture) {
  const auto all = targets(
      std::string(orders)
      + "pipeline_step(orders lint COMMAND x CHECK)\npipeline_step(orders e2e COMMAND x CHECK AFTER spotbugs)");
  EXPECT_EQ(named(all, "orders.build").fixtures_setup, names{"orders.build"});
  for (const char* name : {"orders.scan", "orders.image", "orders.e2e"})
    EXPECT_EQ(named(all, name).fixtures_required, names{"orders.build"}) << name;
  for (const char* name : {"orders.lint", "orders.test"})
    EXPECT_TRUE(named(all, name).fixtures_required.empty()) << name;
}

TEST(targets, depend_on_what_any_step_before_them_names) {
  const auto all = targets(
      "add_pipeline(o)\npipeline_step(o build COMMAND x DEPENDS gen STAGE build)\npipeline_step(o b COMMAND "
      "x DEPENDS gen2 AFTER build)\n"
      "pipeline_step(o free COMMAND x)\npipeline_image(o FILES a=/a)\npipeline_environment(o s VIA gitops)");
  EXPECT_EQ(named(all, "o.b").depends, (names{"gen2", "gen"}));
  EXPECT_TRUE(named(all, "o.free").depends.empty());
  for (const char* name : {"o.image", "o.publish", "o.deploy-s", "deploy-s", "build"})
    EXPECT_EQ(named(all, name).depends, names{"gen"}) << name;
  EXPECT_TRUE(named(all, "o.plan-s").depends.empty());
}

TEST(targets, of_a_release_depend_on_what_its_tests_and_scans_name) {
  const auto all = targets(
      "add_pipeline(o)\npipeline_step(o build COMMAND x)\npipeline_step(o test COMMAND x DEPENDS app)\n"
      "pipeline_step(o lint COMMAND x STAGE scan DEPENDS rules)\npipeline_step(o own COMMAND x DEPENDS "
      "more)\n"
      "pipeline_image(o FILES a=/a)\npipeline_environment(o s VIA gitops)");
  for (const char* name : {"o.publish", "o.deploy-s"})
    EXPECT_EQ(named(all, name).depends, (names{"app", "rules"})) << name;
  EXPECT_TRUE(named(all, "o.image").depends.empty());
}

TEST(a_step_of_a_stage_s_name, has_that_stage_unless_it_says_another) {
  using cicd::step_stage;
  const auto made = cicd::tests::model_from(
      "add_pipeline(o)\npipeline_step(o build COMMAND x)\npipeline_step(o test COMMAND x)\n"
      "pipeline_step(o scan COMMAND x STAGE test)\npipeline_step(o lint COMMAND x)");
  std::vector<step_stage> stages;
  for (const cicd::step& each : made.model.pipelines.at(0).declared.steps) stages.push_back(each.stage);
  EXPECT_EQ(stages, (std::vector<step_stage>{step_stage::build, step_stage::test, step_stage::test,
                                             step_stage::none}));
}

constexpr std::string_view clusters =
    "add_pipeline(orders TEMPLATE java-maven)\npipeline_step(orders gen COMMAND x)\npipeline_service(orders "
    "api PORT 80 HOST o.example.com)\n"
    "pipeline_environment(orders prod VIA kubectl VERIFY ./smoke.sh {host})\n"
    "pipeline_environment(orders file VIA render)\npipeline_preview(orders IN prod)";

TEST(an_environment, has_targets_that_are_commands_of_their_own) {
  const auto all = targets(clusters);
  EXPECT_EQ(named(all, "orders.rollback-prod").command, (names{"rollback", "orders", "prod"}));
  EXPECT_EQ(named(all, "orders.rollback-prod").description, "puts back what ran in prod before");
  EXPECT_TRUE(named(all, "orders.rollback-prod").steps.empty());
  EXPECT_EQ(named(all, "orders.verify-prod").command, (names{"verify", "orders", "prod"}));
  EXPECT_TRUE(named(all, "orders.verify-prod").test);
  EXPECT_EQ(named(all, "orders.rollback-file").command, (names{"rollback", "orders", "file"}));
  for (const target& each : all) EXPECT_NE(each.name, "orders.verify-file");
}

TEST(a_preview, has_targets_that_follow_the_branch) {
  const auto all = targets(clusters);
  EXPECT_EQ(named(all, "orders.plan-branch").steps, names{"orders/deploy-branch"});
  EXPECT_TRUE(named(all, "orders.plan-branch").plans_only);
  EXPECT_EQ(named(all, "orders.deploy-branch").steps, names{"orders/deploy-branch"});
  EXPECT_EQ(named(all, "orders.undeploy-branch").command, (names{"preview", "remove", "orders"}));
  for (const target& each : targets(orders))
    EXPECT_EQ(each.name.find("-branch"), std::string::npos) << each.name;
}

TEST(a_canary, has_a_target_of_its_own_named_by_the_environment) {
  const auto all = targets(std::string(clusters) + "\npipeline_canary(orders IN prod SHARE 10%)");
  EXPECT_EQ(named(all, "orders.canary-prod").steps, names{"orders/canary-prod"});
}

TEST(aggregates, of_commands_are_the_commands_without_a_pipeline) {
  const auto all =
      targets(std::string(clusters)
              + "\nadd_pipeline(prod TEMPLATE java-maven)\npipeline_environment(prod prod VIA kubectl)");
  EXPECT_EQ(named(all, "rollback-prod").command, (names{"rollback", "prod"}));
  EXPECT_EQ(named(all, "prod.rollback-prod").command, (names{"rollback", "prod", "prod"}));
  EXPECT_EQ(named(all, "verify-prod").command, (names{"verify", "prod"}));
  EXPECT_FALSE(named(all, "verify-prod").test);
  EXPECT_EQ(named(all, "deploy-branch").steps, names{"orders/deploy-branch"});
  EXPECT_EQ(named(all, "deploy-branch").description,
            "deploys the branch of every pipeline beside the real ones");
  EXPECT_EQ(named(all, "undeploy-branch").command, (names{"preview", "remove"}));
  EXPECT_TRUE(named(all, "deploy-prod").command.empty());
}

TEST(a_target_that_is_a_command, says_which_when_it_is_asked_to_run_steps) {
  EXPECT_EQ(cicd::text_of(not_made_of_steps(named(targets(clusters), "orders.rollback-prod"))),
            "cicd: error: the target is a command of its own, not one that ends with steps: "
            "'orders.rollback-prod'\n"
            "  try: cicd rollback orders prod\n");
}

TEST(the_text_for_cmake, hands_commands_on_and_keeps_their_tests_apart) {
  const std::string text = cmake_text(targets(clusters));
  EXPECT_NE(
      text.find(
          "_cicd_add_target([==[orders.rollback-prod]==] [==[0]==] [==[deploy]==] [==[puts back what ran in "
          "prod before]==] [==[]==] [==[rollback|orders|prod]==])\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("_cicd_add_deploy_test([==[orders.verify-prod]==] [==[cicd|orders|verify|deploy]==] "
                      "[==[verify|orders|prod]==])\n"),
            std::string::npos)
      << text;
}

TEST(the_text_for_cmake, has_one_call_a_line_in_brackets_that_nothing_closes) {
  auto made = cicd::tests::model_from(
      "add_pipeline(o)\npipeline_step(o a COMMAND x CHECK DEPENDS g h DESCRIPTION \"x]==] ${y} ]==\")");
  EXPECT_EQ(
      cmake_text(targets_of(made.model)),
      "# Written by cicd describe, format 3; configure writes it anew.\n"
      "_cicd_check_depends([==[g|h]==])\n"
      "_cicd_add_target([==[o.a]==] [==[0]==] [==[step]==] [===[x]==] ${y} ]==]===] [==[g|h]==] [==[]==])\n"
      "_cicd_add_test([==[o.a]==] [==[cicd|o|step]==] [==[]==] [==[]==])\n");
}

}  // namespace
