// Templates of environments: a way that a company's catalogue brings, with the programs in its folder.
#include <gtest/gtest.h>

#include <cicd/declare/parse/template_skeleton.hpp>

#include "written.hpp"

namespace {

using cicd::tests::errors_of;
using cicd::tests::model_from;

constexpr const char* nomad = R"({"schema": 2, "version": "1.0", "description": "Nomad.",
 "parameters": {"region": {"type": "text", "words": "where", "default": "eu"}},
 "needs": {"nomad": {"oldest": "1.7"}},
 "calls": [
  ["pipeline_environment", "{pipeline}", "{environment}", "VIA", "command", "STATE", "s3://state/nomad",
   "PLAN", "{template}/bin/plan", "{region}", "{environment}",
   "APPLY", "{template}/bin/apply", "--vars={template}/common.hcl", "{version}", "READ", "{template}/bin/read"]]})";

/// The template `nomad` in a folder, with these files.
cicd::template_source source(std::vector<cicd::template_file> files,
                             std::map<std::string, std::string> texts = {}) {
  texts.emplace("nomad", nomad);
  cicd::template_source made = cicd::tests::templates(std::move(texts));
  made.folder = [](const std::string& name) { return "/catalogue/" + name; };
  made.files = [files](const std::string&) { return files; };
  return made;
}

std::vector<cicd::template_file> programs() {
  return {{"bin/apply", "", true}, {"bin/plan", "", true}, {"bin/read", "", true}, {"common.hcl", "", false}};
}

std::string joined(const std::vector<cicd::text>& words) {
  std::string all;
  for (const auto& each : words) all += (all.empty() ? "" : " ") + each.str();
  return all;
}

constexpr std::string_view declared =
    "add_pipeline(orders)\n"
    "pipeline_environment(orders stage ON branch main TEMPLATE nomad SET region=us)\n"
    "pipeline_environment(orders prod ON tag v* FROM stage TEMPLATE nomad APPLY ./own.sh STATE /srv/state)\n";

TEST(a_template_of_an_environment, brings_its_way_and_what_the_call_says_goes_over_it) {
  const auto made = model_from(declared, source(programs()));
  ASSERT_TRUE(made.errors.empty()) << cicd::text_of(made.errors.front());
  const auto& places = made.model.pipelines.front().declared.environments;
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0].via, cicd::deploy_way::command);
  EXPECT_EQ(joined(places[0].plan), "/catalogue/nomad/bin/plan us stage");
  EXPECT_EQ(joined(places[0].apply),
            "/catalogue/nomad/bin/apply --vars=/catalogue/nomad/common.hcl {version}");
  EXPECT_EQ(places[0].state.view(), "s3://state/nomad");
  EXPECT_EQ(joined(places[1].apply), "./own.sh");
  EXPECT_EQ(joined(places[1].plan), "/catalogue/nomad/bin/plan eu prod");
  EXPECT_EQ(places[1].state.view(), "/srv/state");
  EXPECT_EQ(places[1].on.kind, cicd::ref_kind::tag);
  const auto& origins = made.model.pipelines.front().origins;
  EXPECT_EQ(origins.at("environment.stage.apply").list_file, "nomad/template.json");
}

TEST(a_template_of_an_environment, lacks_no_program_that_it_names) {
  auto files = programs();
  files.erase(files.begin());
  std::string said = errors_of(declared, source(files));
  EXPECT_NE(said.find("template nomad has no such program: '/catalogue/nomad/bin/apply'"), std::string::npos)
      << said;
  EXPECT_NE(said.find("declared at: CMakeLists.txt"), std::string::npos) << said;
  EXPECT_NE(said.find("/catalogue/nomad/template.json:5"), std::string::npos) << said;
  EXPECT_NE(said.find("bin/plan, bin/read, common.hcl"), std::string::npos) << said;
  files = programs();
  files[2].is_executable = false;
  said = errors_of(declared, source(files));
  EXPECT_NE(said.find("the program of template nomad cannot be executed"), std::string::npos) << said;
  EXPECT_NE(said.find("chmod +x /catalogue/nomad/bin/read"), std::string::npos) << said;
  files[2] = {.path = "bin/read", .text = {}, .is_executable = true, .is_plain = false};
  EXPECT_NE(errors_of(declared, source(files)).find("is a link, a device"), std::string::npos);
}

