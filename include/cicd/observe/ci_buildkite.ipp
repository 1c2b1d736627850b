// Buildkite. https://buildkite.com/docs/pipelines/configure/environment-variables
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace ci_buildkite {
namespace {

/// Who presses "New build" may name any branch; a webhook is the code host's.
event_kind kind_of(const std::string& source) {
  if (source == "webhook") return event_kind::push;
  return source == "schedule" ? event_kind::schedule : event_kind::by_hand;
}

}  // namespace
}  // namespace ci_buildkite

void read_buildkite(ci_variables& variables, ci_event& to) {
  using namespace ci_buildkite;
  constexpr const char* theirs = "BUILDKITE_PULL_REQUEST_REPO";
  const std::string number = variables["BUILDKITE_PULL_REQUEST"], branch = variables["BUILDKITE_BRANCH"];
  const std::string source = variables["BUILDKITE_SOURCE"];
  // A build that was started by hand may name the commit `HEAD`.
  if (const std::string commit = variables["BUILDKITE_COMMIT"]; commit != "HEAD") to.commit = commit;
  to.repository = variables["BUILDKITE_REPO"];
  const bool is_request = (!number.empty() && number != "false") || !variables[theirs].empty();
  if (!is_request) {
    take_ref(kind_of(source), branch, variables["BUILDKITE_TAG"], to);
    if (source.empty()) contradict("BUILDKITE_SOURCE", "it is not set", to);
    return;
  }
  to.kind = event_kind::pull_request;
  to.branch = variables["BUILDKITE_PULL_REQUEST_BASE_BRANCH"];
  to.source_branch = branch;
  compare_repositories(repository_in(variables[theirs]), repository_in(to.repository), theirs, to);
}

}  // namespace cicd::observing
