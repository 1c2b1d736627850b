// What set a run off, from the variables that Azure Pipelines really sets: as its documentation gives them
// and as logs have recorded them, with the repositories' and people's names replaced.
#include "ci_cases.hpp"

namespace cicd {
namespace {

using ci_cases::told_of;
using ci_cases::variables;

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

}  // namespace
}  // namespace cicd