TEST(a_template_of_an_environment, is_told_apart_from_one_of_a_pipeline) {
  const auto from = source(
      programs(),
      {{"java", R"({"schema": 1, "calls": [["pipeline_step", "{pipeline}", "build", "COMMAND", "x"]]})"},
       {"both", R"({"schema": 2, "version": "1", "description": "d", "extends": "java", "calls": [
      ["pipeline_environment", "{pipeline}", "{environment}", "VIA", "render"]]})"},
       {"folder",
        R"({"schema": 1, "calls": [["pipeline_step", "{pipeline}", "build", "COMMAND", "{template}/x"]]})"},
       {"nested", R"({"schema": 2, "version": "1", "description": "d", "calls": [
      ["pipeline_environment", "{pipeline}", "{environment}", "TEMPLATE", "nomad"]]})"},
       {"adopts", R"({"schema": 2, "version": "1", "description": "d", "adopts": {"file": "a"}, "calls": [
      ["pipeline_environment", "{pipeline}", "{environment}", "VIA", "render"]]})"}});
  const auto says = [&](std::string_view lines, std::string_view part) {
    const std::string said = errors_of(lines, from);
    EXPECT_NE(said.find(part), std::string::npos) << lines << "\n" << said;
  };
  says("add_pipeline(orders TEMPLATE nomad)", "the template is of an environment: 'nomad'");
  says("add_pipeline(orders)\npipeline_environment(orders stage TEMPLATE java)",
       "the template is of a pipeline, not of an environment: 'java'");
  says("add_pipeline(orders)\npipeline_environment(orders stage TEMPLATE both)", "its calls are of both");
  says("add_pipeline(orders TEMPLATE folder)",
       "the folder of a template is for environments alone: '{template}'");
  says("add_pipeline(orders)\npipeline_environment(orders stage TEMPLATE nested VIA render)",
       "names another by TEMPLATE");
  says("add_pipeline(orders)\npipeline_environment(orders stage TEMPLATE adopts)",
       "a template of an environment has no adopts");
  says("add_pipeline(orders)\npipeline_environment(orders stage TEMPLATE noma)", "did you mean: nomad");
  says("add_pipeline(orders)\npipeline_environment(orders stage TEMPLATE nomad SET regio=eu)",
       "did you mean: region");
  says("add_pipeline(orders)\npipeline_environment(orders stage VIA render SET region=eu)",
       "SET has no meaning without TEMPLATE");
}

TEST(a_template_of_an_environment, is_checked_as_an_environment_that_takes_it) {
  EXPECT_TRUE(cicd::declaring::check_template("nomad", source(programs())).empty());
  const cicd::errors found =
      cicd::declaring::check_template("nomad", source({{"bin/apply", "", true}, {"service/x", "", false}}));
  std::string all;
  for (const auto& each : found) all += cicd::text_of(each);
  EXPECT_NE(all.find("template nomad has no such program: '/catalogue/nomad/bin/plan'"), std::string::npos)
      << all;
  EXPECT_NE(all.find("a template of an environment has no skeleton"), std::string::npos) << all;
}

TEST(a_template_of_an_environment, may_bring_gates_alone) {
  const auto from =
      source({}, {{"gates", R"({"schema": 2, "version": "1", "description": "What prod waits for.", "calls": [
      ["pipeline_environment", "{pipeline}", "{environment}", "SOAK", "2h", "APPROVAL", "required"]]})"}});
  const auto made = model_from(
      "add_pipeline(orders)\npipeline_environment(orders stage VIA render)\n"
      "pipeline_environment(orders prod FROM stage VIA gitops TEMPLATE gates)\n",
      from);
  ASSERT_TRUE(made.errors.empty()) << cicd::text_of(made.errors.front());
  EXPECT_EQ(made.model.pipelines.front().declared.environments[1].approval, cicd::approval_rule::required);
}

TEST(web_root, has_nothing_wrong) {
  const cicd::errors found = cicd::declaring::check_template("web-root", cicd::tests::own_templates());
  for (const auto& each : found) ADD_FAILURE() << cicd::text_of(each);
}

}  // namespace
