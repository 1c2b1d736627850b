// What set a run off, from the variables that GitHub really sets, and Gitea and Forgejo alike: as their
// documentation gives them and as logs have recorded them, with the repositories' and people's names
// replaced.
#include "ci_cases.hpp"
#include "scratch.hpp"

#include <sys/stat.h>

namespace cicd {
namespace {

using ci_cases::told_of;
using ci_cases::variables;
using observe_test::scratch;
using testing::HasSubstr;

struct github_case {
  const char* what;
  variables given;
  const char* event;  ///< the event file; null: there is none
  const char* meaning;
};

const variables github = {{"CI", "true"},
                          {"GITHUB_ACTIONS", "true"},
                          {"GITHUB_REPOSITORY", "us/orders"},
                          {"GITHUB_SERVER_URL", "https://github.com"},
                          {"GITHUB_BASE_REF", ""},
                          {"GITHUB_HEAD_REF", ""}};

void expect_each_event(const variables& common, const std::vector<github_case>& cases) {
  const scratch folder;
  for (const github_case& each : cases) {
    const std::string file = folder.path() + "/event.json";
    EXPECT_TRUE(remove_tree(file));
    if (each.event != nullptr) std::ofstream(file) << each.event;
    variables all = each.given;
    all.emplace("GITHUB_EVENT_PATH", file);
    all.insert(common.begin(), common.end());
    EXPECT_EQ(told_of(all), each.meaning) << each.what;
  }
}

constexpr const char* of_our_own =
    R"({"pull_request":{"number":75,
        "head":{"ref":"main","repo":{"full_name":"us/orders"}},
        "base":{"ref":"release","repo":{"full_name":"us/orders"}}},
        "repository":{"full_name":"us/orders"}})";
constexpr const char* of_a_fork =
    R"({"pull_request":{"number":75,
        "head":{"ref":"main","repo":{"full_name":"somebody/orders"}},
        "base":{"ref":"main","repo":{"full_name":"us/orders"}}}})";
constexpr const char* of_a_deleted_fork =
    R"({"pull_request":{"head":{"ref":"fix","repo":null},"base":{"ref":"main","repo":{"full_name":"us/orders"}}}})";

TEST(ci_event_of_github, is_a_push_or_a_tag_by_its_ref) {
  const std::string sha = "b9173d9402ae3abca09f0b45b524a7567df05811";
  expect_each_event(
      github,
      {{"a push",
        {{"GITHUB_EVENT_NAME", "push"},
         {"GITHUB_REF", "refs/heads/main"},
         {"GITHUB_REF_NAME", "main"},
         {"GITHUB_REF_TYPE", "branch"},
         {"GITHUB_SHA", sha}},
        R"({"ref":"refs/heads/main","before":"0","after":"b9173d9402ae3abca09f0b45b524a7567df05811",
            "repository":{"full_name":"us/orders"}})",
        "GitHub Actions: push on main at b9173d9 of https://github.com/us/orders"},
       {"a push, of a branch with slashes, in a container without the event file",
        {{"GITHUB_EVENT_NAME", "push"}, {"GITHUB_REF", "refs/heads/feature/a/b"}, {"GITHUB_SHA", sha}},
        nullptr,
        "GitHub Actions: push on feature/a/b at b9173d9 of https://github.com/us/orders"},
       {"a tag",
        {{"GITHUB_EVENT_NAME", "push"},
         {"GITHUB_REF", "refs/tags/v1.0"},
         {"GITHUB_REF_TYPE", "tag"},
         {"GITHUB_SHA", sha}},
        R"({"ref":"refs/tags/v1.0","after":"the annotated tag's own","repository":{"full_name":"us/orders"}})",
        "GitHub Actions: tag tag v1.0 at b9173d9 of https://github.com/us/orders"},
       {"a release",
        {{"GITHUB_EVENT_NAME", "release"}, {"GITHUB_REF", "refs/tags/v1.0"}, {"GITHUB_SHA", sha}},
        R"({"action":"published","release":{"tag_name":"v1.0"}})",
        "GitHub Actions: tag tag v1.0 at b9173d9 of https://github.com/us/orders"},
       {"a schedule",
        {{"GITHUB_EVENT_NAME", "schedule"}, {"GITHUB_REF", "refs/heads/main"}, {"GITHUB_SHA", sha}},
        R"({"schedule":"0 4 * * *"})",
        "GitHub Actions: schedule on main at b9173d9 of https://github.com/us/orders"},
       {"a button",
        {{"GITHUB_EVENT_NAME", "workflow_dispatch"}, {"GITHUB_REF", "refs/heads/fix"}, {"GITHUB_SHA", sha}},
        R"({"inputs":null,"ref":"refs/heads/fix"})",
        "GitHub Actions: by hand on fix at b9173d9 of https://github.com/us/orders"},
       {"a button, at a tag",
        {{"GITHUB_EVENT_NAME", "workflow_dispatch"}, {"GITHUB_REF", "refs/tags/v1"}, {"GITHUB_SHA", sha}},
        R"({"ref":"refs/tags/v1"})",
        "GitHub Actions: by hand tag v1 at b9173d9 of https://github.com/us/orders"},
       {"an API",
        {{"GITHUB_EVENT_NAME", "repository_dispatch"},
         {"GITHUB_REF", "refs/heads/main"},
         {"GITHUB_SHA", sha}},
        R"({"action":"deploy","branch":"main"})",
        "GitHub Actions: by hand on main at b9173d9 of https://github.com/us/orders"},
       {"an issue that anybody may open",
        {{"GITHUB_EVENT_NAME", "issues"}, {"GITHUB_REF", "refs/heads/main"}, {"GITHUB_SHA", sha}},
        R"({"issue":{"number":3}})",
        "GitHub Actions: by hand on main at b9173d9 of https://github.com/us/orders"}});
}

