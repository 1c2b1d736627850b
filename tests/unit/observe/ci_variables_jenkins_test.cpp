// What set a run off, from the variables that Jenkins really sets: as its documentation gives them and as
// logs have recorded them, with the repositories' and people's names replaced.
#include "ci_cases.hpp"

namespace cicd {
namespace {

using ci_cases::expect_each;
using ci_cases::told_of;
using ci_cases::variables;

TEST(ci_event_of_jenkins, is_what_its_multibranch_project_or_the_git_plugin_says) {
  const variables jenkins = {{"JENKINS_URL", "http://jenkins.example.com/"},
                             {"BUILD_TAG", "jenkins-orders-main-1337"},
                             {"GIT_URL", "ssh://git@gitserver:7999/project/repo.git"},
                             {"GIT_COMMIT", "11cc783de14cf438a41a60af7cd148a43da74ccd"}};
  const std::string rest = " at 11cc783 of ssh://git@gitserver:7999/project/repo.git";
  const auto means = [&](variables given, const std::string& what, const std::string& after = "") {
    given.insert(jenkins.begin(), jenkins.end());
    EXPECT_EQ(told_of(given), "Jenkins: " + what + rest + after);
  };
  means({{"BRANCH_NAME", "main"}, {"BRANCH_IS_PRIMARY", "true"}, {"GIT_BRANCH", "main"}}, "push on main");
  means({{"GIT_BRANCH", "origin/feature/a"}}, "push on feature/a");
  means({{"GIT_BRANCH", "refs/remotes/origin/main"}, {"GIT_LOCAL_BRANCH", "main"}}, "push on main");
  means({{"BRANCH_NAME", "v1.0"}, {"TAG_NAME", "v1.0"}, {"GIT_BRANCH", "v1.0"}}, "tag tag v1.0");
  means({{"GIT_BRANCH", "refs/tags/v1.0"}}, "tag tag v1.0");
  means({{"GIT_BRANCH", "detached"}}, "push", "; but Jenkins names no branch that was pushed");
  means({{"GIT_BRANCH", "origin/pr/8/merge"}}, "pull request", "; fork: an unknown repository (pr/8/merge)");
  means({{"BRANCH_NAME", "PR-12"},
         {"CHANGE_ID", "12"},
         {"CHANGE_TARGET", "release"},
         {"CHANGE_BRANCH", "main"},
         {"GIT_BRANCH", "PR-12"}},
        "pull request into release from main");
  means({{"BRANCH_NAME", "PR-12"},
         {"CHANGE_ID", "12"},
         {"CHANGE_TARGET", "main"},
         {"CHANGE_BRANCH", "main"},
         {"CHANGE_FORK", "somebody"}},
        "pull request into main from main", "; fork: somebody (CHANGE_FORK)");
  means({{"BRANCH_NAME", "PR-12"}, {"CHANGE_ID", "12"}, {"CHANGE_TARGET", "main"}}, "pull request into main",
        "; fork: an unknown repository (CHANGE_BRANCH)");
}

TEST(ci_event_of_jenkins, is_consistent_in_a_scripted_pipeline_which_knows_no_commit) {
  EXPECT_EQ(told_of({{"JENKINS_URL", "http://jenkins.example.com/"},
                     {"BUILD_URL", "http://jenkins.example.com/job/orders/job/main/3/"},
                     {"BRANCH_NAME", "main"}}),
            "Jenkins: push on main");
}

TEST(ci_event_of_jenkins, is_a_pull_request_by_the_code_hosts_plugins) {
  const variables ghprb = {{"JENKINS_URL", "http://jenkins.example.com/"},
                           {"GIT_BRANCH", "origin/pr/8/merge"},
                           {"ghprbPullId", "8"},
                           {"ghprbTargetBranch", "master"},
                           {"ghprbSourceBranch", "master"},
                           {"ghprbGhRepository", "Us/kibana"}};
  expect_each(ghprb, {{"of our own",
                       {{"ghprbAuthorRepoGitUrl", "https://github.com/us/kibana.git"}},
                       "Jenkins: pull request into master from master"},
                      {"a fork's, whose name ends alike",
                       {{"ghprbAuthorRepoGitUrl", "https://github.com/not-us/kibana.git"}},
                       "Jenkins: pull request into master from master; "
                       "fork: github.com/not-us/kibana (ghprbAuthorRepoGitUrl)"},
                      {"of nobody knows whom",
                       {},
                       "Jenkins: pull request into master from master; "
                       "fork: an unknown repository (ghprbAuthorRepoGitUrl)"}});
  const variables gitlab = {{"JENKINS_URL", "http://jenkins.example.com/"},
                            {"gitlabMergeRequestIid", "3"},
                            {"gitlabSourceBranch", "main"},
                            {"gitlabTargetBranch", "main"},
                            {"gitlabTargetRepoHttpUrl", "https://gitlab.example.com/us/orders.git"}};
  expect_each(gitlab, {{"of our own",
                        {{"gitlabSourceRepoHttpUrl", "https://gitlab.example.com/us/orders.git"}},
                        "Jenkins: pull request into main from main"},
                       {"a fork's",
                        {{"gitlabSourceRepoHttpUrl", "https://gitlab.example.com/somebody/orders.git"}},
                        "Jenkins: pull request into main from main; "
                        "fork: gitlab.example.com/somebody/orders (gitlabSourceRepoHttpUrl)"}});
  const variables gerrit = {{"JENKINS_URL", "http://jenkins.example.com/"},
                            {"GERRIT_CHANGE_NUMBER", "4711"},
                            {"GERRIT_BRANCH", "main"},
                            {"GIT_COMMIT", "11cc783"},
                            {"GIT_BRANCH", "main"}};
  expect_each(gerrit, {{"a change",
                        {{"GERRIT_EVENT_TYPE", "patchset-created"}},
                        "Jenkins: pull request into main at 11cc783; "
                        "fork: an unknown repository (GERRIT_CHANGE_NUMBER)"},
                       {"a change that was taken in",
                        {{"GERRIT_EVENT_TYPE", "change-merged"}},
                        "Jenkins: push on main at 11cc783"}});
}

}  // namespace
}  // namespace cicd
