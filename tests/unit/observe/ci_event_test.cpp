// Which pull requests come from somebody else's copy of the repository.
#include <gtest/gtest.h>

#include <fstream>

#include <cicd/observe/ci_event.hpp>

#include "scratch.hpp"

namespace cicd {
namespace {

using variables = std::map<std::string, std::string, std::less<>>;

bool is_fork(variables given) {
  return ci_event_of(surroundings(std::move(given))).fork.has_value();
}

bool github_says_fork(const std::string& event, const std::string& name = "pull_request") {
  const observe_test::scratch folder;
  std::ofstream(folder.path() + "/event.json") << event;
  return is_fork({{"GITHUB_EVENT_NAME", name}, {"GITHUB_EVENT_PATH", folder.path() + "/event.json"}});
}

TEST(forks, are_none_on_a_laptop) {
  EXPECT_FALSE(is_fork({{"PATH", "/bin"}}));
}

TEST(forks, are_known_by_circle_ci) {
  EXPECT_TRUE(is_fork({{"CIRCLE_PR_USERNAME", "somebody"},
                       {"CIRCLE_PR_REPONAME", "orders"},
                       {"CIRCLE_PROJECT_USERNAME", "us"}}));
  EXPECT_FALSE(is_fork(
      {{"CIRCLE_PROJECT_USERNAME", "us"}, {"CIRCLE_PULL_REQUEST", "https://example.com/us/orders/pull/1"}}));
}

TEST(forks, are_known_by_github) {
  EXPECT_TRUE(github_says_fork(
      R"({"pull_request":{"head":{"repo":{"full_name":"somebody/orders"}},"base":{"repo":{"full_name":"us/orders"}}}})"));
  EXPECT_FALSE(github_says_fork(
      R"({"pull_request":{"head":{"repo":{"full_name":"us/orders"}},"base":{"repo":{"full_name":"us/orders"}}}})"));
}

TEST(forks, that_were_deleted_meanwhile_are_forks_still) {
  EXPECT_TRUE(github_says_fork(
      R"({"pull_request":{"head":{"repo":null},"base":{"repo":{"full_name":"us/orders"}}}})"));
}

TEST(forks, cannot_hide_behind_an_event_that_cannot_be_read) {
  EXPECT_TRUE(github_says_fork("{"));
  EXPECT_TRUE(
      is_fork({{"GITHUB_EVENT_NAME", "pull_request_target"}, {"GITHUB_EVENT_PATH", "/no/such/file"}}));
}

TEST(forks, are_no_matter_of_a_push) {
  EXPECT_FALSE(github_says_fork(R"({"ref":"refs/heads/main"})", "push"));
}

TEST(forks, are_known_by_gitlab) {
  EXPECT_TRUE(is_fork({{"CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "7"}, {"CI_PROJECT_ID", "3"}}));
  EXPECT_FALSE(is_fork({{"CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "3"}, {"CI_PROJECT_ID", "3"}}));
}

TEST(forks, are_known_by_buildkite_whatever_the_urls_look_like) {
  const char* ours = "git@git.example.com:us/orders.git";
  EXPECT_TRUE(is_fork({{"BUILDKITE_PULL_REQUEST_REPO", "https://git.example.com/somebody/orders.git"},
                       {"BUILDKITE_REPO", ours}}));
  EXPECT_FALSE(is_fork(
      {{"BUILDKITE_PULL_REQUEST_REPO", "https://git.example.com/us/orders"}, {"BUILDKITE_REPO", ours}}));
  EXPECT_FALSE(is_fork({{"BUILDKITE_PULL_REQUEST_REPO", ""}, {"BUILDKITE_REPO", ours}}));
}

}  // namespace
}  // namespace cicd
