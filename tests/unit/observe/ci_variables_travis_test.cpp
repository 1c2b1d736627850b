// What set a run off, from the variables that Travis CI really sets: as its documentation gives them and as
// logs have recorded them, with the repositories' and people's names replaced.
#include "ci_cases.hpp"

namespace cicd {
namespace {

using ci_cases::expect_each;
using ci_cases::variables;

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

}  // namespace
}  // namespace cicd