TEST(ci_event_of_github, is_a_pull_request_whatever_its_branch_is_called) {
  const std::string sha = "fabce0da324c977490b1d9e682c3bcaa6e96494b";
  const variables common = [&] {
    variables all = github;
    all.erase("GITHUB_HEAD_REF");
    all.erase("GITHUB_BASE_REF");
    all.insert({{"GITHUB_REF", "refs/pull/75/merge"}, {"GITHUB_REF_NAME", "75/merge"}, {"GITHUB_SHA", sha}});
    return all;
  }();
  expect_each_event(
      common,
      {{"of our own main into release",
        {{"GITHUB_EVENT_NAME", "pull_request"}, {"GITHUB_HEAD_REF", "main"}, {"GITHUB_BASE_REF", "release"}},
        of_our_own,
        "GitHub Actions: pull request into release from main at fabce0d of https://github.com/us/orders"},
       {"of a fork's main",
        {{"GITHUB_EVENT_NAME", "pull_request"}, {"GITHUB_HEAD_REF", "main"}, {"GITHUB_BASE_REF", "main"}},
        of_a_fork,
        "GitHub Actions: pull request into main from main at fabce0d of https://github.com/us/orders; "
        "fork: somebody/orders (GITHUB_EVENT_PATH)"},
       {"of a fork that was deleted meanwhile",
        {{"GITHUB_EVENT_NAME", "pull_request"}, {"GITHUB_HEAD_REF", "fix"}, {"GITHUB_BASE_REF", "main"}},
        of_a_deleted_fork,
        "GitHub Actions: pull request into main from fix at fabce0d of https://github.com/us/orders; "
        "fork: an unknown repository (GITHUB_EVENT_PATH)"},
       {"of which there is no event file",
        {{"GITHUB_EVENT_NAME", "pull_request"}, {"GITHUB_HEAD_REF", "fix"}, {"GITHUB_BASE_REF", "main"}},
        nullptr,
        "GitHub Actions: pull request into main from fix at fabce0d of https://github.com/us/orders; "
        "fork: an unknown repository (GITHUB_EVENT_PATH)"},
       {"of which the event file is half",
        {{"GITHUB_EVENT_NAME", "pull_request"}, {"GITHUB_HEAD_REF", "fix"}, {"GITHUB_BASE_REF", "main"}},
        R"({"pull_request":{)",
        "GitHub Actions: pull request into main from fix at fabce0d of https://github.com/us/orders; "
        "fork: an unknown repository (GITHUB_EVENT_PATH)"},
       {"of which the variables went missing",
        {{"GITHUB_EVENT_NAME", "pull_request"}},
        of_our_own,
        "GitHub Actions: pull request into release from main at fabce0d of https://github.com/us/orders"},
       {"that calls itself a push",
        {{"GITHUB_EVENT_NAME", "push"}},
        R"({"ref":"refs/heads/main"})",
        "GitHub Actions: pull request at fabce0d of https://github.com/us/orders; "
        "fork: an unknown repository (GITHUB_EVENT_PATH)"},
       {"a review",
        {{"GITHUB_EVENT_NAME", "pull_request_review"}},
        of_a_fork,
        "GitHub Actions: pull request into main from main at fabce0d of https://github.com/us/orders; "
        "fork: somebody/orders (GITHUB_EVENT_PATH)"}});
}

