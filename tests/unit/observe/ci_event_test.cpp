// What set a run off, from the variables that the CI systems really set: as their documentation gives them
// and as logs have recorded them, with the repositories' and people's names replaced.
#include "scratch.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_event.hpp>

namespace cicd {
namespace {

using observe_test::scratch;
using testing::ElementsAre;
using testing::HasSubstr;
using variables = std::map<std::string, std::string, std::less<>>;

/// `GitHub Actions: pull request into main from fix at b9173d9 of https://…; fork: …; but …`.
std::string told(const ci_event& of) {
  std::string text = fmt::format("{}: {}", of.system, text_of(of.kind));
  const auto add = [&](const char* word, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {} {}", word, value);
  };
  add(of.is_proposed() ? "into" : "on", of.branch);
  add("tag", of.tag);
  add("from", of.source_branch);
  add("at", of.commit.substr(0, 7));
  add("of", of.repository);
  if (of.fork) text += "; fork: " + *of.fork;
  if (!of.contradictions.empty()) text += "; but " + joined(of.contradictions, ", ");
  return text;
}

std::string told_of(variables given) {
  return told(ci_event_of(surroundings(std::move(given))));
}

/// One environment: what it adds to the one that all cases of a table have, and what it means.
struct recorded {
  const char* what;
  variables given;
  const char* meaning;
};

void expect_each(const variables& common, const std::vector<recorded>& cases) {
  for (const recorded& each : cases) {
    variables all = each.given;
    all.insert(common.begin(), common.end());
    EXPECT_EQ(told_of(all), each.meaning) << each.what;
  }
}

// --- GitHub and what is like it ---

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

// --- The others ---

TEST(ci_event_of_gitlab, is_what_its_pipeline_source_says) {
  const variables gitlab = {
      {"GITLAB_CI", "true"},
      {"CI", "true"},
      {"CI_PROJECT_ID", "62099837"},
      {"CI_PROJECT_URL", "https://gitlab.com/us/orders"},
      {"CI_REPOSITORY_URL", "https://gitlab-ci-token:[MASKED]@gitlab.com/us/orders.git"},
      {"CI_COMMIT_SHA", "a926daf13cb8f96f2e5d6c9e09bb28daf7763309"}};
  const std::string rest = " at a926daf of https://gitlab-ci-token:[MASKED]@gitlab.com/us/orders.git";
  const auto meaning = [&](const std::string& what) { return "GitLab CI: " + what + rest; };
  const auto kind = [&](const char* source, const char* variable, const char* name) {
    variables all = gitlab;
    all.insert({{"CI_PIPELINE_SOURCE", source}, {variable, name}, {"CI_COMMIT_REF_NAME", name}});
    return told_of(all);
  };
  EXPECT_EQ(kind("push", "CI_COMMIT_BRANCH", "feature/a"), meaning("push on feature/a"));
  EXPECT_EQ(kind("push", "CI_COMMIT_TAG", "v1"), meaning("tag tag v1"));
  EXPECT_EQ(kind("parent_pipeline", "CI_COMMIT_BRANCH", "main"), meaning("push on main"));
  EXPECT_EQ(kind("schedule", "CI_COMMIT_BRANCH", "main"), meaning("schedule on main"));
  for (const char* source : {"web", "api", "trigger", "pipeline", "chat", "webide", "ondemand_dast_scan",
                             "security_orchestration_policy"})
    EXPECT_EQ(kind(source, "CI_COMMIT_BRANCH", "main"), meaning("by hand on main")) << source;
  EXPECT_EQ(kind("web", "CI_COMMIT_TAG", "v1"), meaning("by hand tag v1"));
  EXPECT_EQ(kind("", "CI_COMMIT_BRANCH", "main"),
            meaning("by hand on main") + "; but CI_PIPELINE_SOURCE is not set");
}

TEST(ci_event_of_gitlab, of_a_branch_with_an_open_merge_request_is_a_push) {
  EXPECT_EQ(told_of({{"GITLAB_CI", "true"},
                     {"CI_PIPELINE_SOURCE", "push"},
                     {"CI_COMMIT_BRANCH", "develop"},
                     {"CI_COMMIT_SHA", "a926daf"},
                     {"CI_OPEN_MERGE_REQUESTS", "us/orders!1"}}),
            "GitLab CI: push on develop at a926daf");
}

TEST(ci_event_of_gitlab, is_a_merge_request_from_wherever_its_projects_say) {
  const variables request = {{"GITLAB_CI", "true"},
                             {"CI_PIPELINE_SOURCE", "merge_request_event"},
                             {"CI_MERGE_REQUEST_ID", "360380059"},
                             {"CI_MERGE_REQUEST_IID", "1"},
                             {"CI_MERGE_REQUEST_REF_PATH", "refs/merge-requests/1/head"},
                             {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "main"},
                             {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "release"},
                             {"CI_COMMIT_REF_NAME", "main"}};
  const variables ours = {{"CI_MERGE_REQUEST_PROJECT_ID", "51"}, {"CI_PROJECT_ID", "51"}};
  const auto with = [](variables all, const variables& more) {
    all.insert(more.begin(), more.end());
    return all;
  };
  expect_each(
      request,
      {{"of our own",
        with(ours, {{"CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "51"},
                    {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "us/orders"},
                    {"CI_MERGE_REQUEST_EVENT_TYPE", "detached"}}),
        "GitLab CI: pull request into release from main"},
       {"a fork's, in our project",
        with(ours, {{"CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "77"},
                    {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "somebody/orders"}}),
        "GitLab CI: pull request into release from main; "
        "fork: somebody/orders (CI_MERGE_REQUEST_SOURCE_PROJECT_PATH)"},
       {"a fork's, in the fork's own project",
        {{"CI_MERGE_REQUEST_PROJECT_ID", "51"},
         {"CI_PROJECT_ID", "77"},
         {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "77"},
         {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "somebody/orders"}},
        "GitLab CI: pull request into release from main; "
        "fork: somebody/orders (CI_MERGE_REQUEST_SOURCE_PROJECT_PATH)"},
       {"of a project that is not named", ours,
        "GitLab CI: pull request into release from main; "
        "fork: an unknown repository (CI_MERGE_REQUEST_SOURCE_PROJECT_ID)"},
       {"a merge train",
        with(ours,
             {{"CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "51"}, {"CI_MERGE_REQUEST_EVENT_TYPE", "merge_train"}}),
        "GitLab CI: merge queue into release from main"},
       {"a fork's, on a merge train",
        with(ours,
             {{"CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "77"}, {"CI_MERGE_REQUEST_EVENT_TYPE", "merge_train"}}),
        "GitLab CI: merge queue into release from main; fork: 77 (CI_MERGE_REQUEST_SOURCE_PROJECT_ID)"}});
  variables child = with(request, ours);
  child["CI_PIPELINE_SOURCE"] = "parent_pipeline";
  child["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"] = "51";
  EXPECT_EQ(told_of(child), "GitLab CI: pull request into release from main") << "a child pipeline";
}

TEST(ci_event_of_gitlab, is_a_pull_request_of_another_code_host) {
  const variables request = {{"GITLAB_CI", "true"},
                             {"CI_PIPELINE_SOURCE", "external_pull_request_event"},
                             {"CI_EXTERNAL_PULL_REQUEST_IID", "43"},
                             {"CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY", "us/orders"},
                             {"CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME", "main"},
                             {"CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", "main"},
                             {"CI_COMMIT_BRANCH", "main"}};
  expect_each(request, {{"of our own",
                         {{"CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "us/orders"}},
                         "GitLab CI: pull request into main from main"},
                        {"a fork's",
                         {{"CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "somebody/orders"}},
                         "GitLab CI: pull request into main from main; "
                         "fork: somebody/orders (CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY)"},
                        {"unknown",
                         {},
                         "GitLab CI: pull request into main from main; "
                         "fork: an unknown repository (CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY)"}});
}

TEST(ci_event_of_circle, is_a_push_also_where_the_branch_has_an_open_pull_request) {
  const variables circle = {{"CIRCLECI", "true"},
                            {"CI", "true"},
                            {"CIRCLE_PROJECT_USERNAME", "Us"},
                            {"CIRCLE_PROJECT_REPONAME", "orders"},
                            {"CIRCLE_REPOSITORY_URL", "https://github.com/Us/orders"},
                            {"CIRCLE_SHA1", "fad3f7bdbf3515d1e9285b8aa80feeff74507bdd"}};
  expect_each(
      circle,
      {{"a push",
        {{"CIRCLE_BRANCH", "main"}},
        "CircleCI: push on main at fad3f7b of https://github.com/Us/orders"},
       {"a push to a branch that somebody asks to take in",
        {{"CIRCLE_BRANCH", "develop"},
         {"CIRCLE_PULL_REQUEST", "https://github.com/us/orders/pull/1"},
         {"CIRCLE_PULL_REQUESTS", "https://github.com/us/orders/pull/1"}},
        "CircleCI: push on develop at fad3f7b of https://github.com/Us/orders"},
       {"a tag",
        {{"CIRCLE_TAG", "v1.0"}},
        "CircleCI: tag tag v1.0 at fad3f7b of https://github.com/Us/orders"},
       {"a fork's pull request",
        {{"CIRCLE_BRANCH", "pull/12"},
         {"CIRCLE_PR_NUMBER", "12"},
         {"CIRCLE_PR_USERNAME", "somebody"},
         {"CIRCLE_PR_REPONAME", "orders"},
         {"CIRCLE_PULL_REQUEST", "https://github.com/us/orders/pull/12"}},
        "CircleCI: pull request at fad3f7b of https://github.com/Us/orders; "
        "fork: somebody/orders (CIRCLE_PR_USERNAME)"},
       {"a fork's pull request whose branch alone is known",
        {{"CIRCLE_BRANCH", "pull/12"}},
        "CircleCI: pull request at fad3f7b of https://github.com/Us/orders; "
        "fork: an unknown repository (pull/12)"},
       {"a pull request whose number alone is known",
        {{"CIRCLE_BRANCH", "main"}, {"CIRCLE_PR_NUMBER", "12"}},
        "CircleCI: pull request from main at fad3f7b of https://github.com/Us/orders; "
        "fork: an unknown repository (CIRCLE_PR_NUMBER)"},
       {"built as a fork's own project",
        {{"CIRCLE_BRANCH", "main"}, {"CIRCLE_PULL_REQUEST", "https://github.com/upstream/orders/pull/3"}},
        "CircleCI: pull request from main at fad3f7b of https://github.com/Us/orders; "
        "fork: us/orders (CIRCLE_PULL_REQUEST)"}});
}

TEST(ci_event_of_circle, is_not_trusted_where_pull_requests_are_not_told) {
  EXPECT_EQ(told_of({{"CIRCLECI", "true"}, {"CIRCLE_BRANCH", "main"}, {"CIRCLE_SHA1", "fad3f7b"}}),
            "CircleCI: push on main at fad3f7b; but CIRCLE_REPOSITORY_URL is not set, as in projects where "
            "CircleCI does not tell of pull requests");
}

TEST(ci_event_of_buildkite, is_what_its_source_says) {
  const variables buildkite = {{"BUILDKITE", "true"},
                               {"BUILDKITE_REPO", "git@github.com:acme-inc/my-project.git"},
                               {"BUILDKITE_COMMIT", "83a20ec058e2fb00e7fa4558c4c6e81e2dcf253d"}};
  const variables none = {{"BUILDKITE_PULL_REQUEST", "false"},
                          {"BUILDKITE_PULL_REQUEST_REPO", ""},
                          {"BUILDKITE_PULL_REQUEST_BASE_BRANCH", ""}};
  const auto with = [&](const variables& some) {
    variables all = some;
    all.insert(none.begin(), none.end());
    return all;
  };
  expect_each(
      buildkite,
      {{"a push",
        with({{"BUILDKITE_SOURCE", "webhook"}, {"BUILDKITE_BRANCH", "main"}, {"BUILDKITE_TAG", ""}}),
        "Buildkite: push on main at 83a20ec of git@github.com:acme-inc/my-project.git"},
       {"a tag, which is called a branch, too",
        with({{"BUILDKITE_SOURCE", "webhook"}, {"BUILDKITE_BRANCH", "v1.2.3"}, {"BUILDKITE_TAG", "v1.2.3"}}),
        "Buildkite: tag tag v1.2.3 at 83a20ec of git@github.com:acme-inc/my-project.git"},
       {"a schedule", with({{"BUILDKITE_SOURCE", "schedule"}, {"BUILDKITE_BRANCH", "main"}}),
        "Buildkite: schedule on main at 83a20ec of git@github.com:acme-inc/my-project.git"},
       {"a button, for a commit that is not known yet",
        with({{"BUILDKITE_SOURCE", "ui"}, {"BUILDKITE_BRANCH", "main"}, {"BUILDKITE_COMMIT", "HEAD"}}),
        "Buildkite: by hand on main of git@github.com:acme-inc/my-project.git"},
       {"a button, for a pull request",
        with({{"BUILDKITE_SOURCE", "ui"}, {"BUILDKITE_BRANCH", "refs/pull/12/head"}}),
        "Buildkite: pull request at 83a20ec of git@github.com:acme-inc/my-project.git; "
        "fork: an unknown repository (refs/pull/12/head)"},
       {"another pipeline", with({{"BUILDKITE_SOURCE", "trigger_job"}, {"BUILDKITE_BRANCH", "main"}}),
        "Buildkite: by hand on main at 83a20ec of git@github.com:acme-inc/my-project.git"},
       {"a pull request of our own main",
        {{"BUILDKITE_SOURCE", "webhook"},
         {"BUILDKITE_BRANCH", "main"},
         {"BUILDKITE_PULL_REQUEST", "123"},
         {"BUILDKITE_PULL_REQUEST_BASE_BRANCH", "release"},
         {"BUILDKITE_PULL_REQUEST_REPO", "git://github.com/acme-inc/my-project.git"}},
        "Buildkite: pull request into release from main at 83a20ec of "
        "git@github.com:acme-inc/my-project.git"},
       {"a fork's",
        {{"BUILDKITE_SOURCE", "webhook"},
         {"BUILDKITE_BRANCH", "somebody:main"},
         {"BUILDKITE_PULL_REQUEST", "123"},
         {"BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"},
         {"BUILDKITE_PULL_REQUEST_REPO", "https://github.com/somebody/my-project.git"}},
        "Buildkite: pull request into main from somebody:main at 83a20ec of "
        "git@github.com:acme-inc/my-project.git; "
        "fork: github.com/somebody/my-project (BUILDKITE_PULL_REQUEST_REPO)"},
       {"of nobody knows whom",
        {{"BUILDKITE_SOURCE", "webhook"}, {"BUILDKITE_BRANCH", "main"}, {"BUILDKITE_PULL_REQUEST", "123"}},
        "Buildkite: pull request from main at 83a20ec of git@github.com:acme-inc/my-project.git; "
        "fork: an unknown repository (BUILDKITE_PULL_REQUEST_REPO)"},
       {"a merge queue",
        with({{"BUILDKITE_SOURCE", "webhook"},
              {"BUILDKITE_BRANCH", "gh-readonly-queue/main/pr-12-3986f3"},
              {"BUILDKITE_MERGE_QUEUE_BASE_BRANCH", "main"}}),
        "Buildkite: merge queue into main from gh-readonly-queue/main/pr-12-3986f3 at 83a20ec of "
        "git@github.com:acme-inc/my-project.git"}});
}

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

TEST(ci_event_of_drone, is_what_its_build_event_says_and_a_pull_request_may_be_a_forks) {
  const variables drone = {{"CI", "true"},
                           {"DRONE", "true"},
                           {"DRONE_REPO", "octocat/hello-world"},
                           {"DRONE_GIT_HTTP_URL", "https://github.com/octocat/hello-world.git"},
                           {"DRONE_COMMIT_SHA", "762941318ee16e59dabbacb1b4049eec22f0d303"},
                           {"CI_BUILD_EVENT", "pull_request"}};
  expect_each(
      drone,
      {{"a push",
        {{"DRONE_BUILD_EVENT", "push"},
         {"DRONE_BRANCH", "main"},
         {"DRONE_SOURCE_BRANCH", "main"},
         {"DRONE_TARGET_BRANCH", "main"},
         {"DRONE_COMMIT_REF", "refs/heads/main"}},
        "Drone: push on main at 7629413 of https://github.com/octocat/hello-world.git"},
       {"a tag",
        {{"DRONE_BUILD_EVENT", "tag"}, {"DRONE_TAG", "v1"}, {"DRONE_COMMIT_REF", "refs/tags/v1"}},
        "Drone: tag tag v1 at 7629413 of https://github.com/octocat/hello-world.git"},
       {"a pull request",
        {{"DRONE_BUILD_EVENT", "pull_request"},
         {"DRONE_PULL_REQUEST", "32"},
         {"DRONE_BRANCH", "master"},
         {"DRONE_COMMIT_BRANCH", "master"},
         {"DRONE_SOURCE_BRANCH", "master"},
         {"DRONE_TARGET_BRANCH", "master"},
         {"DRONE_COMMIT_REF", "refs/pull/32/head"}},
        "Drone: pull request into master from master at 7629413 of "
        "https://github.com/octocat/hello-world.git; fork: an unknown repository (DRONE_PULL_REQUEST)"},
       {"a promotion",
        {{"DRONE_BUILD_EVENT", "promote"}, {"DRONE_BRANCH", "main"}, {"DRONE_COMMIT_REF", "refs/heads/main"}},
        "Drone: by hand on main at 7629413 of https://github.com/octocat/hello-world.git"},
       {"a promotion of a pull request",
        {{"DRONE_BUILD_EVENT", "promote"},
         {"DRONE_BRANCH", "main"},
         {"DRONE_COMMIT_REF", "refs/pull/32/head"}},
        "Drone: pull request into main at 7629413 of https://github.com/octocat/hello-world.git; "
        "fork: an unknown repository (DRONE_PULL_REQUEST)"},
       {"a schedule",
        {{"DRONE_BUILD_EVENT", "cron"}, {"DRONE_BRANCH", "main"}, {"DRONE_COMMIT_REF", "refs/heads/main"}},
        "Drone: schedule on main at 7629413 of https://github.com/octocat/hello-world.git"},
       {"a push that is a tag",
        {{"DRONE_BUILD_EVENT", "push"}, {"DRONE_BRANCH", "main"}, {"DRONE_TAG", "v1"}},
        "Drone: tag tag v1 at 7629413 of https://github.com/octocat/hello-world.git; "
        "but DRONE_BUILD_EVENT and DRONE_TAG do not fit together"}});
}

TEST(ci_event_of_woodpecker, is_what_its_pipeline_event_says_and_a_pull_request_may_be_a_forks) {
  const variables woodpecker = {{"CI", "woodpecker"},
                                {"CI_REPO", "us/orders"},
                                {"CI_REPO_CLONE_URL", "https://codeberg.org/us/orders.git"},
                                {"CI_COMMIT_SHA", "a778b069d9f5992786d2db9be493b43868cfce76"}};
  const std::string rest = " at a778b06 of https://codeberg.org/us/orders.git";
  const auto means = [&](variables given, const std::string& what, const std::string& after = "") {
    given.insert(woodpecker.begin(), woodpecker.end());
    EXPECT_EQ(told_of(given), "Woodpecker: " + what + rest + after);
  };
  means({{"CI_PIPELINE_EVENT", "push"}, {"CI_COMMIT_BRANCH", "main"}, {"CI_COMMIT_REF", "refs/heads/main"}},
        "push on main");
  means({{"CI_PIPELINE_EVENT", "tag"}, {"CI_COMMIT_TAG", "v1"}, {"CI_COMMIT_REF", "refs/tags/v1"}},
        "tag tag v1");
  means({{"CI_PIPELINE_EVENT", "release"}, {"CI_COMMIT_BRANCH", "main"}, {"CI_COMMIT_REF", "refs/tags/v1"}},
        "tag tag v1");
  means({{"CI_PIPELINE_EVENT", "cron"}, {"CI_COMMIT_BRANCH", "main"}}, "schedule on main");
  means({{"CI_PIPELINE_EVENT", "manual"}, {"CI_COMMIT_BRANCH", "fix"}}, "by hand on fix");
  means({{"CI_PIPELINE_EVENT", "deployment"}, {"CI_COMMIT_BRANCH", "main"}}, "by hand on main");
  for (const char* event : {"pull_request", "pull_request_closed", "pull_request_metadata"})
    means({{"CI_PIPELINE_EVENT", event},
           {"CI_COMMIT_BRANCH", "main"},
           {"CI_COMMIT_PULL_REQUEST", "9"},
           {"CI_COMMIT_REF", "refs/pull/9/head"},
           {"CI_COMMIT_REFSPEC", "main:main"},
           {"CI_COMMIT_SOURCE_BRANCH", "main"},
           {"CI_COMMIT_TARGET_BRANCH", "main"}},
          "pull request into main from main", "; fork: an unknown repository (CI_COMMIT_PULL_REQUEST)");
  means({{"CI_BUILD_EVENT", "push"}, {"CI_COMMIT_BRANCH", "main"}, {"DRONE", "true"}}, "push on main");
  means({{"CI_COMMIT_BRANCH", "main"}}, "by hand on main", "; but CI_PIPELINE_EVENT is not set");
}

TEST(ci_event_of_azure, is_what_its_reason_says) {
  const variables azure = {{"TF_BUILD", "True"},
                           {"BUILD_REPOSITORY_URI", "https://github.com/us/orders"},
                           {"BUILD_SOURCEVERSION", "6411f07f6cd88db7fc4f26edae51cf091eb707e1"}};
  const variables own = {{"SYSTEM_PULLREQUEST_ISFORK", "False"}};
  const std::string rest = " at 6411f07 of https://github.com/us/orders";
  const auto means = [&](variables given, const std::string& what, const std::string& after = "") {
    given.insert(azure.begin(), azure.end());
    EXPECT_EQ(told_of(given), "Azure Pipelines: " + what + rest + after);
  };
  means({{"BUILD_REASON", "IndividualCI"},
         {"BUILD_SOURCEBRANCH", "refs/heads/feature/a"},
         {"BUILD_SOURCEBRANCHNAME", "a"},
         {"SYSTEM_PULLREQUEST_ISFORK", "False"}},
        "push on feature/a");
  means({{"BUILD_REASON", "BatchedCI"}, {"BUILD_SOURCEBRANCH", "refs/heads/main"}}, "push on main");
  means({{"BUILD_REASON", "IndividualCI"}, {"BUILD_SOURCEBRANCH", "refs/tags/v1"}}, "tag tag v1");
  means({{"BUILD_REASON", "Schedule"}, {"BUILD_SOURCEBRANCH", "refs/heads/main"}}, "schedule on main");
  for (const char* reason : {"Manual", "ResourceTrigger", "BuildCompletion", "CheckInShelveset"})
    means({{"BUILD_REASON", reason}, {"BUILD_SOURCEBRANCH", "refs/heads/main"}}, "by hand on main");
  const variables request = {{"BUILD_REASON", "PullRequest"},
                             {"BUILD_SOURCEBRANCH", "refs/pull/89/merge"},
                             {"BUILD_SOURCEBRANCHNAME", "merge"},
                             {"SYSTEM_PULLREQUEST_PULLREQUESTID", "540266026"},
                             {"SYSTEM_PULLREQUEST_SOURCEBRANCH", "main"},
                             {"SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/release"}};
  const auto with = [&](const variables& more) {
    variables all = request;
    all.insert(more.begin(), more.end());
    return all;
  };
  means(with(own), "pull request into release from main");
  means(with({{"SYSTEM_PULLREQUEST_ISFORK", "True"},
              {"SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI", "https://github.com/somebody/orders.git"}}),
        "pull request into release from main",
        "; fork: github.com/somebody/orders (SYSTEM_PULLREQUEST_ISFORK)");
  means(with({{"SYSTEM_PULLREQUEST_ISFORK", "True"}}), "pull request into release from main",
        "; fork: an unknown repository (SYSTEM_PULLREQUEST_ISFORK)");
  means(request, "pull request into release from main",
        "; fork: an unknown repository (SYSTEM_PULLREQUEST_ISFORK)");
  means({{"BUILD_REASON", "Manual"}, {"BUILD_SOURCEBRANCH", "refs/pull/89/merge"}}, "pull request",
        "; fork: an unknown repository (SYSTEM_PULLREQUEST_ISFORK)");
}

TEST(ci_event_of_travis, is_what_its_event_type_says) {
  const variables travis = {{"CI", "true"},
                            {"TRAVIS", "true"},
                            {"TRAVIS_REPO_SLUG", "us/orders"},
                            {"TRAVIS_COMMIT", "b8a4f70062810274ee8ae155b2bbe4d0b4e0ddf4"}};
  expect_each(
      travis,
      {{"a push",
        {{"TRAVIS_EVENT_TYPE", "push"},
         {"TRAVIS_BRANCH", "env_improve"},
         {"TRAVIS_PULL_REQUEST", "false"},
         {"TRAVIS_PULL_REQUEST_BRANCH", ""},
         {"TRAVIS_PULL_REQUEST_SLUG", ""},
         {"TRAVIS_TAG", ""}},
        "Travis CI: push on env_improve at b8a4f70"},
       {"a tag, which is called a branch, too",
        {{"TRAVIS_EVENT_TYPE", "push"},
         {"TRAVIS_BRANCH", "v1.0"},
         {"TRAVIS_TAG", "v1.0"},
         {"TRAVIS_PULL_REQUEST", "false"}},
        "Travis CI: tag tag v1.0 at b8a4f70"},
       {"an API",
        {{"TRAVIS_EVENT_TYPE", "api"}, {"TRAVIS_BRANCH", "main"}},
        "Travis CI: by hand on main at b8a4f70"},
       {"a schedule",
        {{"TRAVIS_EVENT_TYPE", "cron"}, {"TRAVIS_BRANCH", "main"}},
        "Travis CI: schedule on main at b8a4f70"},
       {"a pull request of our own",
        {{"TRAVIS_EVENT_TYPE", "pull_request"},
         {"TRAVIS_BRANCH", "release"},
         {"TRAVIS_PULL_REQUEST", "43"},
         {"TRAVIS_PULL_REQUEST_BRANCH", "main"},
         {"TRAVIS_PULL_REQUEST_SLUG", "us/orders"}},
        "Travis CI: pull request into release from main at b8a4f70"},
       {"a fork's",
        {{"TRAVIS_EVENT_TYPE", "pull_request"},
         {"TRAVIS_BRANCH", "main"},
         {"TRAVIS_PULL_REQUEST", "43"},
         {"TRAVIS_PULL_REQUEST_BRANCH", "main"},
         {"TRAVIS_PULL_REQUEST_SLUG", "somebody/orders"}},
        "Travis CI: pull request into main from main at b8a4f70; "
        "fork: somebody/orders (TRAVIS_PULL_REQUEST_SLUG)"},
       {"a deleted fork's",
        {{"TRAVIS_EVENT_TYPE", "pull_request"}, {"TRAVIS_BRANCH", "main"}, {"TRAVIS_PULL_REQUEST", "43"}},
        "Travis CI: pull request into main at b8a4f70; "
        "fork: an unknown repository (TRAVIS_PULL_REQUEST_SLUG)"}});
}

TEST(ci_event_of_bitbucket, is_a_push_or_a_tag_and_a_pull_request_may_be_a_forks) {
  const variables bitbucket = {{"CI", "true"},
                               {"BITBUCKET_BUILD_NUMBER", "5"},
                               {"BITBUCKET_GIT_HTTP_ORIGIN", "http://bitbucket.org/us/orders"}};
  expect_each(
      bitbucket,
      {{"a push",
        {{"BITBUCKET_BRANCH", "main"}, {"BITBUCKET_COMMIT", "c4f71a535de986600303936780f815721ebbe0c5"}},
        "Bitbucket Pipelines: push on main at c4f71a5 of http://bitbucket.org/us/orders"},
       {"a tag",
        {{"BITBUCKET_TAG", "v1"}, {"BITBUCKET_COMMIT", "c4f71a535de986600303936780f815721ebbe0c5"}},
        "Bitbucket Pipelines: tag tag v1 at c4f71a5 of http://bitbucket.org/us/orders"},
       {"a pull request",
        {{"BITBUCKET_BRANCH", "main"},
         {"BITBUCKET_COMMIT", "8d081548cabb"},
         {"BITBUCKET_PR_ID", "2"},
         {"BITBUCKET_PR_DESTINATION_BRANCH", "main"},
         {"BITBUCKET_PR_DESTINATION_COMMIT", "88a27cd7f221"}},
        "Bitbucket Pipelines: pull request into main from main at 8d08154 of http://bitbucket.org/us/orders; "
        "fork: an unknown repository (BITBUCKET_PR_ID)"}});
}

// --- Any ---

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
