// What set a run off, from the variables that Woodpecker really sets: as its documentation gives them and as
// logs have recorded them, with the repositories' and people's names replaced.
#include "ci_cases.hpp"

namespace cicd {
namespace {

using ci_cases::told_of;
using ci_cases::variables;

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

}  // namespace
}  // namespace cicd
