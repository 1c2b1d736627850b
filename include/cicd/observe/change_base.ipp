// `git merge-base`, and what to fetch where it has no answer.
#pragma once

#include <cicd/observe/change_base.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/observe/git_program.hpp>

namespace cicd {

namespace observe_change_base {
namespace {

using observing::ask_git;

/// A branch as `origin` had it comes before one of this clone, which may lag behind.
std::string ref_there(const std::string& folder, const std::string& name, const surroundings& around) {
  for (const std::string& each : {"refs/remotes/origin/" + name, name})
    if (ask_git(folder, {"rev-parse", "--verify", "--quiet", "--end-of-options", each + "^{commit}"}, around)
            .end.good())
      return each;
  return {};
}

std::string shown(const std::string& ref) {
  constexpr std::string_view remotes = "refs/remotes/";
  return displayable(ref.starts_with(remotes) ? ref.substr(remotes.size()) : ref);
}

error not_there(const std::string& folder, const std::string& name, const surroundings& around) {
  return error{
      exit_class::usage, {}, "the commit to compare with is not in this clone", displayable(name), {}}
      .with("did you mean", nearest(name, branches_in(folder, around)).value_or(""))
      .with("allowed", "a branch, a tag or a commit that is there")
      .with("try", fmt::format("git -C {} fetch origin {}, or --since <commit>", shell_quoted(folder),
                               shell_quoted(name)));
}

error no_base(const std::string& folder, const std::string& ref, bool is_shallow) {
  error none{exit_class::usage, {}, "there is no merge base of HEAD and this commit", shown(ref), {}};
  if (!is_shallow) return std::move(none).with("try", "--since <commit> of the same history");
  return std::move(none)
      .with("caused by", "a shallow clone does not reach so far")
      .with("try", fmt::format("git -C {} fetch --unshallow, or --or-all", shell_quoted(folder)));
}

}  // namespace
}  // namespace observe_change_base

result<change_base> change_base_of(const std::string& folder,
                                   const std::string& since,
                                   const ci_event& event,
                                   const surroundings& around) {
  using namespace observe_change_base;
  const git_state git = git_state_of(folder, around);
  if (!git.repository || !git.commit)
    return error{exit_class::usage, {}, "not in a git repository with a commit", folder, {}}.with(
        "allowed", "--affected in a repository");
  std::string name = since.empty() && event.is_proposed() ? event.branch : since, ref;
  if (name.empty()) {
    const captured head = ask_git(folder, {"symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"}, around);
    if (!head.end.good())
      return error{exit_class::usage,
                   {},
                   "it is not known what the change is compared with",
                   {},
                   {{"caused by", "this clone does not have the default branch of 'origin'"},
                    {"try", "--since main, or git remote set-head origin --auto"}}};
    ref = std::string(trimmed(head.out));
  } else {
    ref = ref_there(folder, name, around);
    if (ref.empty()) return not_there(folder, name, around);
  }
  const captured base = ask_git(folder, {"merge-base", ref, "HEAD"}, around);
  const std::string commit(trimmed(base.out));
  if (!base.end.good() || commit.empty()) return no_base(folder, ref, git.shallow);
  if (!name.empty() || commit != *git.commit) return change_base{commit, "the merge base with " + shown(ref)};
  const auto changes = changes_in(git.top, around);
  if (!changes) return changes.error();
  if (!changes->empty()) return change_base{commit, "HEAD, which is on " + shown(ref)};
  const auto before = commit_before(folder, commit, around);
  if (!before) return no_base(folder, "HEAD^", git.shallow);
  return change_base{*before, fmt::format("the commit before HEAD, which is on {}", shown(ref))};
}

}  // namespace cicd
