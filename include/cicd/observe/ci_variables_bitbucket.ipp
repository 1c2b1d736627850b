// Bitbucket Pipelines. It does not say what started a pipeline, nor where a pull request comes from.
// https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
#pragma once

#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

void read_bitbucket(ci_variables& variables, ci_event& to) {
  to.commit = variables["BITBUCKET_COMMIT"];
  to.repository = variables["BITBUCKET_GIT_HTTP_ORIGIN"];
  const std::string branch = variables["BITBUCKET_BRANCH"];
  if (const std::string number = variables["BITBUCKET_PR_ID"]; !number.empty()) {
    to.request = number;
    to.kind = event_kind::pull_request;
    to.branch = variables["BITBUCKET_PR_DESTINATION_BRANCH"];
    to.source_branch = branch;
    return cannot_be_told("BITBUCKET_PR_ID", to);
  }
  take_ref(event_kind::push, branch, variables["BITBUCKET_TAG"], to);
}

}  // namespace cicd::observing
