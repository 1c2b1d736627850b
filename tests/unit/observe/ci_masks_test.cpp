// How each CI system is told what to mask.
#include <gtest/gtest.h>

#include <cicd/observe/ci_masks.hpp>

namespace {

using namespace cicd;
using lines = std::vector<std::string>;

TEST(ci_masks, are_one_line_each_whatever_the_value_holds) {
  const secret_value value("100%\r\nlonger line\nshort\n");
  EXPECT_EQ(mask_for("GitHub Actions", value).lines,
            (lines{"::add-mask::100%25%0D%0Alonger line%0Ashort", "::add-mask::longer line"}));
  EXPECT_EQ(
      mask_for("Azure Pipelines", value).lines,
      (lines{"##vso[task.setsecret]100%AZP25%0D%0Alonger line%0Ashort", "##vso[task.setsecret]longer line"}));
}

TEST(ci_masks, are_of_the_texts_that_our_own_masks_are_of) {
  // The blanks belong to the value, which may be printed without them; of the second line are 6 characters.
  const secret_value value("  padded-1 \näöüßéè\n");
  EXPECT_EQ(mask_for("GitHub Actions", value).lines,
            (lines{"::add-mask::  padded-1 %0Aäöüßéè", "::add-mask::padded-1"}));
  EXPECT_EQ(mask_for("Azure Pipelines", secret_value(" padded-1 ")).lines,
            (lines{"##vso[task.setsecret] padded-1 ", "##vso[task.setsecret]padded-1"}));
  EXPECT_EQ(mask_for("Buildkite", secret_value(" ab-c \r\n")).input, " ab-c ");
}

TEST(ci_masks, go_to_the_agent_of_buildkite_by_its_input_and_never_by_its_arguments) {
  const ci_mask how = mask_for("Buildkite", secret_value("canary-1\n"));
  EXPECT_EQ(how.program, (lines{"buildkite-agent", "redactor", "add"}));
  EXPECT_EQ(how.input, "canary-1");
  EXPECT_TRUE(how.lines.empty());
}

TEST(ci_masks, are_said_to_no_system_that_would_show_them) {
  for (const char* system : {"GitLab CI", "GitLab", "Jenkins", "Drone", ""}) {
    const ci_mask how = mask_for(system, secret_value("canary-1"));
    EXPECT_TRUE(how.lines.empty() && how.program.empty()) << system;
  }
}

}  // namespace
