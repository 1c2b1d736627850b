// The remote branch of a checkout, by the CI system or git's settings, and the questions to it.
#pragma once

#include <algorithm>
#include <map>
#include <optional>

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

using settings = observing::git_settings;

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
  bool is_of_code = false;        ///< of a clone of ours, whose configuration has no login

  /// Else by its name, so that what the clone's configuration says of logins and of other URLs holds. The URL
  /// of a CI system or of CODE may bear a login.
  bool is_by_url() const { return name.empty() || is_of_code || !local_path_of(url).empty(); }
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
  if (!event.is_proposed() && !source.is_declaration && !source.is_elsewhere)
    candidates.push_back(event.branch);
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
  if (!source.code.empty()) return {"origin", source.code, {}, true};
  const std::map<std::string, std::string> remotes = remotes_in(all);
  // The event speaks of one repository, which need not be that of the declaration, nor of what is built
  // elsewhere.
  const bool is_of_event = (!source.is_declaration && !source.is_elsewhere)
                           || (!event.commit.empty() && event.commit == source.git.commit);
  if (event.repository.empty() || !is_of_event) {
    const std::string name = remote_of_clone(source, all, remotes);
    return {name, name.empty() ? std::string() : remotes.at(name), {}, false};
  }
  for (const auto& [name, url] : remotes)
    if (observing::repository_in(url) == observing::repository_in(event.repository))
      return {name, url, {}, false};
  return {{}, event.repository, {}, false};
}

/// What the remote lists of these refs.
result<std::string> listed(const remote_branch& at,
                           const std::vector<std::string>& refs,
                           const observing::git_layout& clone,
                           const surroundings& around,
                           const cancellation* cancelled,
                           const char* how = "--quiet") {
  result<git_client> git = git_client::find(around, cancelled, at.is_by_url() ? at.url : std::string());
  if (!git) return std::move(git).error();
  std::vector<std::string> words{"ls-remote", "--quiet", how, "--end-of-options",
                                 at.is_by_url() ? url_without_login(at.url) : at.name};
  words.insert(words.end(), refs.begin(), refs.end());
  captured printed = git->run(clone.own, words);
  if (printed.end.good()) return std::move(printed.out);
  return git_failure(*git, at.url,
                     "the remote repository does not answer, so it is not known what its branch holds",
                     printed);
}

