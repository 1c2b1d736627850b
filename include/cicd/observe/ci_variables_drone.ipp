// Drone. It knows whether a pull request comes from a fork but does not tell the steps, so that each counts
// as one. https://docs.drone.io/pipeline/environment/reference/
#pragma once

#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace observe_ci_variables_drone {
namespace {

/// `promote`, `rollback` and `custom` are a user's, of what was built before.
event_kind kind_of(const std::string& event) {
  if (event == "push" || event == "tag") return event_kind::push;
  return event == "cron" ? event_kind::schedule : event_kind::by_hand;
}

}  // namespace
}  // namespace observe_ci_variables_drone

void read_drone(ci_variables& variables, ci_event& to) {
  using namespace observe_ci_variables_drone;
  const std::string event = variables["DRONE_BUILD_EVENT"], ref = variables["DRONE_COMMIT_REF"];
  to.commit = variables.first_of({"DRONE_COMMIT_SHA", "DRONE_COMMIT"});
  to.repository = variables.first_of({"DRONE_GIT_HTTP_URL", "DRONE_REMOTE_URL", "DRONE_REPO_LINK"});
  to.actor = variables.person("DRONE_COMMIT_AUTHOR", "DRONE_COMMIT_AUTHOR_EMAIL");
  const std::string number = variables["DRONE_PULL_REQUEST"];
  if (event.starts_with("pull_request") || !number.empty() || is_request_ref(ref)) {
    to.kind = event_kind::pull_request;
    to.request = number.empty() ? request_in(ref) : number;
    to.branch = variables.first_of({"DRONE_TARGET_BRANCH", "DRONE_BRANCH"});
    to.source_branch = variables["DRONE_SOURCE_BRANCH"];
    return cannot_be_told("DRONE_PULL_REQUEST", to);
  }
  const std::string tag = variables["DRONE_TAG"];
  take_ref(kind_of(event), variables["DRONE_BRANCH"], tag.empty() ? tag_in(ref) : tag, to);
  require("DRONE_BUILD_EVENT", event, to);
  if ((event == "tag" && to.tag.empty()) || (event == "push" && !to.tag.empty()))
    to.contradictions.emplace_back("DRONE_BUILD_EVENT and DRONE_TAG do not fit together");
}

}  // namespace cicd::observing
