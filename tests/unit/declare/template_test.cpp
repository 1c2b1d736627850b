// Templates: what java-maven stands for, what a person's calls change of it, and what a template of one's own
// may say.
#include <gtest/gtest.h>

#include "written.hpp"

namespace {

using cicd::tests::errors_of;
using cicd::tests::model_from;
using cicd::tests::templates;

cicd::pipeline declared(std::string_view lines,
                        const cicd::template_source& from = cicd::tests::own_templates()) {
  auto made = model_from(lines, from);
  for (const auto& each : made.errors) ADD_FAILURE() << cicd::text_of(each);
  return made.errors.empty() ? made.model.pipelines.at(0).declared : cicd::pipeline{};
}

const cicd::step* step_of(const cicd::pipeline& in, std::string_view name) {
  for (const auto& each : in.steps)
    if (each.name.view() == name) return &each;
  return nullptr;
}

std::string line_of(const cicd::step& of) {
  std::string line;
  for (const auto& word : of.command) line += (line.empty() ? "" : " ") + word.str();
  return line;
}

TEST(java_maven, stands_for_build_test_scan_and_image) {
  const auto made = declared("add_pipeline(orders TEMPLATE java-maven)");
  ASSERT_EQ(made.steps.size(), 3u);
  EXPECT_EQ(made.steps[0].stage, cicd::step_stage::build);
  EXPECT_EQ(made.steps[1].stage, cicd::step_stage::test);
  EXPECT_EQ(made.steps[2].stage, cicd::step_stage::scan);
  for (const auto& each : made.steps) {
    EXPECT_TRUE(line_of(each).starts_with("mvn -B ")) << line_of(each);
    EXPECT_EQ(each.wrapper.view(), "mvnw");
  }
  EXPECT_EQ(made.steps[0].description.view(), "compiles orders and packages it, without its tests");
  EXPECT_EQ(line_of(made.steps[1]), "mvn -B verify");
  EXPECT_TRUE(made.steps[1].after.empty()) << "what Maven's own life cycle compiles is compiled by it";
  ASSERT_EQ(made.images.size(), 1u);
  EXPECT_EQ(made.images[0].jar.view(), "target/*.[jw]ar");
  EXPECT_EQ(made.images[0].after.at(0).view(), "build");
}

TEST(java_maven, fails_a_scan_at_the_severity_of_FAIL_ON) {
  for (const auto& [words, thresholds] :
       {std::pair{"", "failThreshold=Medium -Dspotbugs.threshold=Default"},
        {" FAIL_ON low", "failThreshold=Low -Dspotbugs.threshold=Low"},
        {" FAIL_ON high", "failThreshold=High -Dspotbugs.threshold=Default"}}) {
    const auto made = declared("add_pipeline(orders TEMPLATE java-maven" + std::string(words) + ")");
    EXPECT_NE(line_of(*step_of(made, "spotbugs")).find(thresholds), std::string::npos) << words;
  }
}

TEST(the_values_of_a_pipeline, flow_into_the_image_of_its_template) {
  const auto made = declared(
      "add_pipeline(o TEMPLATE java-maven JAR target/o-*.jar BASE rootfs:runtime BASE_AFTER "
      "runtime)\npipeline_step(o runtime COMMAND x)");
  ASSERT_EQ(made.images.size(), 1u);
  EXPECT_EQ(made.images[0].jar.view(), "target/o-*.jar");
  EXPECT_EQ(made.images[0].base.view(), "rootfs:runtime");
  ASSERT_EQ(made.images[0].after.size(), 2u);
  EXPECT_EQ(made.images[0].after[1].view(), "runtime");
}

TEST(the_image_of_a_template, is_changed_only_where_a_call_says_so) {
  const auto made = declared(
      "add_pipeline(o TEMPLATE java-maven BASE rootfs:a)\npipeline_image(o USER 7 BASE "
      "rootfs:b)\npipeline_image(o cli FILES a=/a)");
  ASSERT_EQ(made.images.size(), 2u);
  EXPECT_EQ(made.images[0].user.number(), 7u);
  EXPECT_EQ(made.images[0].jar.view(), "target/*.[jw]ar");
  EXPECT_EQ(made.images[0].base.view(), "rootfs:b");
  EXPECT_EQ(made.images[1].name.view(), "cli");
}

TEST(a_step_with_a_command, replaces_that_of_the_template_except_for_its_stage) {
  const auto made = declared("add_pipeline(o TEMPLATE java-maven)\npipeline_step(o test SHELL ./t)");
  ASSERT_EQ(made.steps.size(), 3u);
  const cicd::step& test = *step_of(made, "test");
  EXPECT_EQ(test.shell.view(), "./t");
  EXPECT_TRUE(test.command.empty() && test.reports.empty() && test.after.empty() && test.wrapper.empty());
  EXPECT_EQ(test.stage, cicd::step_stage::test);
}

TEST(a_step_without_a_command, changes_only_what_it_names) {
  const auto made = declared("add_pipeline(o TEMPLATE java-maven)\npipeline_step(o test TIMEOUT 20m)");
  const cicd::step& test = *step_of(made, "test");
  EXPECT_EQ(test.timeout.milliseconds(), 1'200'000);
  EXPECT_TRUE(line_of(test).starts_with("mvn"));
  EXPECT_EQ(test.reports.size(), 2u);
}

std::string words_of(const auto& list) {
  std::string words;
  for (const auto& each : list) words += (words.empty() ? "" : " ") + each.str();
  return words;
}

TEST(a_list_over_a_template_s, adds_to_it_and_replaces_it_after_an_equals_sign) {
  const auto of = [](const std::string& words) {
    return *step_of(declared("add_pipeline(o TEMPLATE java-maven)\npipeline_step(o build " + words + ")"),
                    "build");
  };
  EXPECT_EQ(words_of(of("PASS_ENV BUILD_NUMBER").pass_env), "JAVA_HOME MAVEN_OPTS MAVEN_ARGS BUILD_NUMBER");
  EXPECT_EQ(words_of(of("PASS_ENV MAVEN_OPTS").pass_env), "JAVA_HOME MAVEN_OPTS MAVEN_ARGS");
  EXPECT_EQ(words_of(of("PASS_ENV = BUILD_NUMBER").pass_env), "BUILD_NUMBER");
  EXPECT_EQ(words_of(of("INPUTS config/").inputs), "config/");
  EXPECT_EQ(words_of(of("OPTIONAL_INPUTS lombok.config").optional_inputs), "src/ .mvn/ mvnw lombok.config");
  EXPECT_EQ(words_of(of("TOOLS node").tools), "java node");
  EXPECT_EQ(of("ENV A=1").env.size(), 1u);
  EXPECT_EQ(
      words_of(declared("add_pipeline(o)\npipeline_step(o s COMMAND = x INPUTS = a b)").steps.at(0).inputs),
      "a b");
  EXPECT_EQ(words_of(declared("add_pipeline(o)\npipeline_step(o s COMMAND = x)").steps.at(0).command), "= x");
}

TEST(the_words_of_a_program_over_a_template_s, replace_it) {
  const auto from = templates({{"t", R"({"schema": 1, "description": "d", "calls": [
      ["pipeline_image", "{pipeline}", "image", "BASE", "rootfs:r", "ENTRYPOINT", "a", "b", "LABELS", "x=1", "y=1", "AFTER", "build"],
      ["pipeline_step", "{pipeline}", "build", "COMMAND", "make"]]})"}});
  const auto made =
      declared("add_pipeline(o TEMPLATE t)\npipeline_image(o ENTRYPOINT c LABELS y=2 z=1)", from);
  EXPECT_EQ(words_of(made.images.at(0).entrypoint), "c");
  ASSERT_EQ(made.images.at(0).labels.size(), 3u);
  EXPECT_EQ(made.images.at(0).labels[1].value, "2");
}

constexpr const char* base = R"({"schema": 1, "description": "base",
  "calls": [["pipeline_step", "{pipeline}", "build", "COMMAND", "make", "{source}"], ["pipeline_step", "{pipeline}", "test", "COMMAND", "make", "test"]],
  "scanners": {"lint": {"description": "l", "default": true, "step": ["COMMAND", "lint"]}, "deep": {"description": "d", "step": ["COMMAND", "deep"]}}})";

