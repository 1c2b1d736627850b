// What set a run off, from the variables that Bitbucket Pipelines really sets: as its documentation gives
// them and as logs have recorded them, with the repositories' and people's names replaced.
#include "ci_cases.hpp"

namespace cicd {
namespace {

using ci_cases::expect_each;
using ci_cases::variables;

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

}  // namespace
}  // namespace cicd
