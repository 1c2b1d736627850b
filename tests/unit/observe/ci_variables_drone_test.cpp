// What set a run off, from the variables that Drone really sets: as its documentation gives them and as logs
// have recorded them, with the repositories' and people's names replaced.
#include "ci_cases.hpp"

namespace cicd {
namespace {

using ci_cases::expect_each;
using ci_cases::variables;

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

}  // namespace
}  // namespace cicd
