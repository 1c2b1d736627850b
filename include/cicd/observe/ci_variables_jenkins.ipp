// Jenkins: a multibranch project names branch, tag and change request itself (branch-api plugin); elsewhere
// the git plugin names the branch, and a plugin of a code host what it builds. It does not say who or what
// started a build.
#pragma once

#include <array>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace observe_ci_variables_jenkins {
namespace {

/// The git plugin's `origin/main`, `refs/remotes/origin/main`; a detached head is none.
std::string branch_of_git_plugin(std::string name) {
  constexpr std::string_view remotes = "refs/remotes/", remote = "origin/";
  if (name.starts_with(remotes)) name.erase(0, remotes.size());
  if (name.starts_with(remote)) name.erase(0, remote.size());
  return name == "detached" ? "" : name;
}

/// CHANGE_FORK is there for forks only, and CHANGE_BRANCH wherever Jenkins knows where it comes from.
void take_change(ci_variables& variables, ci_event& to) {
  const std::string fork = variables["CHANGE_FORK"];
  to.kind = event_kind::pull_request;
  to.request = variables["CHANGE_ID"];
  to.branch = variables["CHANGE_TARGET"];
  to.source_branch = variables["CHANGE_BRANCH"];
  to.actor = variables.person("CHANGE_AUTHOR_DISPLAY_NAME", "CHANGE_AUTHOR_EMAIL");
  if (!fork.empty())
    to.fork = displayable(fork) + " (CHANGE_FORK)";
  else if (to.source_branch.empty())
    cannot_be_told("CHANGE_BRANCH", to);
}

/// What a code host's plugin calls a pull request's number, base, source and the two repositories.
struct request_plugin {
  const char *number, *base, *source, *theirs, *ours;
};
constexpr std::array<request_plugin, 4> plugins = {
    {{"ghprbPullId", "ghprbTargetBranch", "ghprbSourceBranch", "ghprbAuthorRepoGitUrl", "ghprbGhRepository"},
     {"gitlabMergeRequestIid", "gitlabTargetBranch", "gitlabSourceBranch", "gitlabSourceRepoHttpUrl",
      "gitlabTargetRepoHttpUrl"},
     {"GITHUB_PR_NUMBER", "GITHUB_PR_TARGET_BRANCH", "GITHUB_PR_SOURCE_BRANCH", "", ""},
     {"GERRIT_CHANGE_NUMBER", "GERRIT_BRANCH", "", "", ""}}};

/// `ours` may be a name without its host.
void take_request(const request_plugin& of, ci_variables& variables, ci_event& to) {
  const std::string theirs = repository_in(variables[of.theirs]), ours = repository_in(variables[of.ours]);
  to.kind = event_kind::pull_request;
  to.request = variables[of.number];
  to.branch = variables[of.base];
  to.source_branch = variables[of.source];
  if (!ours.empty() && theirs.ends_with("/" + ours)) return;
  compare_repositories(theirs, ours, *of.theirs == '\0' ? of.number : of.theirs, to);
}

/// A change of Gerrit that was taken in is on its branch.
bool is_taken_in(ci_variables& variables) {
  const std::string event = variables["GERRIT_EVENT_TYPE"];
  return event == "change-merged" || event == "ref-updated";
}

}  // namespace
}  // namespace observe_ci_variables_jenkins

void read_jenkins(ci_variables& variables, ci_event& to) {
  using namespace observe_ci_variables_jenkins;
  to.commit = variables["GIT_COMMIT"];
  to.repository = variables.first_of({"GIT_URL", "GIT_URL_1"});
  to.actor = variables.person("BUILD_USER", "BUILD_USER_EMAIL");
  if (!variables.first_of({"CHANGE_ID", "CHANGE_TARGET", "CHANGE_FORK"}).empty())
    return take_change(variables, to);
  for (const request_plugin& each : plugins)
    if (!variables[each.number].empty() && !is_taken_in(variables)) return take_request(each, variables, to);
  if (to.commit.empty()) require("BUILD_URL", variables["BUILD_URL"], to);
  const std::string git = variables["GIT_BRANCH"], tag = variables["TAG_NAME"];
  const std::string branch = variables.first_of({"BRANCH_NAME", "GIT_LOCAL_BRANCH"});
  take_ref(event_kind::push, branch.empty() ? branch_of_git_plugin(git) : branch,
           tag.empty() ? tag_in(git) : tag, to);
}

}  // namespace cicd::observing