TEST(ci_event_of_github, is_a_pull_request_where_the_variables_speak_of_the_base_alone) {
  variables common = github;
  common.insert(
      {{"GITHUB_REF", "refs/heads/main"}, {"GITHUB_REF_TYPE", "branch"}, {"GITHUB_SHA", "88a27cd7f221"}});
  expect_each_event(
      common,
      {{"of a fork, with our secrets",
        {{"GITHUB_EVENT_NAME", "pull_request_target"}},
        of_a_fork,
        "GitHub Actions: pull request into main from main of https://github.com/us/orders; "
        "fork: somebody/orders (GITHUB_EVENT_PATH)"},
       {"a comment on a pull request",
        {{"GITHUB_EVENT_NAME", "issue_comment"}},
        R"({"issue":{"number":75,"pull_request":{"url":"https://api.github.com/repos/us/orders/pulls/75"}},
            "comment":{"body":"/deploy"}})",
        "GitHub Actions: pull request of https://github.com/us/orders; "
        "fork: an unknown repository (GITHUB_EVENT_PATH)"},
       {"a comment on who knows what",
        {{"GITHUB_EVENT_NAME", "issue_comment"}},
        nullptr,
        "GitHub Actions: pull request of https://github.com/us/orders; "
        "fork: an unknown repository (GITHUB_EVENT_PATH)"},
       {"a comment on an issue",
        {{"GITHUB_EVENT_NAME", "issue_comment"}},
        R"({"issue":{"number":3},"comment":{"body":"thanks"}})",
        "GitHub Actions: by hand on main at 88a27cd of https://github.com/us/orders"},
       {"checks of a fork's commit",
        {{"GITHUB_EVENT_NAME", "check_suite"}},
        R"({"check_suite":{"head_branch":null,"pull_requests":[]}})",
        "GitHub Actions: pull request of https://github.com/us/orders; "
        "fork: an unknown repository (GITHUB_EVENT_PATH)"},
       {"a check of a commit of ours",
        {{"GITHUB_EVENT_NAME", "check_run"}},
        R"({"check_run":{"check_suite":{"head_branch":"fix"}}})",
        "GitHub Actions: by hand on fix of https://github.com/us/orders"}});
}

TEST(ci_event_of_github, of_a_run_that_follows_another_is_what_that_one_was) {
  variables common = github;
  common.insert({{"GITHUB_EVENT_NAME", "workflow_run"},
                 {"GITHUB_REF", "refs/heads/main"},
                 {"GITHUB_SHA", "88a27cd7f221"}});
  expect_each_event(
      common,
      {{"a push",
        {},
        R"({"workflow_run":{"event":"push","head_branch":"main","head_sha":"3986f34176d2a641fc11bc41a3875c67bdc46aa5",
            "head_repository":{"full_name":"us/orders"}},
            "repository":{"full_name":"us/orders"}})",
        "GitHub Actions: push on main at 3986f34 of https://github.com/us/orders"},
       {"a pull request from a fork's main",
        {},
        R"({"workflow_run":{"event":"pull_request","head_branch":"main","pull_requests":[],
            "head_repository":{"full_name":"somebody/orders"}},"repository":{"full_name":"us/orders"}})",
        "GitHub Actions: pull request from main of https://github.com/us/orders; "
        "fork: somebody/orders (GITHUB_EVENT_PATH)"},
       {"a pull request of our own",
        {},
        R"({"workflow_run":{"event":"pull_request","head_branch":"fix","pull_requests":[{"base":{"ref":"main"}}],
            "head_repository":{"full_name":"us/orders"}},"repository":{"full_name":"us/orders"}})",
        "GitHub Actions: pull request into main from fix of https://github.com/us/orders"},
       {"a push in a fork, however it came here",
        {},
        R"({"workflow_run":{"event":"push","head_branch":"main","head_repository":{"full_name":"somebody/orders"}},
            "repository":{"full_name":"us/orders"}})",
        "GitHub Actions: pull request from main of https://github.com/us/orders; "
        "fork: somebody/orders (GITHUB_EVENT_PATH)"},
       {"a schedule",
        {},
        R"({"workflow_run":{"event":"schedule","head_branch":"main","head_repository":{"full_name":"us/orders"}},
            "repository":{"full_name":"us/orders"}})",
        "GitHub Actions: schedule on main of https://github.com/us/orders"},
       {"nobody knows",
        {},
        nullptr,
        "GitHub Actions: pull request of https://github.com/us/orders; "
        "fork: an unknown repository (GITHUB_EVENT_PATH)"}});
}