TEST(a_template, extends_another_by_the_same_rules) {
  const auto from =
      templates({{"base", base}, {"ours", R"({"schema": 1, "description": "o", "extends": "base",
      "calls": [["pipeline_step", "{pipeline}", "test", "COMMAND", "ours"], ["pipeline_step", "{pipeline}", "sign", "COMMAND", "sign"]],
      "scanners": {"lint": {"description": "l2", "step": ["COMMAND", "lint2"]}}})"}});
  const auto made = declared("add_pipeline(o TEMPLATE ours SCAN lint deep)", from);
  ASSERT_EQ(made.steps.size(), 5u);
  EXPECT_EQ(line_of(*step_of(made, "build")), "make {source}");
  EXPECT_EQ(line_of(*step_of(made, "test")), "ours");
  EXPECT_EQ(line_of(*step_of(made, "sign")), "sign");
  EXPECT_EQ(line_of(*step_of(made, "lint")), "lint2");
  EXPECT_EQ(line_of(*step_of(made, "deep")), "deep");
  EXPECT_EQ(declared("add_pipeline(o TEMPLATE ours)", from).steps.size(), 3u)
      << "no scanner is marked as default any more";
}

void expect_template_error(const std::string& json, const std::string& part) {
  const std::string text = errors_of("add_pipeline(o TEMPLATE t)", templates({{"t", json}, {"base", base}}));
  EXPECT_NE(text.find(part), std::string::npos) << text;
  EXPECT_NE(text.find("declared at"), std::string::npos);
}

TEST(a_template, that_is_wrong_says_where) {
  expect_template_error("{", "template t: template.json: no JSON from byte 1");
  expect_template_error("[]", "template t: template.json is not an object");
  expect_template_error(R"({"schema": 3})", "template t: template.json has an unknown schema: '3'");
  expect_template_error(R"({"schema": 1, "scaners": {}})", "did you mean: scanners");
  expect_template_error(R"({"schema": 1, "extends": "nope"})", "there is no such template: 'nope'");
  expect_template_error(R"({"schema": 1, "extends": "bas"})", "did you mean: base");
  expect_template_error(R"({"schema": 1, "extends": "t"})", "the template extends itself: 't'");
  expect_template_error(R"({"schema": 1, "calls": [["pipeline_stp", "{pipeline}"]]})",
                        "did you mean: pipeline_step");
  expect_template_error(R"({"schema": 1, "calls": [["pipeline_step", "o", "a"]]})",
                        "a call of pipeline_step is of another pipeline: 'o'");
  expect_template_error(R"({"schema": 1, "calls": [["pipeline_step"]]})",
                        "a call is not [<function>, \"{pipeline}\", …]");
  expect_template_error(R"({"schema": 1, "calls": [], "calls": []})", "the member is given twice: 'calls'");
  expect_template_error(R"({"schema": 1, "calls": [["pipeline_step", "{pipeline}", "a", "COMAND", "x"]]})",
                        "t/template.json:1");
  expect_template_error(R"({"schema": 1, "scanners": {"s": {"stepp": []}}})", "did you mean: step");
  expect_template_error(
      R"({"schema": 1, "scanners": {"s": {"step": ["COMMAND", "x"], "severities": {"t": {"low": "1"}}}}})",
      "severities need low, medium and high");
}

}  // namespace
