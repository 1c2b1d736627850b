// Jenkins: a multibranch project names branch, tag and change request itself (branch-api plugin); elsewhere
// the git plugin names the branch. It does not say who or what started a build.
#pragma once

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/observe/ci_variables.hpp>

namespace cicd::observing {

namespace ci_jenkins {
namespace {

/// The git plugin's `origin/main`, `refs/remotes/origin/main`; a merge or a detached head is none.
std::string branch_of_git_plugin(std::string name) {
  constexpr std::string_view remotes = "refs/remotes/", remote = "origin/";
  if (name.starts_with(remotes)) name.erase(0, remotes.size());
  if (name.starts_with(remote)) name.erase(0, remote.size());
  return name == "detached" ? "" : branch_in(name);
}

/// CHANGE_FORK is there for forks only, and CHANGE_BRANCH wherever Jenkins knows where it comes from.
void take_change(ci_variables& variables, ci_event& to) {
  const std::string fork = variables["CHANGE_FORK"];
  to.kind = event_kind::pull_request;
  to.branch = variables["CHANGE_TARGET"];
  to.source_branch = variables["CHANGE_BRANCH"];
  if (!fork.empty())
    to.fork = displayable(fork) + " (CHANGE_FORK)";
  else if (to.source_branch.empty())
    cannot_be_told("CHANGE_BRANCH", to);
}

}  // namespace
}  // namespace ci_jenkins

void read_jenkins(ci_variables& variables, ci_event& to) {
  using namespace ci_jenkins;
  to.commit = variables["GIT_COMMIT"];
  to.repository = variables.first_of({"GIT_URL", "GIT_URL_1"});
  if (!variables.first_of({"CHANGE_ID", "CHANGE_TARGET", "CHANGE_FORK"}).empty())
    return take_change(variables, to);
  const std::string git = variables["GIT_BRANCH"], tag = variables["TAG_NAME"];
  const std::string named = variables["BRANCH_NAME"];
  take_ref(event_kind::push, named.empty() ? branch_of_git_plugin(git) : named,
           tag.empty() ? tag_in(git) : tag, to);
}

}  // namespace cicd::observing
