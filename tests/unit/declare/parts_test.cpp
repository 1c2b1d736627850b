// Parts of environments: what OF may name, which options a part has from its environment, and what the model
// has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "written.hpp"

namespace {

using namespace cicd;
using namespace cicd::tests;
using testing::HasSubstr;

const std::string start =
    "add_pipeline(o)\npipeline_step(o build COMMAND x OUTPUTS h.zip STAGE build)\n"
    "pipeline_function(o hook ZIP h.zip CONFIG serverless.yml)\n"
    "pipeline_image(o FILES h.zip=/h.zip BASE scratch)\npipeline_service(o api PORT 80)\n"
    "pipeline_environment(o stage ON branch main VIA kubectl)\n"
    "pipeline_environment(o prod ON tag v* FROM stage SOAK 2h APPROVAL required VIA kubectl)\n";

std::string part(const std::string& words) {
  return start + "pipeline_environment(o prod-hooks " + words + ")\n";
}

void expect_error(const std::string& lines, const std::string& what, const std::string& more = {}) {
  EXPECT_THAT(errors_of(lines), HasSubstr("cicd: error: " + what)) << lines;
  EXPECT_THAT(errors_of(lines), HasSubstr(more)) << lines;
}

TEST(a_part, is_of_an_environment_of_its_pipeline_that_is_no_part) {
  EXPECT_EQ(errors_of(part("OF prod VIA serverless")), "");
  expect_error(part("OF prd VIA serverless"), "o/prod-hooks: OF: there is no such environment: 'prd'",
               "did you mean: prod");
  expect_error(part("OF prod-hooks VIA serverless"),
               "o/prod-hooks: OF: an environment cannot be a part of itself", "stage, prod");
  expect_error(part("OF prod VIA serverless") + "pipeline_environment(o more OF prod-hooks VIA serverless)\n",
               "o/more: OF: prod-hooks is a part itself, of prod: 'prod-hooks'");
  expect_error(part("OF eu VIA serverless")
                   + "add_pipeline(other)\npipeline_step(other build COMMAND x)\npipeline_environment(other eu VIA gitops)\n",
               "o/prod-hooks: OF: there is no such environment: 'eu'");
}

TEST(a_part, has_what_brings_a_release_there_and_what_that_is_asked_from_its_environment) {
  for (const char* words :
       {"ON branch main", "FROM stage", "PIN v1.0.0", "SAME_CONFIG", "SOAK 2h", "WINDOW \"09:00-16:00\"",
        "TIME_ZONE UTC", "AWAIT registry.example.com/ui", "UPSTREAM jenkins https://ci.example.com/job/o",
        "GATE ./gate.sh", "APPROVAL required", "PROTECTED", "ALLOW_DIRTY", "HEALTH committed"}) {
    const std::string keyword = std::string(words).substr(0, std::string(words).find(' '));
    expect_error(
        part("OF prod VIA serverless " + std::string(words)),
        "o/prod-hooks: " + keyword + " has no meaning with OF prod: what prod says counts for its parts");
  }
}

TEST(a_part, is_not_deployed_where_it_could_not_be_one_deploy) {
  expect_error(part("OF prod VIA kubectl"), "o/prod-hooks: a part of prod is not deployed VIA kubectl");
  expect_error(part("OF prod VIA gitops"),
               "o/prod-hooks: the services of one environment are deployed twice, by prod and by prod-hooks");
  expect_error(
      "add_pipeline(o)\npipeline_secret(o forge PASS_ENV T)\npipeline_step(o build COMMAND x OUTPUTS h.zip)\n"
      "pipeline_function(o hook AFTER build ZIP h.zip CONFIG serverless.yml)\npipeline_image(o AFTER build "
      "FILES h.zip=/h.zip BASE scratch)\n"
      "pipeline_service(o api PORT 80)\npipeline_environment(o prod VIA gitops REPOSITORY git@h:o/r.git "
      "PULL_REQUEST github "
      "PULL_REQUEST_TOKEN secret:forge)\npipeline_environment(o prod-hooks OF prod VIA serverless)\n",
      "o/prod-hooks: OF has no meaning where prod has PULL_REQUEST");
}

TEST(a_part, is_no_environment_that_others_come_from_or_have_copies_in) {
  expect_error(part("OF prod VIA serverless") + "pipeline_environment(o eu FROM prod-hooks VIA gitops)\n",
               "o/eu: FROM: prod-hooks is a part of prod, and goes wherever that goes", "FROM prod");
  expect_error(part("OF prod VIA serverless") + "pipeline_preview(o IN prod-hooks HOST {slug}.example.com)\n",
               "o/preview: IN: prod-hooks is a part of prod, and goes wherever that goes", "IN prod");
}

TEST(a_part, is_in_no_list_but_that_of_its_environment_and_has_its_gates) {
  const model_or_errors read = model_from(part("OF prod VIA serverless"));
  ASSERT_TRUE(read.errors.empty());
  const declared_pipeline& of = read.model.pipelines.front();
  ASSERT_EQ(of.declared.environments.size(), 2U);
  EXPECT_TRUE(of.declared.environments.front().parts.empty());
  ASSERT_EQ(of.declared.environments.back().parts.size(), 1U);
  const environment& hooks = of.declared.environments.back().parts.front();
  EXPECT_EQ(hooks.name.view(), "prod-hooks");
  EXPECT_EQ(hooks.on.pattern.view(), "v*");
  EXPECT_EQ(hooks.from.size(), 1U);
  EXPECT_EQ(hooks.approval, approval_rule::required);
  EXPECT_EQ(hooks.via.view(), "serverless");
  EXPECT_TRUE(of.origins.contains("environment.prod-hooks.soak"));
  std::vector<std::string> all;
  for (const environment* each : all_environments(of.declared)) all.push_back(each->name.str());
  EXPECT_EQ(all, (std::vector<std::string>{"stage", "prod", "prod-hooks"}));
}

}  // namespace
