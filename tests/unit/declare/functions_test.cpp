// Functions, and what environments VIA serverless say of where they run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "written.hpp"

namespace {

using namespace cicd::tests;
using testing::HasSubstr;

/// Some error of these lines says so.
void expect_error(const std::string& lines, const std::string& part, const std::string& more = {}) {
  EXPECT_THAT(errors_of(lines), HasSubstr("cicd: error: " + part)) << lines;
  EXPECT_THAT(errors_of(lines), HasSubstr(more)) << lines;
}

void good(const std::string& lines) {
  EXPECT_EQ(errors_of(lines), "") << lines;
}

const std::string start =
    "add_pipeline(o)\npipeline_step(o build COMMAND x OUTPUTS h.zip STAGE build)\n"
    "pipeline_function(o hook ZIP h.zip CONFIG serverless.yml)\n";

TEST(a_function, has_a_zip_a_name_of_its_own_and_one_code_for_each_name) {
  expect_error("add_pipeline(o)\npipeline_function(o hook)", "o/hook: ZIP is missing");
  expect_error(start + "pipeline_image(o hook FILES a=/a)",
               "o/hook: the image or function is declared twice");
  expect_error(start + "pipeline_function(o other ZIP o.zip CONFIG serverless.yml FUNCTIONS other hook)",
               "o/other: the code of the function is declared twice: 'hook'");
  expect_error(start + "pipeline_step(o zip-hook COMMAND x)",
               "o/zip-hook: the name belongs to a step that cicd makes itself");
}

TEST(a_package, is_whole_from_the_first_stage_on_and_never_of_CODE_ONLY) {
  const std::string
      stage = start + "pipeline_environment(o stage ON branch main VIA serverless BUCKET b REGION r ",
      prod = ")\npipeline_environment(o prod ON tag v* FROM stage VIA serverless BUCKET b REGION r ";
  good(stage + "PACKAGE whole" + prod + "PACKAGE whole)");
  good(stage + "PACKAGE whole" + prod + ")");
  expect_error(stage + prod + "PACKAGE whole)",
               "o/prod: PACKAGE of prod has no meaning where stage, which it comes FROM, has none");
  expect_error(stage + "PACKAGE whole CODE_ONLY)", "o/stage: CODE_ONLY and PACKAGE exclude each other");
  expect_error(start + "pipeline_environment(o stage VIA serverless PACKAGE whole)", "o/stage: PACKAGE",
               "BUCKET");
  expect_error(stage + "PACKAGE zips)", "o/stage: PACKAGE", "whole");
}

TEST(a_group_of_files, has_patterns_one_place_and_a_name_of_its_own) {
  const std::string files = "add_pipeline(o)\npipeline_step(o build COMMAND x OUTPUTS a.deb STAGE build)\n";
  good(files + "pipeline_files(o packages FILES *.deb)");
  expect_error(files + "pipeline_files(o packages)", "o/packages: FILES is missing");
  expect_error(files + "pipeline_files(o packages FILES !*.deb)", "o/packages: FILES is missing");
  expect_error(files + "pipeline_files(o packages FILES *.deb BUCKET b REPOSITORY r)",
               "o/packages: REPOSITORY and BUCKET exclude each other");
  expect_error(files + "pipeline_files(o hook FILES *.deb)\npipeline_function(o hook ZIP a)",
               "o/hook: the image, function or group of files is declared twice");
  expect_error(
      files
          + "pipeline_image(o packages FILES a=/a)\npipeline_files(o other FILES *.deb REPOSITORY "
            "o-packages)",
      "o/other: two images would be published to one repository: 'o-packages'");
  expect_error(files + "pipeline_files(o packages FILES *.deb)\npipeline_step(o files-packages COMMAND x)",
               "o/files-packages: the name belongs to a step that cicd makes itself");
  good(files + "pipeline_step(o files-packages COMMAND x)\npipeline_step(o files COMMAND x)");
}

TEST(an_environment_via_serverless, says_which_bucket_and_which_region) {
  expect_error(start + "pipeline_environment(o prod VIA serverless BUCKET b)", "o/prod: REGION is missing");
  expect_error(start + "pipeline_environment(o prod VIA serverless CODE_ONLY)", "o/prod: CODE_ONLY",
               "BUCKET");
  expect_error(start + "pipeline_environment(o prod VIA serverless BUCKET b REGION eu-west-1 STATE b/x)",
               "o/prod: STATE is not a place in a bucket: 'b/x'");
  expect_error(start + "pipeline_environment(o prod VIA serverless BUCKET s3://b REGION eu-west-1)",
               "o/prod: BUCKET has a wrong value: 's3://b'");
  expect_error(start
                   + "pipeline_environment(o stage VIA serverless BUCKET a REGION eu-west-1)\n"
                     "pipeline_environment(o prod VIA serverless BUCKET b REGION eu-west-1)",
               "o/prod: the functions of a pipeline have one BUCKET, where their zips are: 'b'");
}

TEST(an_environment_via_serverless, needs_functions_and_what_deploys_them) {
  expect_error(
      "add_pipeline(o)\npipeline_step(o build COMMAND x)\npipeline_environment(o prod VIA serverless)",
      "o/prod: VIA serverless");
  expect_error(
      "add_pipeline(o)\npipeline_function(o hook ZIP h.zip)\n"
      "pipeline_environment(o prod VIA serverless BUCKET b REGION eu-west-1)",
      "o/hook: CONFIG is missing");
  good(
      "add_pipeline(o)\npipeline_function(o hook ZIP h.zip)\n"
      "pipeline_environment(o prod VIA serverless BUCKET b REGION eu-west-1 CODE_ONLY)");
}

TEST(an_environment_via_serverless, takes_no_option_of_another_way) {
  for (const std::string option : {"NAMESPACE n", "MANIFESTS k8s/*.yaml", "CONTEXT c", "REPOSITORY r",
                                   "PATH p", "ON_FAILURE stop", "IMAGES_IN registry.example.com/x"})
    expect_error(start + "pipeline_environment(o prod VIA serverless " + option + ")",
                 "o/prod: " + option.substr(0, option.find(' ')));
  expect_error(start + "pipeline_environment(o prod VIA gitops BUCKET b)", "o/prod: BUCKET", "serverless");
}

}  // namespace
