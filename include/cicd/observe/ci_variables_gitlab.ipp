// GitLab CI. https://docs.gitlab.com/ci/variables/predefined_variables/
#pragma once

#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace observe_ci_variables_gitlab {
namespace {

/// A merge request's pipeline runs in the target's project or, for a fork, in the fork's own.
void take_merge_request(ci_variables& variables, ci_event& to) {
  constexpr const char* source_project = "CI_MERGE_REQUEST_SOURCE_PROJECT_ID";
  const std::string theirs = variables[source_project], here = variables["CI_PROJECT_ID"];
  const std::string target = variables.first_of({"CI_MERGE_REQUEST_PROJECT_ID", "CI_PROJECT_ID"});
  const bool is_train = variables["CI_MERGE_REQUEST_EVENT_TYPE"] == "merge_train";
  to.kind = is_train ? event_kind::merge_queue : event_kind::pull_request;
  to.request = variables.first_of({"CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_ID"});
  if (to.request.empty()) to.request = request_in(variables["CI_COMMIT_REF_NAME"]);
  to.branch = variables["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"];
  to.source_branch = variables["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"];
  compare_repositories(theirs, theirs == here ? target : here, source_project, to);
  const std::string path = variables["CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"];
  if (to.fork && !path.empty())
    compare_repositories(path, "another one", "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", to);
}

/// A pull request of GitHub for which GitLab runs the pipelines.
void take_external_request(ci_variables& variables, ci_event& to) {
  constexpr const char* source = "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY";
  to.kind = event_kind::pull_request;
  to.request = variables["CI_EXTERNAL_PULL_REQUEST_IID"];
  to.branch = variables["CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"];
  to.source_branch = variables["CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME"];
  compare_repositories(variables[source], variables["CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY"], source,
                       to);
}

/// A child pipeline is its parent's, of the same ref; all others are started by an API, another project, a
/// person.
event_kind kind_of(const std::string& source) {
  if (source == "push" || source == "parent_pipeline") return event_kind::push;
  return source == "schedule" ? event_kind::schedule : event_kind::by_hand;
}

bool is_merge_request(ci_variables& variables, const std::string& source) {
  const std::string number =
      variables.first_of({"CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_ID", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
                          "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"});
  return source == "merge_request_event" || !number.empty()
         || is_request_ref(variables["CI_COMMIT_REF_NAME"]);
}

}  // namespace
}  // namespace observe_ci_variables_gitlab

void read_gitlab(ci_variables& variables, ci_event& to) {
  using namespace observe_ci_variables_gitlab;
  const std::string source = variables["CI_PIPELINE_SOURCE"];
  to.commit = variables["CI_COMMIT_SHA"];
  to.repository = variables.first_of({"CI_REPOSITORY_URL", "CI_PROJECT_URL"});
  to.actor = variables.person("GITLAB_USER_NAME", "GITLAB_USER_EMAIL");
  if (to.actor.empty()) to.actor = variables.person("GITLAB_USER_LOGIN");
  if (source == "external_pull_request_event" || !variables["CI_EXTERNAL_PULL_REQUEST_IID"].empty())
    return take_external_request(variables, to);
  if (is_merge_request(variables, source)) return take_merge_request(variables, to);
  take_ref(kind_of(source), variables["CI_COMMIT_BRANCH"], variables["CI_COMMIT_TAG"], to);
  require("CI_PIPELINE_SOURCE", source, to);
}

}  // namespace cicd::observing
