// CircleCI. It builds branches' heads, never a merge: with CIRCLE_PULL_REQUEST, a push to a branch of ours
// that has an open pull request is still a push to that branch. A fork's pull request is a branch
// `pull/<number>`. https://circleci.com/docs/reference/variables/
#pragma once

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace observe_ci_variables_circle {
namespace {

/// `us/orders` of a pull request's address `https://github.com/us/orders/pull/12`: where it asks to be taken
/// in.
std::string base_in(const std::string& address) {
  const std::string path = repository_in(address);
  const auto host = path.find('/');
  if (host == path.npos) return {};
  const auto owner = path.find('/', host + 1);
  return path.substr(host + 1, owner == path.npos ? owner : path.find('/', owner + 1) - host - 1);
}

/// `12` of it; of several addresses the last one's.
std::string number_in(const std::string& address) {
  return address.substr(address.rfind('/') + 1);
}

/// Projects of CircleCI's GitHub App, of GitLab and others have none of the variables that tell of pull
/// requests.
constexpr const char* untold =
    "CIRCLE_REPOSITORY_URL is not set, as in projects where CircleCI does not tell of pull requests";

}  // namespace
}  // namespace observe_ci_variables_circle

void read_circle(ci_variables& variables, ci_event& to) {
  using namespace observe_ci_variables_circle;
  const std::string branch = variables["CIRCLE_BRANCH"], user = variables["CIRCLE_PR_USERNAME"];
  const std::string theirs = user + "/" + variables["CIRCLE_PR_REPONAME"];
  const std::string ours = variables["CIRCLE_PROJECT_USERNAME"] + "/" + variables["CIRCLE_PROJECT_REPONAME"];
  to.commit = variables["CIRCLE_SHA1"];
  to.repository = variables["CIRCLE_REPOSITORY_URL"];
  to.actor = variables.person("CIRCLE_USERNAME");
  const bool is_theirs = theirs != "/" && lower(theirs) != lower(ours);
  const std::string address = variables.first_of({"CIRCLE_PULL_REQUEST", "CIRCLE_PULL_REQUESTS"});
  const std::string base = base_in(address), number = variables["CIRCLE_PR_NUMBER"];
  const bool is_elsewhere = !base.empty() && !ours.ends_with('/') && base != lower(ours);
  if (!is_theirs && !is_elsewhere && number.empty()) {
    if (to.repository.empty()) to.contradictions.emplace_back(untold);
    return take_ref(event_kind::push, branch, variables["CIRCLE_TAG"], to);
  }
  to.kind = event_kind::pull_request;
  to.request = number.empty() ? request_in(branch) : number;
  if (to.request.empty()) to.request = number_in(address);
  if (!is_request_ref(branch)) to.source_branch = branch;
  if (is_theirs) return compare_repositories(theirs, ours, "CIRCLE_PR_USERNAME", to);
  // A fork that is built in its own project, with a pull request to another one.
  if (is_elsewhere) return compare_repositories(lower(ours), base, "CIRCLE_PULL_REQUEST", to);
  cannot_be_told("CIRCLE_PR_NUMBER", to);
}

}  // namespace cicd::observing
