// Paths that would lead into files that are not the team's, and logins in values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cicd/declare/model.hpp>

#include "written.hpp"

namespace cicd {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using namespace tests;

std::string with(const std::string& line) {
  return errors_of("add_pipeline(orders)\npipeline_step(orders build COMMAND make)\n" + line + "\n");
}

TEST(paths, of_render_never_lead_into_the_builds_own_files) {
  for (const char* path : {".cicd", ".cicd/steps", ".", "CMakeFiles", "CMakeFiles/x", "CMakeCache.txt",
                           "registry/orders", "manifests.git", "Testing", "build.ninja"})
    EXPECT_THAT(with(std::string("pipeline_environment(orders prod VIA render PATH ") + path + ")"),
                HasSubstr("PATH leads to files of the build tree itself"))
        << path;
  EXPECT_THAT(errors_of("add_pipeline(registry)\npipeline_step(registry build COMMAND make)\n"
                        "pipeline_environment(registry prod VIA render PATH {pipeline}/prod)\n"),
              HasSubstr("PATH leads to files of the build tree itself: 'registry/prod'"));
  for (const char* path : {"out/stage", "rendered/.cicd", "cicd", "registry-of-ours"})
    EXPECT_THAT(with(std::string("pipeline_environment(orders prod VIA render PATH ") + path + ")"),
                IsEmpty())
        << path;
}

TEST(paths, of_environments_have_no_part_that_is_empty_or_a_dot) {
  for (const char* way : {"render", "gitops"})
    for (const char* path : {"./.cicd", ".//.cicd/x", "a/", "a//b", "./a"})
      EXPECT_THAT(with(fmt::format("pipeline_environment(orders prod VIA {} PATH {})", way, path)),
                  HasSubstr(fmt::format("PATH: a path has no part that is empty or '.': '{}'", path)));
}

TEST(paths, of_render_name_the_call_the_value_and_what_is_allowed) {
  EXPECT_EQ(with("pipeline_environment(orders prod VIA render PATH .cicd)"),
            "cicd: error: orders/prod: PATH leads to files of the build tree itself: '.cicd'\n"
            "  declared at: CMakeLists.txt, 1st call of pipeline_environment()\n"
            "  allowed:     a path beside .cicd, registry, manifests.git, CMakeFiles, CMakeCache.txt and "
            "other files of CMake\n"
            "  try:         give it a folder of its own, such as rendered/stage\n");
}

TEST(paths, of_manifests_never_lead_to_records_or_to_gits_own_folder) {
  for (const char* path : {".cicd", ".cicd/records", "."})
    EXPECT_THAT(with(std::string("pipeline_environment(orders prod VIA gitops PATH ") + path + ")"),
                HasSubstr("PATH leads to the deployment records"))
        << path;
  for (const char* way : {"gitops", "render"})
    for (const char* path : {".git/hooks", "stage/.git", "stage/.GIT/x"})
      EXPECT_THAT(with(std::string("pipeline_environment(orders prod VIA ") + way + " PATH " + path + ")"),
                  HasSubstr("PATH leads into a folder of git's own"))
          << path;
  EXPECT_THAT(with("pipeline_environment(orders prod VIA gitops PATH registry/.github)"), IsEmpty());
}

std::string in_source(const std::string& words, const std::string& build_root) {
  recorded_calls calls =
      written("add_pipeline(orders)\npipeline_step(orders build COMMAND make IN_SOURCE " + words + ")\n");
  calls.tree.build_root = build_root;
  std::string all;
  for (const error& each : model_of(calls, own_templates()).errors) all += text_of(each);
  return all;
}

TEST(paths, of_outputs_in_the_source_folder_never_reach_a_build_tree_that_lies_there) {
  for (const char* words :
       {"OUTPUTS build/.cicd/x", "OUTPUTS build/**", "OUTPUTS **", "OUTPUTS build/CMakeCache.txt",
        "OUTPUTS ./build//.cicd/**", "REPORTS build/*/x", "OUTPUTS b*/.cicd/steps.journal"})
    EXPECT_THAT(in_source(words, "/src/build"), HasSubstr("leads to files of the build tree itself"))
        << words;
  EXPECT_THAT(in_source("OUTPUTS .cicd/x", "/src"),
              HasSubstr("OUTPUTS leads to files of the build tree itself"));
  EXPECT_THAT(in_source("OUTPUTS target/** build/libs/*.jar !build/**", "/src/build"), IsEmpty());
  EXPECT_THAT(in_source("OUTPUTS **", "/build"), IsEmpty());
  EXPECT_THAT(in_source("OUTPUTS **", "/src-build"), IsEmpty());
}

TEST(paths, in_an_image_never_delete_what_lies_below) {
  for (const char* path : {"/.wh.etc/x", "/etc/.wh.passwd", "/a/.wh..wh..opq", "/.wh..wh..opq/b"})
    EXPECT_THAT(with(std::string("pipeline_image(orders BASE scratch FILES out.txt=") + path + ")"),
                HasSubstr(std::string("FILES: no file of an image can have this path: '") + path + "'"))
        << path;
  EXPECT_THAT(with("pipeline_image(orders BASE scratch FILES out.txt=/a.wh.b/.whx)"), IsEmpty());
}

std::string warnings_of(const std::string& line) {
  std::string all;
  for (const error& each :
       model_from("add_pipeline(orders)\npipeline_step(orders build COMMAND make)\n" + line + "\n").warnings)
    all += warning_text_of(each);
  return all;
}

TEST(logins, that_hold_a_password_are_warned_of_and_never_shown) {
  const std::string said = warnings_of(
      "pipeline_environment(orders prod VIA gitops REPOSITORY https://jane:hunter2@git.example.com/m.git)");
  EXPECT_THAT(said, HasSubstr("orders/prod: a password in the declaration"));
  EXPECT_THAT(said, HasSubstr("https://***@git.example.com/m.git"));
  EXPECT_THAT(said, HasSubstr("declared at: CMakeLists.txt, 1st call of pipeline_environment()"));
  EXPECT_THAT(said, HasSubstr("GIT_ASKPASS"));
  EXPECT_THAT(said, testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(warnings_of("pipeline_service(orders api ENV DB=postgres://app:hunter2@db/orders)"),
              HasSubstr("a password in the declaration"));
  EXPECT_THAT(
      warnings_of("pipeline_environment(orders prod VIA gitops REPOSITORY ssh://git@git.example.com/m.git)"),
      testing::Not(HasSubstr("password")));
  const std::string refused =
      with("pipeline_image(orders BASE scratch FILES a=/a REPOSITORY https://jane:hunter2@r/x)");
  EXPECT_THAT(refused, HasSubstr("https://***@r/x"));
  EXPECT_THAT(refused, testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace cicd