TEST(ci_event_of_github, is_a_merge_queue_also_as_a_push_to_the_queues_own_branch) {
  const char* queue = "refs/heads/gh-readonly-queue/main/pr-12-3986f34176d2a641fc11bc41a3875c67bdc46aa5";
  variables common = github;
  common.insert({{"GITHUB_REF", queue}, {"GITHUB_SHA", "762941318ee16e59dabbacb1b4049eec22f0d303"}});
  const char* meaning =
      "GitHub Actions: merge queue into main from "
      "gh-readonly-queue/main/pr-12-3986f34176d2a641fc11bc41a3875c67bdc46aa5 at 7629413 of "
      "https://github.com/us/orders";
  expect_each_event(common,
                    std::vector<github_case>{{"its event",
                                              {{"GITHUB_EVENT_NAME", "merge_group"}},
                                              R"({"merge_group":{"base_ref":"refs/heads/main"}})",
                                              meaning},
                                             {"a push", {{"GITHUB_EVENT_NAME", "push"}}, nullptr, meaning}});
  EXPECT_THAT(told_of({{"BUILDKITE", "true"},
                       {"BUILDKITE_SOURCE", "webhook"},
                       {"BUILDKITE_PULL_REQUEST", "false"},
                       {"BUILDKITE_BRANCH", "gh-readonly-queue/feature/a/pr-12-3986f3"}}),
              HasSubstr("merge queue into feature/a from gh-readonly-queue/feature/a/pr-12-3986f3"));
}

TEST(ci_event_of_github, says_what_does_not_fit_together) {
  variables common = github;
  common.insert({{"GITHUB_REF", "refs/heads/main"}, {"GITHUB_SHA", "b9173d9"}});
  expect_each_event(
      common, {{"another ref",
                {{"GITHUB_EVENT_NAME", "push"}},
                R"({"ref":"refs/heads/fix","after":"b9173d9"})",
                "GitHub Actions: push on main at b9173d9 of https://github.com/us/orders; "
                "but GITHUB_REF is not the ref in GITHUB_EVENT_PATH"},
               {"another commit",
                {{"GITHUB_EVENT_NAME", "push"}},
                R"({"ref":"refs/heads/main","after":"0000000"})",
                "GitHub Actions: push on main at b9173d9 of https://github.com/us/orders; "
                "but GITHUB_SHA is not the commit in GITHUB_EVENT_PATH"},
               {"another repository",
                {{"GITHUB_EVENT_NAME", "push"}},
                R"({"ref":"refs/heads/main","after":"b9173d9","repository":{"full_name":"somebody/orders"}})",
                "GitHub Actions: push on main at b9173d9 of https://github.com/us/orders; "
                "but GITHUB_REPOSITORY is not the repository in GITHUB_EVENT_PATH"},
               {"a branch that is a tag",
                {{"GITHUB_EVENT_NAME", "push"}, {"GITHUB_REF_TYPE", "tag"}},
                nullptr,
                "GitHub Actions: push on main at b9173d9 of https://github.com/us/orders; "
                "but GITHUB_REF and GITHUB_REF_TYPE do not fit together"},
               {"no event",
                {},
                nullptr,
                "GitHub Actions: by hand on main at b9173d9 of https://github.com/us/orders; "
                "but GITHUB_EVENT_NAME is not set"}});
}

