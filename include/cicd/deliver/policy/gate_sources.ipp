// What is checked out, and where the remote repositories say it is. See gate_rules.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/policy/gate_rules.hpp>

namespace cicd::gate_rules {

namespace {

/// A value that this build tree alone has.
status refuse_departure(const gate_question& of, const setting_departure& what, const std::string& place) {
  const std::string name = of.pipeline + "." + what.name;
  return refusal(of, fmt::format("-D{} gives another value than the declaration: {}", name, what.declared),
                 what.value)
      .with("allowed", "what a commit says; other values go to the embedded default in the build tree only")
      .with("try",
            fmt::format("cmake -U{} <build folder>; DEFAULT, or IN <environment> VALUE, in the declaration; "
                        "or name it: --allow-dirty {}",
                        name, place));
}

}  // namespace

status judge_dirty(const gate_question& of) {
  if (of.takes_dirty) return {};
  for (const source_facts& each : of.sources) {
    if (!each.is_dirty) continue;
    const std::string place = of.what == change::publish ? "publish" : of.environment;
    if (!each.departures.empty()) return refuse_departure(of, each.departures.front(), place);
    return refusal(of,
                   each.is_declaration ? "the declaration has uncommitted changes"
                                       : "the tree has uncommitted changes",
                   each.is_declaration ? each.folder : place)
        .with("allowed", "a clean tree; changes go to the embedded default in the build tree only")
        .with("try", "commit or stash them, or name it: --allow-dirty " + place);
  }
  return {};
}

namespace {

std::string pattern_text(const trigger& on) {
  return fmt::format("{} {}", on.kind == ref_kind::tag ? "tag" : "branch", on.pattern.view());
}

std::string here_in(const gate_question& of, const git_state& git) {
  if (git.branch) return *git.branch;
  return of.event.branch.empty() ? "detached head" : of.event.branch;
}

/// What a person would do to come to a ref that the environment follows.
std::string way_to(const trigger& on) {
  const bool is_name = on.pattern.view().find_first_of("*?[") == std::string_view::npos;
  const std::string name = is_name ? on.pattern.str() : std::string("<name>");
  return on.kind == ref_kind::tag ? fmt::format("git tag {} && git push origin {}", name, name)
                                  : "git switch " + name;
}

/// Of a checkout the branch by name; what is detached has the event's. Whether the commit is really on it,
/// the remote says.
std::optional<std::string> branch_here(const gate_question& of, const git_state& git) {
  if (git.branch) return git.branch;
  if (of.event.branch.empty() || of.event.is_proposed()) return std::nullopt;
  return of.event.branch;
}

bool is_on_followed_tag(const gate_question& of, const git_state& git) {
  std::vector<std::string> tags = git.tags;
  if (of.event.kind == event_kind::tag && of.event.is_consistent() && git.commit
      && of.event.commit == *git.commit)
    tags.push_back(of.event.tag);
  return std::ranges::any_of(
      tags, [&](const std::string& tag) { return ref_matches(of.follows.pattern.view(), tag); });
}

bool follows_here(const gate_question& of, const source_facts& source) {
  if (of.follows.kind == ref_kind::tag) return is_on_followed_tag(of, source.git);
  const std::optional<std::string> branch = branch_here(of, source.git);
  if (branch && ref_matches(of.follows.pattern.view(), *branch)) return true;
  return !of.is_outside && source.is_on_local_branch;
}

/// A pull request's code is on no branch of ours yet, whatever its branch is called. The embedded default is
/// judged by what is checked out, since the event may be another repository's.
status judge_event(const gate_question& of) {
  if (!of.is_outside || !of.event.is_proposed()) return {};
  return refusal(of,
                 of.event.kind == event_kind::merge_queue ? "a merge queue's commit is on no branch yet"
                                                          : "a pull request is never a push to a branch",
                 displayable(of.event.source_branch.empty() ? of.event.branch : of.event.source_branch))
      .with("there", fmt::format("{} ({})", of.event.system, of.event.known_by))
      .with("allowed", pattern_text(of.follows))
      .with("try", "merge it: the push to the branch deploys it");
}

/// A repository that cannot be read is none to us, and no reason to let anything past.
error unknown_commit(const gate_question& of, const source_facts& source) {
  error refused = refusal(of, "the commit of the sources is not known, so neither is what it follows",
                          displayable(source.folder));
  for (const std::string& each : source.git.unknown) refused = std::move(refused).with("there", each);
  return std::move(refused)
      .with("allowed", fmt::format("a commit of {} in a git repository", pattern_text(of.follows)))
      .with("try", "git -C " + shell_quoted(source.folder) + " status");
}

}  // namespace

status judge_ref(const gate_question& of) {
  if (of.follows.kind == ref_kind::none || of.is_by_hand) return {};
  if (status event = judge_event(of); !event) return event;
  for (const source_facts& each : of.sources) {
    if (each.is_declaration) continue;
    if (!each.git.repository || !each.git.commit) {
      if (!of.is_outside) continue;
      return unknown_commit(of, each);
    }
    if (follows_here(of, each)) continue;
    const bool is_known = each.git.branch || !of.event.branch.empty() || of.follows.kind == ref_kind::tag;
    return refusal(of,
                   is_known ? "this environment follows another ref than the one checked out"
                            : "no branch is checked out, so it is not known which environment follows",
                   displayable(here_in(of, each.git)))
        .with("allowed", pattern_text(of.follows))
        .with("try", way_to(of.follows));
  }
  return {};
}

namespace {

/// Neither the clone nor the CI variables decide it: the remote repository is asked where its branch is.
status judge_place(const gate_question& of, const source_facts& source) {
  using enum remote_place::answer;
  if (!source.remote)
    return not_known(of, source, "the remote repository was not asked where its branch is",
                     "report this as a bug");
  const remote_place& there = *source.remote;
  const std::string in_folder = "git -C " + shell_quoted(source.folder) + " ";
  switch (there.where) {
    case on_it: return {};
    case not_on_it:
      return refusal(of,
                     fmt::format("{} is not on branch {} of the remote repository",
                                 source.is_declaration ? "the declaration's commit" : "this commit",
                                 there.branch),
                     source.git.short_commit())
          .with("remote", there.url)
          .with("try", fmt::format("git push {} HEAD:{}, or merge it", there.remote, there.branch));
    case shallow:
      return not_known(
          of, source,
          fmt::format(
              "a shallow clone cannot tell whether this commit is on branch {} of the remote repository",
              there.branch),
          "git fetch --unshallow --filter=tree:0");
    case tip_unknown:
      return not_known(
          of, source,
          fmt::format("branch {} of the remote repository has a commit that this clone does not have",
                      there.branch),
          fmt::format("git fetch {} {}", there.remote, there.branch));
    case no_branch:
      return refusal(of, "the remote repository has no such branch", there.branch)
          .with("remote", there.url)
          .with("try", fmt::format("git push --set-upstream {} {}", there.remote, there.branch));
    case no_remote: break;
  }
  return refusal(of, "nothing says where the remote repository is, so it is not known what its branch holds",
                 source.git.branch.value_or("detached head"))
      .with("allowed", "a remote; without one only the embedded default is deployed")
      .with("try", in_folder + "push --set-upstream <remote> <branch>");
}

}  // namespace

status judge_remote_ref(const gate_question& of) {
  if (of.follows.kind != ref_kind::branch) return {};
  for (const source_facts& each : of.sources)
    if (!each.is_declaration && each.git.repository && each.git.commit)
      if (status there = judge_place(of, each); !there) return there;
  return {};
}

status judge_declaration(const gate_question& of) {
  for (const source_facts& each : of.sources) {
    if (!each.is_declaration || each.follows.empty()) continue;
    if (!each.git.repository || !each.git.commit)
      return refusal(of, "PIPELINE_REF: the declaration is in no git repository", each.folder)
          .with("allowed", "a commit of branch " + each.follows)
          .with("try", "commit it, or leave PIPELINE_REF out");
    if (status there = judge_place(of, each); !there) return there;
  }
  return {};
}

}  // namespace cicd::gate_rules
