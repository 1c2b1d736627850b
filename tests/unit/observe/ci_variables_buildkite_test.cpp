// What set a run off, from the variables that Buildkite really sets: as its documentation gives them and as
// logs have recorded them, with the repositories' and people's names replaced.
#include "ci_cases.hpp"

namespace cicd {
namespace {

using ci_cases::expect_each;
using ci_cases::variables;

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

}  // namespace
}  // namespace cicd
