// Woodpecker. It knows whether a pull request comes from a fork but does not tell the steps, so that each
// counts as one. https://woodpecker-ci.org/docs/usage/environment
#pragma once

#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace observe_ci_variables_woodpecker {
namespace {

/// `deployment` and `manual` are a user's.
event_kind kind_of(const std::string& event) {
  if (event == "push" || event == "tag" || event == "release") return event_kind::push;
  return event == "cron" ? event_kind::schedule : event_kind::by_hand;
}

}  // namespace
}  // namespace observe_ci_variables_woodpecker

void read_woodpecker(ci_variables& variables, ci_event& to) {
  using namespace observe_ci_variables_woodpecker;
  // Before 1.0: CI_BUILD_EVENT, CI_REPO_REMOTE.
  const std::string event = variables.first_of({"CI_PIPELINE_EVENT", "CI_BUILD_EVENT"});
  const std::string ref = variables["CI_COMMIT_REF"];
  to.commit = variables["CI_COMMIT_SHA"];
  to.repository = variables.first_of({"CI_REPO_CLONE_URL", "CI_REPO_REMOTE", "CI_REPO_URL"});
  to.actor = variables.person("CI_PIPELINE_AUTHOR");
  if (to.actor.empty()) to.actor = variables.person("CI_COMMIT_AUTHOR", "CI_COMMIT_AUTHOR_EMAIL");
  const std::string number = variables["CI_COMMIT_PULL_REQUEST"];
  if (event.starts_with("pull_request") || !number.empty() || is_request_ref(ref)) {
    to.kind = event_kind::pull_request;
    to.request = number.empty() ? request_in(ref) : number;
    to.branch = variables.first_of({"CI_COMMIT_TARGET_BRANCH", "CI_COMMIT_BRANCH"});
    to.source_branch = variables["CI_COMMIT_SOURCE_BRANCH"];
    return cannot_be_told("CI_COMMIT_PULL_REQUEST", to);
  }
  const std::string tag = variables["CI_COMMIT_TAG"];
  take_ref(kind_of(event), variables["CI_COMMIT_BRANCH"], tag.empty() ? tag_in(ref) : tag, to);
  require("CI_PIPELINE_EVENT", event, to);
  if ((event == "tag" && to.tag.empty()) || (event == "push" && !to.tag.empty()))
    to.contradictions.emplace_back("CI_PIPELINE_EVENT and CI_COMMIT_TAG do not fit together");
}

}  // namespace cicd::observing
