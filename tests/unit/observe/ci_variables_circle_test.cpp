// What set a run off, from the variables that CircleCI really sets: as its documentation gives them and as
// logs have recorded them, with the repositories' and people's names replaced.
#include "ci_cases.hpp"

namespace cicd {
namespace {

using ci_cases::expect_each;
using ci_cases::told_of;
using ci_cases::variables;

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

}  // namespace
}  // namespace cicd
