// What set a run off, from the variables that GitLab really sets: as its documentation gives them and as logs
// have recorded them, with the repositories' and people's names replaced.
#include "ci_cases.hpp"

namespace cicd {
namespace {

using ci_cases::expect_each;
using ci_cases::told_of;
using ci_cases::variables;

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

}  // namespace
}  // namespace cicd
