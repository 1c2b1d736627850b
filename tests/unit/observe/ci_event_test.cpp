// What holds of events whatever CI system they are read from.
#include "ci_cases.hpp"
#include "scratch.hpp"

namespace cicd {
namespace {

using ci_cases::told;
using ci_cases::told_of;
using ci_cases::variables;
using observe_test::scratch;

TEST(ci_event_anywhere, is_by_hand_where_no_ci_system_is_recognised) {
  for (const variables& given :
       {variables{}, variables{{"CI", "true"}}, variables{{"CI", "1"}, {"BRANCH_NAME", "main"}},
        variables{{"GITHUB_ACTIONS", "false"}}, variables{{"GITHUB_ACTIONS", ""}, {"GITHUB_HEAD_REF", ""}},
        variables{{"GITHUB_TOKEN", "x"}}, variables{{"TRAVIS_PULL_REQUEST", "false"}}}) {
    const ci_event event = ci_event_of(surroundings(given));
    EXPECT_EQ(told(event), ": by hand");
    EXPECT_FALSE(event.is_consistent());
    EXPECT_EQ(event.known_by, "");
  }
}

TEST(ci_run_link, is_the_page_that_the_system_names) {
  const auto link = [](const variables& given) { return ci_run_link(surroundings(given)); };
  EXPECT_EQ(link({{"GITHUB_SERVER_URL", "https://github.com"},
                  {"GITHUB_REPOSITORY", "team/orders"},
                  {"GITHUB_RUN_ID", "42"}}),
            "https://github.com/team/orders/actions/runs/42");
  EXPECT_EQ(link({{"CI_JOB_URL", "https://gitlab.com/team/orders/-/jobs/1"}}),
            "https://gitlab.com/team/orders/-/jobs/1");
  EXPECT_EQ(link({{"BUILD_URL", "https://ci.example.com/job/orders/7/"}}),
            "https://ci.example.com/job/orders/7/");
  EXPECT_EQ(link({{"BITBUCKET_REPO_FULL_NAME", "team/orders"}, {"BITBUCKET_BUILD_NUMBER", "3"}}),
            "https://bitbucket.org/team/orders/pipelines/results/3");
  EXPECT_EQ(link({{"SYSTEM_COLLECTIONURI", "https://dev.azure.com/team/"},
                  {"SYSTEM_TEAMPROJECT", "orders"},
                  {"BUILD_BUILDID", "5"}}),
            "https://dev.azure.com/team/orders/_build/results?buildId=5");
  EXPECT_EQ(link({{"CI_JOB_URL", "javascript:alert(1)"}}), "");
  EXPECT_EQ(link({}), "");
}

TEST(ci_event_anywhere, is_heard_but_not_consistent_where_the_systems_mark_is_missing) {
  const ci_event event = ci_event_of(
      surroundings({{"DRONE_BUILD_EVENT", "push"}, {"DRONE_BRANCH", "main"}, {"DRONE_COMMIT", "11cc783"}}));
  EXPECT_EQ(told(event), "Drone: push on main at 11cc783; but DRONE_BUILD_EVENT is set, but DRONE is not");
  EXPECT_FALSE(event.is_consistent());
}

TEST(ci_event_anywhere, needs_the_commit_of_a_push_to_be_consistent) {
  EXPECT_EQ(told_of({{"TRAVIS", "true"}, {"TRAVIS_EVENT_TYPE", "push"}, {"TRAVIS_BRANCH", "main"}}),
            "Travis CI: push on main; but Travis CI names no commit");
  EXPECT_EQ(told_of({{"JENKINS_URL", "http://jenkins.example.com"}}),
            "Jenkins: push; but BUILD_URL is not set, Jenkins names no branch that was pushed");
}

TEST(ci_event_anywhere, of_two_systems_is_the_one_that_may_less) {
  const variables push = {{"TRAVIS", "true"},
                          {"TRAVIS_EVENT_TYPE", "push"},
                          {"TRAVIS_BRANCH", "main"},
                          {"TRAVIS_COMMIT", "b8a4f70"}};
  const auto with = [&](variables more) {
    more.insert(push.begin(), push.end());
    return told_of(more);
  };
  EXPECT_EQ(with({{"CIRCLE_PR_USERNAME", "somebody"}, {"CIRCLE_PR_REPONAME", "orders"}}),
            "CircleCI: pull request; fork: somebody/orders (CIRCLE_PR_USERNAME); but CIRCLE_PR_USERNAME is "
            "set, but "
            "CIRCLECI is not, the variables of CircleCI and Travis CI are set at once");
  EXPECT_EQ(with({{"BITBUCKET_BUILD_NUMBER", "5"}, {"BITBUCKET_PR_ID", "2"}}),
            "Bitbucket Pipelines: pull request; fork: an unknown repository (BITBUCKET_PR_ID); "
            "but the variables of Travis CI and Bitbucket Pipelines are set at once");
  EXPECT_EQ(with({{"DRONE", "true"},
                  {"DRONE_BUILD_EVENT", "push"},
                  {"DRONE_BRANCH", "main"},
                  {"DRONE_COMMIT", "b8a4f70"}}),
            "Drone: push on main at b8a4f70; but the variables of Drone and Travis CI are set at once");
  EXPECT_EQ(with({{"DRONE", "true"},
                  {"DRONE_BUILD_EVENT", "push"},
                  {"DRONE_BRANCH", "other"},
                  {"DRONE_COMMIT", "b8a4f70"}}),
            "Drone: by hand; but the variables of Drone and Travis CI are set at once");
}

TEST(ci_event_anywhere, of_a_proposed_change_has_its_number) {
  const scratch folder;
  const std::string file = folder.path() + "/event.json";
  std::ofstream(file) << R"({"issue":{"number":7,"pull_request":{"url":"x"}}})";
  const std::vector<variables> sevens = {
      {{"GITHUB_ACTIONS", "true"},
       {"GITHUB_EVENT_NAME", "pull_request"},
       {"GITHUB_REF", "refs/pull/7/merge"}},
      {{"GITHUB_ACTIONS", "true"}, {"GITHUB_EVENT_NAME", "issue_comment"}, {"GITHUB_EVENT_PATH", file}},
      {{"GITLAB_CI", "true"}, {"CI_MERGE_REQUEST_IID", "7"}, {"CI_MERGE_REQUEST_ID", "4711"}},
      {{"GITLAB_CI", "true"}, {"CI_COMMIT_REF_NAME", "refs/merge-requests/7/head"}},
      {{"GITLAB_CI", "true"}, {"CI_EXTERNAL_PULL_REQUEST_IID", "7"}},
      {{"CIRCLECI", "true"}, {"CIRCLE_PR_NUMBER", "7"}},
      {{"CIRCLECI", "true"}, {"CIRCLE_BRANCH", "pull/7"}, {"CIRCLE_PR_USERNAME", "somebody"}},
      {{"CIRCLECI", "true"},
       {"CIRCLE_PROJECT_USERNAME", "somebody"},
       {"CIRCLE_PROJECT_REPONAME", "orders"},
       {"CIRCLE_PULL_REQUEST", "https://github.com/us/orders/pull/7"}},
      {{"CIRCLECI", "true"},
       {"CIRCLE_PROJECT_USERNAME", "somebody"},
       {"CIRCLE_PROJECT_REPONAME", "orders"},
       {"CIRCLE_PULL_REQUESTS", "https://github.com/us/orders/pull/6,https://github.com/us/orders/pull/7"}},
      {{"BUILDKITE", "true"}, {"BUILDKITE_PULL_REQUEST", "7"}},
      {{"JENKINS_URL", "x"}, {"CHANGE_ID", "7"}, {"CHANGE_TARGET", "main"}},
      {{"JENKINS_URL", "x"}, {"ghprbPullId", "7"}},
      {{"JENKINS_URL", "x"}, {"GERRIT_CHANGE_NUMBER", "7"}, {"GERRIT_BRANCH", "main"}},
      {{"JENKINS_URL", "x"}, {"GIT_BRANCH", "origin/pr/7/merge"}},
      {{"JENKINS_URL", "x"}, {"GIT_BRANCH", "refs/changes/07/7/3"}},
      {{"DRONE", "true"}, {"DRONE_PULL_REQUEST", "7"}, {"DRONE_SOURCE_BRANCH", "patch-1"}},
      {{"DRONE", "true"}, {"DRONE_COMMIT_REF", "refs/pull/7/head"}},
      {{"CI", "woodpecker"}, {"CI_COMMIT_PULL_REQUEST", "7"}, {"CI_COMMIT_SOURCE_BRANCH", "patch-1"}},
      {{"TF_BUILD", "True"}, {"SYSTEM_PULLREQUEST_PULLREQUESTID", "7"}},
      {{"TF_BUILD", "True"}, {"BUILD_REASON", "PullRequest"}, {"SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "7"}},
      {{"TF_BUILD", "True"}, {"BUILD_SOURCEBRANCH", "refs/pull/7/merge"}},
      {{"TRAVIS", "true"}, {"TRAVIS_PULL_REQUEST", "7"}},
      {{"BITBUCKET_BUILD_NUMBER", "1"}, {"BITBUCKET_PR_ID", "7"}, {"BITBUCKET_BRANCH", "patch-1"}},
  };
  for (const variables& each : sevens) {
    const ci_event of = ci_event_of(surroundings(each));
    EXPECT_EQ(of.kind, event_kind::pull_request) << of.known_by;
    EXPECT_EQ(of.request, "7") << of.known_by;
  }
}

TEST(ci_event_anywhere, is_left_out_with_its_system_and_all_else_stays) {
  const variables kept{{"CI", "true"}, {"CICD_JOBS", "2"}, {"HOME", "/home/ada"}, {"PATH", "/bin"}};
  variables all = kept;
  all.insert(
      {{"GITHUB_ACTIONS", "true"}, {"GITHUB_TOKEN", "t"}, {"CI_JOB_TOKEN", "t"}, {"GITEA_ACTIONS", "true"}});
  EXPECT_EQ(without_ci_system(surroundings(all)).all(), kept);
  EXPECT_EQ(without_ci_system(surroundings(variables{{"PATH", "/bin"}})).all(),
            variables({{"PATH", "/bin"}}));
  EXPECT_EQ(without_ci_system(surroundings(variables{{"CI", "woodpecker"}})).all(), variables());
}

TEST(ci_event_anywhere, shows_no_control_characters_in_what_is_made_for_messages) {
  const ci_event event = ci_event_of(surroundings({{"CIRCLECI", "true"},
                                                   {"CIRCLE_PR_USERNAME", "some\x1b[31mbody"},
                                                   {"CIRCLE_PR_REPONAME", "or\nders"},
                                                   {"CIRCLE_USERNAME", "a\x1b]0;b"}}));
  EXPECT_EQ(event.fork, "some\\x1b[31mbody/or\\nders (CIRCLE_PR_USERNAME)");
  EXPECT_EQ(event.actor, "a\\x1b]0;b");
}

TEST(ci_event_anywhere, takes_values_of_white_space_for_unset_and_trims_the_others) {
  EXPECT_EQ(told_of({{"DRONE", " true "},
                     {"DRONE_BUILD_EVENT", "push\n"},
                     {"DRONE_BRANCH", " main\r\n"},
                     {"DRONE_COMMIT_SHA", " "},
                     {"DRONE_COMMIT", "11cc783"},
                     {"DRONE_PULL_REQUEST", "  "}}),
            "Drone: push on main at 11cc783");
}

TEST(ci_event_anywhere, names_the_variables_that_it_was_read_from) {
  const ci_event event = ci_event_of(surroundings({{"TRAVIS", "true"},
                                                   {"TRAVIS_EVENT_TYPE", "push"},
                                                   {"TRAVIS_BRANCH", "main"},
                                                   {"TRAVIS_COMMIT", "b8a4f70"}}));
  EXPECT_EQ(event.known_by, "TRAVIS, TRAVIS_EVENT_TYPE, TRAVIS_BRANCH, TRAVIS_COMMIT");
  EXPECT_TRUE(event.is_consistent());
}

TEST(ci_event_anywhere, knows_who_set_it_off_where_the_system_says) {
  const auto actor = [](variables given) { return ci_event_of(surroundings(std::move(given))).actor; };
  EXPECT_EQ(actor({{"GITHUB_ACTIONS", "true"}, {"GITHUB_ACTOR", "octo"}}), "octo");
  EXPECT_EQ(
      actor({{"GITLAB_CI", "true"}, {"GITLAB_USER_NAME", "Ada"}, {"GITLAB_USER_EMAIL", "ada@example.com"}}),
      "Ada <ada@example.com>");
  EXPECT_EQ(actor({{"GITLAB_CI", "true"}, {"GITLAB_USER_LOGIN", "ada"}}), "ada");
  EXPECT_EQ(actor({{"CIRCLECI", "true"}, {"CIRCLE_USERNAME", "ada"}}), "ada");
  EXPECT_EQ(actor({{"BUILDKITE", "true"},
                   {"BUILDKITE_BUILD_CREATOR", "Ada"},
                   {"BUILDKITE_BUILD_CREATOR_EMAIL", "ada@example.com"}}),
            "Ada <ada@example.com>");
  EXPECT_EQ(actor({{"JENKINS_URL", "http://jenkins"},
                   {"CHANGE_ID", "1"},
                   {"CHANGE_AUTHOR_DISPLAY_NAME", "Ada"},
                   {"CHANGE_AUTHOR_EMAIL", "ada@example.com"}}),
            "Ada <ada@example.com>");
  EXPECT_EQ(actor({{"DRONE", "true"}, {"DRONE_COMMIT_AUTHOR", "ada"}}), "ada");
  EXPECT_EQ(actor({{"CI", "woodpecker"}, {"CI_COMMIT_AUTHOR", "ada"}}), "ada");
  EXPECT_EQ(actor({{"TF_BUILD", "True"},
                   {"BUILD_REQUESTEDFOR", "Ada"},
                   {"BUILD_REQUESTEDFOREMAIL", "a@example.com"}}),
            "Ada <a@example.com>");
  EXPECT_EQ(actor({{"TRAVIS", "true"}}), "");
}

}  // namespace
}  // namespace cicd
