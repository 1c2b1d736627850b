// Buildkite. https://buildkite.com/docs/pipelines/configure/environment-variables
#pragma once

#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace observe_ci_variables_buildkite {
namespace {

/// A webhook is the code host's; `ui`, `api` and `trigger_job` are a user's or a pipeline's, who may name any
/// branch.
event_kind kind_of(const std::string& source) {
  if (source == "webhook") return event_kind::push;
  return source == "schedule" ? event_kind::schedule : event_kind::by_hand;
}

}  // namespace
}  // namespace observe_ci_variables_buildkite

void read_buildkite(ci_variables& variables, ci_event& to) {
  using namespace observe_ci_variables_buildkite;
  constexpr const char* theirs = "BUILDKITE_PULL_REQUEST_REPO";
  const std::string number = variables["BUILDKITE_PULL_REQUEST"], branch = variables["BUILDKITE_BRANCH"];
  const std::string source = variables["BUILDKITE_SOURCE"];
  // A build that was started by hand may name the commit `HEAD`.
  if (const std::string commit = variables["BUILDKITE_COMMIT"]; commit != "HEAD") to.commit = commit;
  to.repository = variables["BUILDKITE_REPO"];
  to.actor = variables.person("BUILDKITE_BUILD_CREATOR", "BUILDKITE_BUILD_CREATOR_EMAIL");
  if (const std::string base = variables["BUILDKITE_MERGE_QUEUE_BASE_BRANCH"]; !base.empty())
    return take_queue(base, branch, to);
  const bool is_request = (!number.empty() && number != "false") || !variables[theirs].empty();
  if (!is_request) {
    take_ref(kind_of(source), branch, variables["BUILDKITE_TAG"], to);
    return require("BUILDKITE_SOURCE", source, to);
  }
  to.kind = event_kind::pull_request;
  if (number != "false") to.request = number;
  to.branch = variables["BUILDKITE_PULL_REQUEST_BASE_BRANCH"];
  to.source_branch = branch;
  compare_repositories(repository_in(variables[theirs]), repository_in(to.repository), theirs, to);
}

}  // namespace cicd::observing