TEST(ci_event_of_github, never_waits_for_its_event_file_and_reads_no_endless_one) {
  const scratch folder;
  const std::string pipe = folder.path() + "/pipe", large = folder.path() + "/large";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::ofstream(large) << of_our_own << std::string(33'000'000, ' ');
  for (const std::string& file :
       {pipe, large, std::string("/dev/zero"), folder.path(), std::string("event.json")})
    EXPECT_THAT(told_of({{"GITHUB_EVENT_NAME", "pull_request"}, {"GITHUB_EVENT_PATH", file}}),
                HasSubstr("fork: an unknown repository (GITHUB_EVENT_PATH)"))
        << file;
}

TEST(ci_event_of_gitea_and_forgejo, is_read_as_githubs) {
  const variables gitea = {{"GITEA_ACTIONS", "true"},
                           {"GITHUB_ACTIONS", "true"},
                           {"GITHUB_REPOSITORY", "us/orders"},
                           {"GITHUB_SERVER_URL", "https://git.example.com/"},
                           {"GITHUB_SHA", "b9173d9402ae3abca09f0b45b524a7567df05811"}};
  expect_each_event(
      gitea,
      {{"a push",
        {{"GITHUB_EVENT_NAME", "push"}, {"GITHUB_REF", "refs/heads/main"}, {"GITHUB_REF_TYPE", "branch"}},
        nullptr,
        "Gitea Actions: push on main at b9173d9 of https://git.example.com/us/orders"},
       {"a push, within a reusable workflow",
        {{"GITHUB_EVENT_NAME", "workflow_call"}, {"GITHUB_REF", "refs/heads/main"}},
        R"({"ref":"refs/heads/main","before":"0","after":"b9173d9402ae3abca09f0b45b524a7567df05811",
            "inputs":{"where":"stage"}})",
        "Gitea Actions: push on main at b9173d9 of https://git.example.com/us/orders"},
       {"who knows what, within a reusable workflow",
        {{"GITHUB_EVENT_NAME", "workflow_call"}, {"GITHUB_REF", "refs/heads/main"}},
        nullptr,
        "Gitea Actions: by hand on main at b9173d9 of https://git.example.com/us/orders"},
       {"a fork's pull request for its target, within a reusable workflow",
        {{"GITHUB_EVENT_NAME", "workflow_call"},
         {"GITHUB_REF", "refs/heads/main"},
         {"GITHUB_HEAD_REF", "main"},
         {"GITHUB_BASE_REF", "main"}},
        of_a_fork,
        "Gitea Actions: pull request into main from main of https://git.example.com/us/orders; "
        "fork: somebody/orders (GITHUB_EVENT_PATH)"},
       {"a fork's pull request, whose ref is its head",
        {{"GITHUB_EVENT_NAME", "pull_request"},
         {"GITHUB_REF", "refs/pull/7/head"},
         {"GITHUB_HEAD_REF", "main"},
         {"GITHUB_BASE_REF", "main"}},
        of_a_fork,
        "Gitea Actions: pull request into main from main at b9173d9 of https://git.example.com/us/orders; "
        "fork: somebody/orders (GITHUB_EVENT_PATH)"},
       {"a comment on a pull request, which Gitea's event describes",
        {{"GITHUB_EVENT_NAME", "issue_comment"}, {"GITHUB_REF", "refs/heads/main"}},
        R"({"is_pull":true,"issue":{"number":7},"pull_request":{
            "head":{"ref":"fix","repo":{"full_name":"us/orders"}},
            "base":{"ref":"main","repo":{"full_name":"us/orders"}}}})",
        "Gitea Actions: pull request into main from fix of https://git.example.com/us/orders"},
       {"Forgejo",
        {{"FORGEJO_ACTIONS", "true"}, {"GITHUB_EVENT_NAME", "push"}, {"GITHUB_REF", "refs/tags/v1"}},
        nullptr,
        "Forgejo Actions: tag tag v1 at b9173d9 of https://git.example.com/us/orders"}});
}

}  // namespace
}  // namespace cicd
