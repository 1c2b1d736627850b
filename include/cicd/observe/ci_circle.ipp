// CircleCI. It builds branches' heads, never a merge: with CIRCLE_PULL_REQUEST a push to a branch of ours
// that has an open pull request is still a push to that branch. A fork's pull request is a branch
// `pull/<number>`. https://circleci.com/docs/reference/variables/
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace ci_circle {
namespace {

/// `us/orders` of the pull request's address `https://github.com/us/orders/pull/12`: where it asks to be
/// taken in.
std::string base_in(const std::string& address) {
  const std::string path = repository_in(address);
  const auto host = path.find('/');
  const auto end = host == path.npos ? host : path.find('/', path.find('/', host + 1) + 1);
  return host == path.npos ? "" : path.substr(host + 1, end == path.npos ? end : end - host - 1);
}

}  // namespace
}  // namespace ci_circle

void read_circle(ci_variables& variables, ci_event& to) {
  using namespace ci_circle;
  const std::string branch = variables["CIRCLE_BRANCH"], tag = variables["CIRCLE_TAG"];
  const std::string user = variables["CIRCLE_PR_USERNAME"], name = variables["CIRCLE_PR_REPONAME"];
  const std::string ours = lower(variables["CIRCLE_PROJECT_USERNAME"]),
                    repository = lower(variables["CIRCLE_PROJECT_REPONAME"]);
  to.commit = variables["CIRCLE_SHA1"];
  to.repository = variables["CIRCLE_REPOSITORY_URL"];
  const bool is_theirs =
      (!user.empty() || !name.empty()) && (lower(user) != ours || lower(name) != repository);
  const std::string asked = base_in(variables["CIRCLE_PULL_REQUEST"]);
  const bool is_elsewhere = !asked.empty() && !repository.empty() && asked != ours + "/" + repository;
  const bool is_request =
      is_theirs || is_elsewhere || branch.starts_with("pull/") || !variables["CIRCLE_PR_NUMBER"].empty();
  if (!is_request) return take_ref(event_kind::push, branch, tag, to);
  to.kind = event_kind::pull_request;
  if (!branch.starts_with("pull/")) to.source_branch = branch;
  if (is_elsewhere && !is_theirs)
    to.fork = displayable(ours + "/" + repository) + " (CIRCLE_PULL_REQUEST)";
  else if (is_theirs)
    to.fork = displayable(user + "/" + name) + " (CIRCLE_PR_USERNAME)";
  else if (user.empty())
    cannot_be_told("CIRCLE_PR_USERNAME", to);
}

}  // namespace cicd::observing
