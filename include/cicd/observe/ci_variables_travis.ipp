// Travis CI. It names neither the address of the repository nor who set it off.
// https://docs.travis-ci.com/user/environment-variables/
#pragma once

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace observe_ci_variables_travis {
namespace {

event_kind kind_of(const std::string& type) {
  if (type == "push") return event_kind::push;
  return type == "cron" ? event_kind::schedule : event_kind::by_hand;
}

}  // namespace
}  // namespace observe_ci_variables_travis

void read_travis(ci_variables& variables, ci_event& to) {
  using namespace observe_ci_variables_travis;
  constexpr const char* theirs = "TRAVIS_PULL_REQUEST_SLUG";
  const std::string type = variables["TRAVIS_EVENT_TYPE"], number = variables["TRAVIS_PULL_REQUEST"];
  // Of a pull request the base, of a tag its name.
  const std::string branch = variables["TRAVIS_BRANCH"];
  to.commit = variables["TRAVIS_COMMIT"];
  if (type == "pull_request" || (!number.empty() && number != "false") || !variables[theirs].empty()) {
    to.kind = event_kind::pull_request;
    if (number != "false") to.request = number;
    to.branch = branch;
    to.source_branch = variables["TRAVIS_PULL_REQUEST_BRANCH"];
    return compare_repositories(lower(variables[theirs]), lower(variables["TRAVIS_REPO_SLUG"]), theirs, to);
  }
  take_ref(kind_of(type), branch, variables["TRAVIS_TAG"], to);
  require("TRAVIS_EVENT_TYPE", type, to);
}

}  // namespace cicd::observing
