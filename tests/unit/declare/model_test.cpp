// What right declarations become: values, order, merging, places.
#include <gtest/gtest.h>

#include "written.hpp"

namespace {

using cicd::service_in;
using cicd::tests::model_from;

cicd::model good(std::string_view lines) {
  auto made = model_from(lines);
  for (const auto& each : made.errors) ADD_FAILURE() << cicd::text_of(each);
  return std::move(made.model);
}

template <typename T>
std::vector<std::string> texts(const std::vector<T>& values) {
  std::vector<std::string> all;
  for (const T& each : values) all.push_back(each.str());
  return all;
}

TEST(a_step, holds_every_value_of_its_call) {
  const auto model = good(
      "add_pipeline(o)\npipeline_step(o a COMMAND x y)\npipeline_step(o lint COMMAND sh -c z WRAPPER w "
      "INPUTS src/** EXCLUDE b OUTPUTS out/ REPORTS r.xml KEEP .m/ AFTER a "
      "DEPENDS gen TOOLS java ENV A=b=c PASS_ENV HOME_X TIMEOUT 15m GRACE 30s RETRIES 2 STAGE scan CHECK "
      "ALWAYS DESCRIPTION \"a b\")\npipeline_step(o in COMMAND x IN_SOURCE)");
  const cicd::step& step = model.pipelines.at(0).declared.steps.at(1);
  EXPECT_EQ(step.name.view(), "lint");
  EXPECT_EQ(texts(step.command), (std::vector<std::string>{"sh", "-c", "z"}));
  EXPECT_EQ(step.wrapper.view(), "w");
  EXPECT_EQ(texts(step.inputs), std::vector<std::string>{"src/**"});
  EXPECT_EQ(texts(step.exclude), std::vector<std::string>{"b"});
  EXPECT_EQ(texts(step.outputs), std::vector<std::string>{"out/"});
  EXPECT_EQ(texts(step.reports), std::vector<std::string>{"r.xml"});
  EXPECT_EQ(texts(step.keep), std::vector<std::string>{".m/"});
  EXPECT_EQ(texts(step.after), std::vector<std::string>{"a"});
  EXPECT_EQ(texts(step.depends), std::vector<std::string>{"gen"});
  EXPECT_EQ(texts(step.tools), std::vector<std::string>{"java"});
  ASSERT_EQ(step.env.size(), 1u);
  EXPECT_EQ(step.env[0].name.view(), "A");
  EXPECT_EQ(step.env[0].value, "b=c");
  EXPECT_EQ(texts(step.pass_env), std::vector<std::string>{"HOME_X"});
  EXPECT_EQ(step.timeout.milliseconds(), 900'000);
  EXPECT_EQ(step.grace.milliseconds(), 30'000);
  EXPECT_EQ(step.retries.number(), 2);
  EXPECT_EQ(step.stage, cicd::step_stage::scan);
  EXPECT_TRUE(step.check && step.always && model.pipelines.at(0).declared.steps.at(2).in_source);
  EXPECT_EQ(step.description.view(), "a b");
}

TEST(an_image_a_service_and_an_environment, hold_every_value_of_their_calls) {
  const auto model = good(
      "add_pipeline(o)\npipeline_image(o REPOSITORY a/b BASE scratch JAR a.jar FILES c=/c ENTRYPOINT /x "
      "ARGUMENTS y ENV A=1 LABELS k=v USER 7 WORKING_DIRECTORY /w PORT 80)\n"
      "pipeline_service(o api IMAGE image PORT 80 REPLICAS 4..20 HOST h.example.com INGRESS_CLASS nginx "
      "READY /r COMMAND c ENV A=1 SECRET_ENV B=s/k SERVICE_ACCOUNT sa CPU 1 MEMORY 1Gi)\n"
      "pipeline_environment(o stage ON tag v* VIA gitops REPOSITORY r BRANCH b PATH p NAMESPACE n "
      "ALLOW_DIRTY)");
  const cicd::pipeline& declared = model.pipelines.at(0).declared;
  const cicd::image& image = declared.images.at(0);
  EXPECT_EQ(image.name.view(), "image");
  EXPECT_EQ(image.files.at(0).to, "/c");
  EXPECT_EQ(image.labels.at(0).value, "v");
  EXPECT_EQ(image.user.number(), 7u);
  EXPECT_EQ(image.port.number(), 80);
  const cicd::service& service = declared.services.at(0);
  EXPECT_EQ(service.replicas.most(), 20);
  EXPECT_EQ(service.secret_env.at(0).secret.view(), "s");
  EXPECT_EQ(service.secret_env.at(0).key, "k");
  const cicd::environment& environment = declared.environments.at(0);
  EXPECT_EQ(environment.on.kind, cicd::ref_kind::tag);
  EXPECT_EQ(environment.on.pattern.view(), "v*");
  EXPECT_EQ(environment.via, cicd::deploy_way::gitops);
  EXPECT_EQ(environment.namespace_name.view(), "n");
  EXPECT_TRUE(environment.allow_dirty);
}

TEST(a_pipeline, is_extended_from_any_folder_also_before_it_is_declared) {
  auto calls = cicd::tests::written(
      "pipeline_step(o early COMMAND x)\nadd_pipeline(o DIRECTORY "
      "../services/o)\nadd_pipeline(p)\npipeline_step(o late COMMAND x)");
  calls.calls[1].directory = "/src/sub";
  calls.calls[3].where.list_file = "/src/other/CMakeLists.txt";
  const auto made = cicd::model_of(calls, {});
  ASSERT_TRUE(made.errors.empty());
  ASSERT_EQ(made.model.pipelines.size(), 2u);
  EXPECT_EQ(made.model.find("o")->declared.steps.size(), 2u);
  EXPECT_EQ(made.model.find("o")->source_directory, "/src/services/o");
  EXPECT_EQ(made.model.find("p")->source_directory, "/src");
  EXPECT_EQ(made.model.find("o")->origins.at("step.late").list_file, "/src/other/CMakeLists.txt");
  EXPECT_EQ(made.model.find("x"), nullptr);
}

constexpr std::string_view service_lines =
    "add_pipeline(o TEMPLATE java-maven)\npipeline_environment(o stage VIA gitops)\npipeline_environment(o "
    "prod VIA gitops)\n"
    "pipeline_service(o api IN stage REPLICAS 2 ENV B=2 C=3)\npipeline_service(o api PORT 80 REPLICAS 4 ENV "
    "A=1 B=1)\n";

TEST(a_service_in_an_environment, has_the_values_given_there_over_its_own) {
  const auto model = good(service_lines);
  const cicd::pipeline& declared = model.pipelines.at(0).declared;
  const cicd::service stage = service_in(declared, "api", "stage");
  EXPECT_EQ(stage.port.number(), 80);
  EXPECT_EQ(stage.replicas.least(), 2);
  ASSERT_EQ(stage.env.size(), 3u);
  EXPECT_EQ(stage.env[0].value, "1");
  EXPECT_EQ(stage.env[1].value, "2");
  EXPECT_EQ(stage.env[2].name.view(), "C");
  EXPECT_TRUE(stage.in.empty());
  const cicd::service prod = service_in(declared, "api", "prod");
  EXPECT_EQ(prod.replicas.least(), 4);
  EXPECT_EQ(prod.env.size(), 2u);
}

TEST(services, come_with_the_declaring_call_first) {
  const auto model = good(service_lines);
  const auto& services = model.pipelines.at(0).declared.services;
  ASSERT_EQ(services.size(), 2u);
  EXPECT_TRUE(services[0].in.empty());
  EXPECT_EQ(services[1].in.at(0).view(), "stage");
}

TEST(origins, tell_where_each_value_comes_from) {
  const auto model = good(service_lines);
  const auto& origins = model.pipelines.at(0).origins;
  EXPECT_EQ(origins.at("service.api.replicas").which, 2);
  EXPECT_EQ(origins.at("service.api.replicas@stage").which, 1);
  EXPECT_FALSE(origins.contains("service.api.port@stage"));
  EXPECT_EQ(origins.at("template").function, "add_pipeline");
  EXPECT_EQ(origins.at("step.build.command").list_file, "java-maven/template.json");
  EXPECT_EQ(origins.at("step.spotbugs.command").text(""), "java-maven/template.json, scanner spotbugs");
}

TEST(an_environment, has_its_placeholders_replaced) {
  const auto model = good(
      "add_pipeline(o)\npipeline_environment(o stage VIA gitops REPOSITORY git@h:{pipeline}.git PATH "
      "{environment}/x)");
  EXPECT_EQ(model.pipelines[0].declared.environments[0].repository.view(), "git@h:o.git");
  EXPECT_EQ(model.pipelines[0].declared.environments[0].path.view(), "stage/x");
}

TEST(a_secret_of_the_build_tree, is_had_by_each_pipeline_that_has_none_of_its_name) {
  const auto model = good(
      "pipeline_secret(npm-token PASS_ENV NPM_TOKEN)\nadd_pipeline(a)\nadd_pipeline(b)\n"
      "pipeline_secret(b npm-token AWS ci/npm)\npipeline_step(a s COMMAND x SECRETS npm-token)\n"
      "pipeline_step(b s COMMAND x SECRETS TOKEN=npm-token AS_FILE)\n");
  EXPECT_EQ(model.pipelines[0].declared.secrets[0].pass_env.view(), "NPM_TOKEN");
  ASSERT_EQ(model.pipelines[1].declared.secrets.size(), 1u);
  EXPECT_EQ(model.pipelines[1].declared.secrets[0].aws.view(), "ci/npm");
  EXPECT_EQ(model.pipelines[0].declared.steps[0].secrets[0].variable_for(false), "NPM_TOKEN");
  EXPECT_EQ(model.pipelines[0].declared.steps[0].secrets[0].variable_for(true), "NPM_TOKEN_FILE");
  EXPECT_EQ(model.pipelines[1].declared.steps[0].secrets[0].variable_for(true), "TOKEN");
  EXPECT_EQ(secret_variables_of(model), (std::set<std::string, std::less<>>{"NPM_TOKEN"}));
  EXPECT_EQ(model.pipelines[0].origins.at("secret.npm-token").text("/src"),
            "CMakeLists.txt, 1st call of pipeline_secret()");
}

TEST(a_secret_that_bears_the_name_of_a_pipeline, lacks_its_own) {
  const auto made = model_from("add_pipeline(orders)\npipeline_secret(orders PASS_ENV NPM_TOKEN)\n");
  ASSERT_EQ(made.errors.size(), 1u);
  EXPECT_EQ(made.errors[0].what, "the name of the secret is missing");
}

TEST(one_variable_of_a_step, comes_from_one_place) {
  const auto made = model_from(
      "add_pipeline(o)\npipeline_secret(o npm-token PASS_ENV X)\npipeline_secret(o other FILE /y)\n"
      "pipeline_step(o a COMMAND x ENV NPM_TOKEN=1 SECRETS npm-token)\n"
      "pipeline_step(o b COMMAND x SECRETS npm-token NPM_TOKEN=other)\n"
      "pipeline_step(o c COMMAND x AS_FILE)\n"
      "pipeline_secret(o old AWS a VERSION 3)\n");
  std::vector<std::string> said;
  for (const cicd::error& each : made.errors) said.push_back(each.what);
  EXPECT_EQ(said, (std::vector<std::string>{"ENV and SECRETS give the step one variable",
                                            "two SECRETS give the step one variable", "AS_FILE needs SECRETS",
                                            "VERSION is not a version id of AWS Secrets Manager"}));
}

TEST(a_variable, that_cicd_sets_or_that_programs_need_is_given_by_no_declaration) {
  const auto said_of = [](const std::string& words) {
    const auto made = model_from("pipeline_secret(tok FILE /y)\nadd_pipeline(o)\n" + words + "\n");
    return made.errors.size() == 1 ? made.errors[0].what + ": " + made.errors[0].value.value_or("") : "";
  };
  const std::string own = ": cicd sets this variable for each step itself: ";
  for (const std::string name : {"CICD_FOLDER", "CICD_STEP"}) {
    EXPECT_EQ(said_of("pipeline_step(o a COMMAND x ENV A=1 " + name + "=1)"), "ENV" + own + name);
    EXPECT_EQ(said_of("pipeline_step(o a COMMAND x PASS_ENV A " + name + ")"), "PASS_ENV" + own + name);
    EXPECT_EQ(said_of("pipeline_step(o a COMMAND x SECRETS " + name + "=tok)"), "SECRETS" + own + name);
  }
  for (const std::string name :
       {"PATH", "HOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "CICD_TOKEN", "GIT_CEILING_DIRECTORIES", "TZ"})
    EXPECT_EQ(said_of("pipeline_step(o a COMMAND x SECRETS " + name + "=tok)"),
              "SECRETS: this variable says how programs are found, loaded or run: " + name);
  for (const std::string name : {"PATH", "HOME", "USER", "LANG", "CICD_FOLDER"})
    EXPECT_EQ(
        said_of("pipeline_secret(o x PASS_ENV " + name + ")\npipeline_step(o a COMMAND x)"),
        "PASS_ENV: each step needs this variable, and one that holds a secret is passed to none: " + name);
  EXPECT_TRUE(
      model_from(
          "add_pipeline(o)\npipeline_secret(o x PASS_ENV HTTPS_PROXY)\npipeline_step(o a COMMAND x ENV "
          "PATH=/x CICD_JOBS=1 PASS_ENV HOME SECRETS HTTPS_PROXY=x)")
          .errors.empty());
}

TEST(a_secret, that_a_step_names_twice_is_named_in_the_error) {
  const auto made = model_from(
      "pipeline_secret(tok FILE /y)\nadd_pipeline(o)\npipeline_step(o a COMMAND x SECRETS tok tok)\n");
  ASSERT_EQ(made.errors.size(), 1u);
  EXPECT_EQ(made.errors[0].what, "SECRETS names the same twice");
  EXPECT_EQ(made.errors[0].value, "tok");
}

TEST(a_thousand_steps, in_one_chain_are_read) {
  std::string lines = "add_pipeline(o)\npipeline_step(o s0 COMMAND x)\n";
  for (int at = 1; at < 1000; ++at)
    lines += "pipeline_step(o s" + std::to_string(at) + " COMMAND x AFTER s" + std::to_string(at - 1) + ")\n";
  EXPECT_EQ(good(lines).pipelines[0].declared.steps.size(), 1000u);
}

}  // namespace
