// Azure Pipelines. https://learn.microsoft.com/azure/devops/pipelines/build/variables
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace observe_ci_variables_azure {
namespace {

event_kind kind_of(const std::string& reason) {
  if (reason == "IndividualCI" || reason == "BatchedCI") return event_kind::push;
  return reason == "Schedule" ? event_kind::schedule : event_kind::by_hand;
}

void take_request(ci_variables& variables, ci_event& to) {
  constexpr const char* is_fork = "SYSTEM_PULLREQUEST_ISFORK";
  to.kind = event_kind::pull_request;
  to.request =
      variables.first_of({"SYSTEM_PULLREQUEST_PULLREQUESTID", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER"});
  if (to.request.empty()) to.request = request_in(variables["BUILD_SOURCEBRANCH"]);
  to.branch = branch_in(variables["SYSTEM_PULLREQUEST_TARGETBRANCH"]);
  to.source_branch = branch_in(variables["SYSTEM_PULLREQUEST_SOURCEBRANCH"]);
  if (const std::string said = lower(variables[is_fork]); said == "false" || said == "0") return;
  const std::string theirs = variables["SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI"];
  if (theirs.empty()) return cannot_be_told(is_fork, to);
  to.fork = fmt::format("{} ({})", displayable(repository_in(theirs)), is_fork);
}

}  // namespace
}  // namespace observe_ci_variables_azure

void read_azure(ci_variables& variables, ci_event& to) {
  using namespace observe_ci_variables_azure;
  const std::string reason = variables["BUILD_REASON"], ref = variables["BUILD_SOURCEBRANCH"];
  to.commit = variables["BUILD_SOURCEVERSION"];
  to.repository = variables["BUILD_REPOSITORY_URI"];
  to.actor = variables.person("BUILD_REQUESTEDFOR", "BUILD_REQUESTEDFOREMAIL");
  if (reason == "PullRequest" || is_request_ref(ref)
      || lower(variables["SYSTEM_PULLREQUEST_ISFORK"]) == "true"
      || !variables.first_of({"SYSTEM_PULLREQUEST_PULLREQUESTID", "SYSTEM_PULLREQUEST_SOURCEBRANCH"}).empty())
    return take_request(variables, to);
  take_ref(kind_of(reason), ref, tag_in(ref), to);
  require("BUILD_REASON", reason, to);
}

}  // namespace cicd::observing