/// The tip of the branch there; empty where there is no such branch.
result<std::string> tip_of(const remote_branch& at,
                           const observing::git_layout& clone,
                           const surroundings& around,
                           const cancellation* cancelled) {
  const std::string local = local_path_of(at.url);
  if (!local.empty())
    if (auto tip = local_tip(local, at.branch)) return *std::move(tip);
  const std::string ref = "refs/heads/" + at.branch;
  const result<std::string> printed = listed(at, {ref}, clone, around, cancelled);
  if (!printed) return printed.error();
  return git_ref_in(*printed, ref);
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

/// Where the remote is; nothing where nothing says so, or where it is the clone itself.
result<std::optional<remote_branch>> checked_remote(const source_facts& source,
                                                    const observing::git_layout& clone,
                                                    const ci_event& event,
                                                    const settings& all,
                                                    const surroundings& around) {
  remote_branch at = remote_for(source, event, all);
  if (at.url.empty()) return std::optional<remote_branch>{};
  if (at.url.find(':') == at.url.npos && !at.url.starts_with('/'))
    at.url = normal_path(clone.top + "/" + at.url);
  if (const auto real = real_path(local_path_of(at.url));
      real && (real == real_path(clone.top) || real == real_path(clone.common)))
    return std::optional<remote_branch>{};  // a clone is no remote of itself
  if (status fine = check_repository_url(at.url, around); !fine) return std::move(fine).error();
  return std::optional(std::move(at));
}

constexpr const char* all_tags = "refs/tags/*";

/// Of lines `<commit> <ref>`; an annotated tag is followed by the line of what it points at, `<ref>^{}`.
source_refs refs_in(const std::string& printed, char between) {
  constexpr std::string_view heads = "refs/heads/", tags = "refs/tags/", peeled = "^{}";
  source_refs all;
  for (const std::string& line : split(printed, '\n')) {
    const auto end = line.find(between);
    if (end == line.npos) continue;
    const std::string commit = line.substr(0, end), ref = line.substr(end + 1);
    if (ref.starts_with(heads)) all.branches[ref.substr(heads.size())] = commit;
    if (!ref.starts_with(tags)) continue;
    const std::size_t behind = ref.ends_with(peeled) ? peeled.size() : 0;
    all.tags[ref.substr(tags.size(), ref.size() - tags.size() - behind)] = commit;
  }
  return all;
}

result<std::optional<source_refs>> asked_refs(const source_facts& source,
                                              const std::vector<std::string>& refs,
                                              const ci_event& event,
                                              observing::settings_reader& by,
                                              const surroundings& around,
                                              const cancellation* cancelled) {
  const auto clone = observing::git_layout_of(source.folder);
  if (!clone) return std::optional<source_refs>();
  const auto at = checked_remote(source, *clone, event, by.of(*clone), around);
  if (!at) return at.error();
  if (!*at) return std::optional<source_refs>();
  const result<std::string> printed = listed(**at, refs, *clone, around, cancelled);
  if (!printed) return printed.error();
  return std::optional(refs_in(*printed, '\t'));
}

constexpr std::string_view head = "HEAD";

/// The branch that `ref: refs/heads/<name>\tHEAD` names, with its commit.
std::optional<branch_tip> standard_in(const std::string& printed) {
  constexpr std::string_view before = "ref: refs/heads/";
  branch_tip made;
  for (const std::string& line : split(printed, '\n')) {
    const auto tab = line.find('\t');
    if (tab == line.npos || std::string_view(line).substr(tab + 1) != head) continue;
    if (line.starts_with(before))
      made.name = line.substr(before.size(), tab - before.size());
    else if (!line.starts_with("ref:"))
      made.commit = line.substr(0, tab);
  }
  return made.name.empty() || made.commit.empty() ? std::nullopt : std::optional(std::move(made));
}

/// Fetches the commit where this clone does not have it.
status bring(const branch_tip& tip,
             const remote_branch& at,
             const observing::git_layout& clone,
             const source_facts& source,
             const surroundings& around,
             const cancellation* cancelled) {
  const auto is_here = [&] {
    return observing::ask_git(source.folder, {"cat-file", "-e", tip.commit + "^{tree}"}, around).end.good();
  };
  if (is_here()) return {};
  const result<git_client> git = git_client::find(around, cancelled, at.is_by_url() ? at.url : std::string());
  if (!git) return git.error();
  std::vector<std::string> words{
      "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--no-write-fetch-head"};
  if (source.git.shallow) words.emplace_back("--depth=1");
  for (const std::string& each : std::vector<std::string>{
           "--end-of-options", at.is_by_url() ? url_without_login(at.url) : at.name, tip.commit})
    words.push_back(each);
  captured fetched = git->run(clone.own, words);
  if (!fetched.end.good()) {  // a server that gives no commit by its digest
    words.back() = "refs/heads/" + tip.name;
    fetched = git->run(clone.own, words);
  }
  if (fetched.end.good() && is_here()) return {};
  return git_failure(*git, at.url, "the commit of the branch cannot be fetched", fetched);
}

/// What is known of several branches together: the best answer.
remote_place::answer better_of(remote_place::answer one, remote_place::answer other) {
  using enum remote_place::answer;
  for (const remote_place::answer each : {on_it, shallow, tip_unknown, not_on_it})
    if (one == each || other == each) return each;
  return no_branch;
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
  const settings all = observing::settings_of(clone->top, around);
  auto at = checked_remote(source, *clone, event, all, around);
  if (!at) return std::move(at).error();
  const std::string branch = branch_for(source, pattern, event, all);
  if (!*at || branch.empty()) return remote_place{};
  (*at)->branch = branch;
  if (status fine = check_branch_name(branch); !fine) return std::move(fine).error();
  const result<std::string> tip = tip_of(**at, *clone, around, cancelled);
  if (!tip) return tip.error();
  const std::string shown = displayable(shown_url((*at)->url));
  return remote_place{answer_for(source, *tip, around), shown, displayable(branch),
                      (*at)->name.empty() ? shown : displayable((*at)->name)};
}

result<remote_place> place_on_branches(const source_facts& source,
                                       const std::vector<std::string>& patterns,
                                       const ci_event& event,
                                       const surroundings& around,
                                       const cancellation* cancelled) {
  using namespace deliver_policy_remote_place;
  constexpr std::string_view heads = "refs/heads/";
  const auto clone = observing::git_layout_of(source.folder);
  if (!clone || !source.git.commit) return remote_place{};
  const auto at = checked_remote(source, *clone, event, observing::settings_of(clone->top, around), around);
  if (!at) return at.error();
  if (!*at) return remote_place{};
  const result<std::string> printed = listed(**at, {std::string(heads) + "*"}, *clone, around, cancelled);
  if (!printed) return printed.error();
  const std::string shown = displayable(shown_url((*at)->url));
  remote_place there{
      remote_place::answer::no_branch, shown, {}, (*at)->name.empty() ? shown : displayable((*at)->name)};
  for (const std::string& line : split(*printed, '\n')) {
    const auto tab = line.find('\t');
    if (tab == line.npos || line.compare(tab + 1, heads.size(), heads) != 0) continue;
    const std::string branch = line.substr(tab + 1 + heads.size());
    const bool is_meant = std::ranges::any_of(
        patterns, [&](const std::string& pattern) { return ref_matches(pattern, branch); });
    if (!is_meant) continue;
    there.where = better_of(there.where, answer_for(source, line.substr(0, tab), around));
    if (there.where == remote_place::answer::on_it) break;
  }
  return there;
}

result<std::vector<std::string>> tags_on_remote(const source_facts& source,
                                                const ci_event& event,
                                                const surroundings& around,
                                                const cancellation* cancelled) {
  using namespace deliver_policy_remote_place;
  observing::settings_reader by(around);
  const auto refs = asked_refs(source, {all_tags}, event, by, around, cancelled);
  if (!refs) return refs.error();
  std::vector<std::string> names;
  if (*refs)
    for (const auto& [name, commit] : (*refs)->tags) names.push_back(name);
  return names;
}

result<std::optional<source_refs>> refs_on_remote(const source_facts& source,
                                                  const ci_event& event,
                                                  observing::settings_reader& by,
                                                  const surroundings& around,
                                                  const cancellation* cancelled) {
  using namespace deliver_policy_remote_place;
  return asked_refs(source, {"refs/heads/*", all_tags}, event, by, around, cancelled);
}

result<source_refs> refs_here(const std::string& folder, const surroundings& around) {
  const captured printed =
      observing::ask_git(folder, {"show-ref", "--dereference", "--heads", "--tags"}, around);
  if (!printed.end.good() && !printed.err.empty())
    return error{exit_class::usage,
                 {},
                 "git does not tell the branches and tags of the sources",
                 folder,
                 {{"git said", displayable(trimmed(printed.err))}}};
  return deliver_policy_remote_place::refs_in(printed.out, ' ');
}

status fetch_refs(const source_facts& source,
                  const ci_event& event,
                  const surroundings& around,
                  const cancellation* cancelled) {
  using namespace deliver_policy_remote_place;
  const auto clone = observing::git_layout_of(source.folder);
  const remote_branch at =
      clone ? remote_for(source, event, observing::settings_of(clone->top, around)) : remote_branch{};
  if (at.name.empty())
    return error{
        exit_class::usage, {}, "this clone has no remote repository to fetch from", source.folder, {}};
  const bool is_local = !local_path_of(at.url).empty();
  const result<git_client> git = git_client::find(around, cancelled, is_local ? at.url : std::string());
  if (!git) return git.error();
  const captured done = git->run(
      clone->own, {"fetch", "--quiet", "--tags", "--no-recurse-submodules", "--end-of-options", at.name});
  if (done.end.good()) return {};
  return git_failure(*git, at.url, "the commits of the remote repository cannot be fetched", done);
}

result<brought_branches> bring_branches(const source_facts& source,
                                        const std::string& branch,
                                        const ci_event& event,
                                        const surroundings& around,
                                        const cancellation* cancelled) {
  using namespace deliver_policy_remote_place;
  const auto refused = [&](std::string what, std::string help) {
    return error{exit_class::policy, {}, std::move(what), displayable(branch), {{"try", std::move(help)}}};
  };
  if (status fine = check_branch_name(branch); !fine) return std::move(fine).error();
  const auto clone = observing::git_layout_of(source.folder);
  if (!clone) return refused("this is not a git repository, so the branch cannot be read", "git clone");
  const auto at = checked_remote(source, *clone, event, observing::settings_of(clone->top, around), around);
  if (!at) return at.error();
  if (!*at)
    return refused("nothing says where the remote repository is, so the branch cannot be read",
                   "git remote add origin <url>");
  const std::string ref = "refs/heads/" + branch;
  const result<std::string> printed =
      listed(**at, {std::string(head), ref}, *clone, around, cancelled, "--symref");
  if (!printed) return printed.error();
  brought_branches there{.asked = {branch, git_ref_in(*printed, ref)}, .standard = standard_in(*printed)};
  if (there.asked.commit.empty())
    return refused(
        "the remote repository has no such branch",
        "git ls-remote --heads " + ((*at)->name.empty() ? displayable(shown_url((*at)->url)) : (*at)->name));
  if (status here = bring(there.asked, **at, *clone, source, around, cancelled); !here) return here.error();
  if (there.standard && there.standard->commit != there.asked.commit)
    if (status here = bring(*there.standard, **at, *clone, source, around, cancelled); !here)
      return here.error();
  return there;
}

std::optional<brought_branches> branches_here(const source_facts& source,
                                              const std::string& branch,
                                              const ci_event& event,
                                              const surroundings& around) {
  using namespace deliver_policy_remote_place;
  const auto commit_of = [&](const std::string& ref) {
    const captured said = observing::ask_git(
        source.folder, {"rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"}, around);
    return said.end.good() ? std::string(trimmed(said.out)) : std::string();
  };
  const std::string remote = "refs/remotes/" + remote_name(source, event, around) + "/";
  brought_branches here{.asked = {branch, commit_of(remote + branch)}};
  if (here.asked.commit.empty()) here.asked.commit = commit_of("refs/heads/" + branch);
  if (here.asked.commit.empty()) return std::nullopt;
  const captured said =
      observing::ask_git(source.folder, {"symbolic-ref", "--quiet", remote + std::string(head)}, around);
  const std::string ref(trimmed(said.out));
  if (!said.end.good() || !ref.starts_with(remote)) return here;
  if (std::string commit = commit_of(ref); !commit.empty())
    here.standard = branch_tip{ref.substr(remote.size()), std::move(commit)};
  return here;
}

std::string remote_name(const source_facts& source, const ci_event& event, const surroundings& around) {
  using namespace deliver_policy_remote_place;
  const auto clone = observing::git_layout_of(source.folder);
  return clone ? remote_for(source, event, observing::settings_of(clone->top, around)).name : std::string();
}

result<std::string> push_tag(const permit&,
                             const source_facts& source,
                             const std::string& tag,
                             const ci_event& event,
                             const surroundings& around,
                             const cancellation* cancelled) {
  using namespace deliver_policy_remote_place;
  const auto clone = observing::git_layout_of(source.folder);
  if (!clone) return error{exit_class::usage, {}, "this is not a git repository", source.folder, {}};
  const auto at = checked_remote(source, *clone, event, observing::settings_of(clone->top, around), around);
  if (!at) return at.error();
  if (!*at)
    return error{exit_class::usage,
                 {},
                 "nothing says where the remote repository is, so the tag was not pushed",
                 tag,
                 {{"try", "git remote add origin <url>"}}};
  const remote_branch& to = **at;
  const result<git_client> git = git_client::find(around, cancelled, to.is_by_url() ? to.url : std::string());
  if (!git) return git.error();
  const captured pushed =
      git->run(clone->own, {"push", "--quiet", "--no-verify", "--no-follow-tags", "--end-of-options",
                            to.is_by_url() ? url_without_login(to.url) : to.name, "refs/tags/" + tag});
  if (!pushed.end.good())
    return git_failure(*git, to.url, "the remote repository does not take the tag", pushed);
  return displayable(to.name.empty() ? shown_url(to.url) : to.name);
}

}  // namespace cicd
