// What each CI system's log takes, found by the variables that it really sets.
#include <gmock/gmock.h>

#include <map>
#include <string>

#include <cicd/base/json.hpp>
#include <cicd/observe/ci_log.hpp>

#include "ci_cases.hpp"

namespace {

using namespace cicd;
using ci_cases::variables;
using std::chrono::seconds;
using std::chrono::system_clock;
using testing::HasSubstr;

const variables github{
    {"CI", "true"},           {"GITHUB_ACTIONS", "true"},        {"GITHUB_EVENT_NAME", "push"},
    {"GITHUB_SHA", "1a2b3c"}, {"GITHUB_REF", "refs/heads/main"}, {"GITHUB_REPOSITORY", "us/orders"}},
    gitlab{{"CI", "true"},
           {"GITLAB_CI", "true"},
           {"CI_PIPELINE_SOURCE", "push"},
           {"CI_COMMIT_BRANCH", "main"},
           {"CI_COMMIT_SHA", "1a2b3c"},
           {"CI_JOB_ID", "50"}},
    buildkite{{"CI", "true"},
              {"BUILDKITE", "true"},
              {"BUILDKITE_BRANCH", "main"},
              {"BUILDKITE_COMMIT", "1a2b3c"},
              {"BUILDKITE_PULL_REQUEST", "false"}},
    azure{{"TF_BUILD", "True"},
          {"BUILD_REASON", "IndividualCI"},
          {"BUILD_SOURCEBRANCH", "refs/heads/main"},
          {"BUILD_SOURCEVERSION", "1a2b3c"}},
    circle{{"CI", "true"}, {"CIRCLECI", "true"}, {"CIRCLE_BRANCH", "main"}, {"CIRCLE_SHA1", "1a2b3c"}},
    drone{{"CI", "drone"}, {"DRONE", "true"}, {"DRONE_BUILD_EVENT", "push"}, {"DRONE_BRANCH", "main"}},
    jenkins{{"JENKINS_URL", "https://ci.example.com/"}, {"BRANCH_NAME", "main"}},
    woodpecker{{"CI", "woodpecker"}, {"CI_PIPELINE_EVENT", "push"}, {"CI_COMMIT_BRANCH", "main"}},
    gitea{
        {"CI", "true"}, {"GITHUB_ACTIONS", "true"}, {"GITEA_ACTIONS", "true"}, {"GITHUB_EVENT_NAME", "push"}};

std::string system_of(const variables& set) {
  return ci_log_system(surroundings(set));
}

/// A part with one line, as it is written.
std::string part(const variables& set, bool is_open) {
  const ci_fold fold = fold_of(system_of(set), {.title = "✓ orders/build  100%",
                                                .name = "orders/build.20.1",
                                                .is_open = is_open,
                                                .begin = system_clock::time_point(seconds(10)),
                                                .end = system_clock::time_point(seconds(20))});
  return fold.before + "| x\n" + fold.after;
}

TEST(ci_log, is_folded_as_each_system_folds) {
  EXPECT_EQ(part(github, false), "::group::✓ orders/build  100%25\n| x\n::endgroup::\n");
  EXPECT_EQ(part(gitea, false), part(github, false));
  EXPECT_EQ(part(gitlab, false),
            "\x1b[0Ksection_start:10:orders_build.20.1[collapsed=true]\r\x1b[0K✓ orders/build  100%\n| x\n"
            "\x1b[0Ksection_end:20:orders_build.20.1\r\x1b[0K\n");
  EXPECT_EQ(part(buildkite, false), "--- ✓ orders/build  100%\n| x\n");
  EXPECT_EQ(part(azure, false), "##[group]✓ orders/build  100%\n| x\n##[endgroup]\n");
}

TEST(ci_log, shows_what_failed_without_a_click) {
  for (const auto& set : {github, gitea, azure}) EXPECT_EQ(part(set, true), "✓ orders/build  100%\n| x\n");
  EXPECT_THAT(part(gitlab, true), testing::Not(HasSubstr("collapsed")));
  EXPECT_EQ(part(buildkite, true), "+++ ✓ orders/build  100%\n| x\n");
}

TEST(ci_log, folds_nowhere_else_and_not_where_it_is_not_wanted) {
  for (const auto& set : {github, gitea, gitlab, buildkite, azure}) EXPECT_TRUE(folds(system_of(set)));
  for (const auto& set : {circle, drone, jenkins, woodpecker}) {
    EXPECT_FALSE(system_of(set).empty());
    EXPECT_FALSE(folds(system_of(set))) << system_of(set);
  }
  variables plain = github;
  plain["CICD_CI_LOG"] = "plain";
  EXPECT_EQ(system_of(plain), "");
  EXPECT_EQ(system_of({{"CI", "true"}}), "");
  EXPECT_EQ(loose_line("Buildkite", "x"), "~~~ x\n");
  EXPECT_EQ(loose_line("GitHub Actions", "x"), "x\n");
}

TEST(ci_annotations, are_one_line_from_which_nothing_escapes) {
  const ci_annotation of{
      .path = "a,b:c/100%.c", .line = 12, .column = 3, .title = "x: y,\nz; ]", .message = "1%\r\n::2"};
  EXPECT_EQ(line_of("GitHub Actions", of),
            "::error file=a%2Cb%3Ac/100%25.c,line=12,col=3,title=x%3A y%2C%0Az; ]::1%25%0D%0A::2");
  EXPECT_EQ(line_of("Azure Pipelines", of),
            "##vso[task.logissue type=error;sourcepath=a,b:c/100%AZP25.c;linenumber=12;columnnumber=3;]"
            "x: y,%0Az; ]: 1%AZP25%0D%0A::2");
  EXPECT_EQ(line_of("GitHub Actions", {.is_error = false, .title = "t"}), "::warning title=t::t");
  for (const char* system : {"Gitea Actions", "Forgejo Actions", "GitLab CI", "Buildkite", "Drone", ""})
    EXPECT_EQ(line_of(system, of), "") << system;
}

TEST(code_quality, has_what_gitlab_reads_and_what_other_runs_of_the_job_found) {
  const ci_annotation test{.path = "a_test.go", .line = 3, .title = "T", .message = "boo", .identity = "1"};
  const ci_annotation found{
      .is_error = false, .path = "a.py", .title = "S1", .identity = "2", .severity = "high"};
  const std::string first = code_quality_of({test, {.title = "of no file"}}, "", "50");
  const json report = *parse_json(first);
  ASSERT_EQ(report.elements().size(), 1U);
  const json& entry = report.elements().front();
  EXPECT_EQ(entry["description"].text(), "T: boo");
  EXPECT_EQ(entry["location"]["path"].text(), "a_test.go");
  EXPECT_EQ(entry["location"]["lines"]["begin"].integer(0), 3);
  EXPECT_EQ(entry["severity"].text(), "major");
  EXPECT_EQ(entry["fingerprint"].text().size(), 64U);
  EXPECT_EQ(parse_json(code_quality_of({found, test}, first, "50"))->elements().size(), 2U);
  EXPECT_EQ(parse_json(code_quality_of({found}, first, "51"))->elements().size(), 1U) << "of another job";
  EXPECT_EQ(parse_json(code_quality_of({}, "not JSON", "50"))->elements().size(), 0U);
}

TEST(ci_summary, goes_where_the_system_looks_for_it) {
  variables with = github;
  with["GITHUB_STEP_SUMMARY"] = "/tmp/summary";
  EXPECT_EQ(summary_place_of(system_of(with), surroundings(with), "n", true).file, "/tmp/summary");
  EXPECT_EQ(summary_place_of(system_of(azure), surroundings(azure), "n", true).line,
            "##vso[task.uploadsummary]{}");
  EXPECT_THAT(summary_place_of(system_of(buildkite), surroundings(buildkite), "n", false).program,
              testing::ElementsAre("buildkite-agent", "annotate", "--context", "n", "--style", "error"));
  const ci_summary_place none = summary_place_of(system_of(gitlab), surroundings(gitlab), "n", true);
  EXPECT_TRUE(none.file.empty() && none.line.empty() && none.program.empty());
  EXPECT_EQ(ci_job_id(surroundings(gitlab)), "50");
}

}  // namespace
