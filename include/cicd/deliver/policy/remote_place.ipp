// The remote branch of a checkout, by the CI system or git's settings, and the questions to it.
#pragma once

#include <algorithm>
#include <map>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/deliver/git/git_text.hpp>
#include <cicd/deliver/git/local_repository.hpp>
#include <cicd/deliver/policy/remote_place.hpp>
#include <cicd/observe/ci_variables.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace deliver_policy_remote_place {
namespace {

/// What git's configuration says of remotes and upstreams: `remote.origin.url` → value.
using settings = std::map<std::string, std::string, std::less<>>;

settings settings_of(const std::string& folder, const surroundings& around) {
  const captured answer = observing::ask_git(
      folder, {"config", "-z", "--get-regexp", "^(remote\\..*\\.url|branch\\..*\\.(remote|merge))$"}, around);
  settings all;
  for (const std::string_view part : observing::nul_separated(answer.out)) {
    const auto end = part.find('\n');
    if (end != part.npos) all.emplace(std::string(part.substr(0, end)), std::string(part.substr(end + 1)));
  }
  return all;
}

std::string value_of(const settings& all, const std::string& name) {
  const auto found = all.find(name);
  return found == all.end() ? std::string() : found->second;
}

std::map<std::string, std::string> remotes_in(const settings& all) {
  constexpr std::string_view before = "remote.", behind = ".url";
  std::map<std::string, std::string> remotes;
  for (const auto& [name, url] : all)
    if (name.starts_with(before) && name.ends_with(behind) && name.size() > before.size() + behind.size())
      remotes.emplace(name.substr(before.size(), name.size() - before.size() - behind.size()), url);
  return remotes;
}

struct remote_branch {
  std::string name, url, branch;  ///< the remote's name is empty where only its URL is known
};

std::string upstream_branch(const settings& all, const std::string& local) {
  constexpr std::string_view heads = "refs/heads/";
  const std::string merge = value_of(all, "branch." + local + ".merge");
  return merge.starts_with(heads) ? merge.substr(heads.size()) : std::string();
}

/// Which branch is meant: that of the upstream, the one of the same name, or what the CI system says.
std::string branch_for(const source_facts& source,
                       std::string_view pattern,
                       const ci_event& event,
                       const settings& all) {
  std::vector<std::string> candidates;
  if (source.git.branch) candidates = {upstream_branch(all, *source.git.branch), *source.git.branch};
  if (!event.is_proposed() && !source.is_declaration) candidates.push_back(event.branch);
  candidates.emplace_back(pattern);  // `PIPELINE_REF main` names a branch itself
  for (const std::string& each : candidates)
    if (!each.empty() && ref_matches(pattern, each)) return each;
  return {};
}

std::string remote_of_clone(const source_facts& source,
                            const settings& all,
                            const std::map<std::string, std::string>& remotes) {
  const std::string own =
      source.git.branch ? value_of(all, "branch." + *source.git.branch + ".remote") : std::string();
  if (remotes.contains(own)) return own;
  if (remotes.contains("origin")) return "origin";
  return remotes.size() == 1 ? remotes.begin()->first : std::string();
}

remote_branch remote_for(const source_facts& source, const ci_event& event, const settings& all) {
  const std::map<std::string, std::string> remotes = remotes_in(all);
  // The event speaks of one repository, which need not be that of the declaration.
  const bool is_of_event =
      !source.is_declaration || (!event.commit.empty() && event.commit == source.git.commit);
  if (event.repository.empty() || !is_of_event) {
    const std::string name = remote_of_clone(source, all, remotes);
    return {name, name.empty() ? std::string() : remotes.at(name), {}};
  }
  for (const auto& [name, url] : remotes)
    if (observing::repository_in(url) == observing::repository_in(event.repository)) return {name, url, {}};
  return {{}, event.repository, {}};
}

/// The tip of the branch there; empty where there is no such branch.
result<std::string> tip_of(const remote_branch& at,
                           const observing::git_layout& clone,
                           const surroundings& around,
                           const cancellation* cancelled) {
  const std::string local = local_path_of(at.url);
  if (!local.empty())
    if (auto tip = local_tip(local, at.branch)) return *std::move(tip);
  // By its name, so that what the clone's configuration says of logins and of other URLs holds. The URL of a
  // CI system may bear a login.
  const bool is_by_url = at.name.empty() || !local.empty();
  result<git_client> git = git_client::find(around, cancelled, is_by_url ? at.url : std::string());
  if (!git) return std::move(git).error();
  const std::string ref = "refs/heads/" + at.branch;
  const captured listed = git->run(clone.own, {"ls-remote", "--quiet", "--end-of-options",
                                               is_by_url ? url_without_login(at.url) : at.name, ref});
  if (!listed.end.good())
    return git_failure(*git, at.url,
                       "the remote repository does not answer, so it is not known what its branch holds",
                       listed);
  return git_ref_in(listed.out, ref);
}

remote_place::answer answer_for(const source_facts& source,
                                const std::string& tip,
                                const surroundings& around) {
  using enum remote_place::answer;
  if (tip.empty()) return no_branch;
  if (tip == *source.git.commit) return on_it;
  const std::optional<bool> contained = is_ancestor(source.folder, *source.git.commit, tip, around);
  if (contained) return *contained ? on_it : not_on_it;
  return source.git.shallow ? shallow : tip_unknown;
}

}  // namespace
}  // namespace deliver_policy_remote_place

result<remote_place> place_on_remote(const source_facts& source,
                                     std::string_view pattern,
                                     const ci_event& event,
                                     const surroundings& around,
                                     const cancellation* cancelled) {
  using namespace deliver_policy_remote_place;
  const auto clone = observing::git_layout_of(source.folder);
  if (!clone || !source.git.commit) return remote_place{};
  const settings all = settings_of(clone->top, around);
  remote_branch at = remote_for(source, event, all);
  at.branch = branch_for(source, pattern, event, all);
  if (at.url.empty() || at.branch.empty()) return remote_place{};
  if (at.url.find(':') == at.url.npos && !at.url.starts_with('/'))
    at.url = normal_path(clone->top + "/" + at.url);
  if (const auto real = real_path(local_path_of(at.url));
      real && (real == real_path(clone->top) || real == real_path(clone->common)))
    return remote_place{};  // a clone is no remote of itself
  if (status fine = check_repository_url(at.url, around); !fine) return std::move(fine).error();
  if (status fine = check_branch_name(at.branch); !fine) return std::move(fine).error();
  const result<std::string> tip = tip_of(at, *clone, around, cancelled);
  if (!tip) return tip.error();
  const std::string shown = displayable(shown_url(at.url));
  return remote_place{answer_for(source, *tip, around), shown, displayable(at.branch),
                      at.name.empty() ? shown : displayable(at.name)};
}

}  // namespace cicd
