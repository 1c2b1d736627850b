// The table of the rules, and the words of each refusal. See gate.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

namespace deliver_policy_gate {
namespace {

using rules = std::vector<gate_rule>;

/// The order within a row is of no importance.
const rules& rules_of(change what) {
  using enum gate_rule;
  static const rules publish{fork, dirty, yanked},
      deploy{fork,   protection, dirty, ref,  branches,   version,     moved_tag,
             yanked, superseded, hold,  from, remote_ref, declaration, approval},
      preview{fork, protection, dirty, yanked, declaration, approval},
      canary{fork, protection, dirty, yanked, hold, declaration, approval},
      share{fork, protection, yanked, hold, approval}, rollback{fork, protection, yanked, hold},
      by_hand{fork, protection}, any{fork};
  switch (what) {
    case change::publish: return publish;
    case change::deploy: return deploy;
    case change::preview: return preview;
    case change::canary: return canary;
    case change::canary_share: return share;
    case change::rollback: return rollback;
    case change::task:
    case change::cron_run: return by_hand;
    case change::branch_end:
    case change::cron_pause:
    case change::hold:
    case change::approve:
    case change::yank:
    case change::tag:
    case change::secret: break;
  }
  return any;
}

/// What lies in the build tree harms nobody: there only what a real environment would say of who and what.
bool is_asked_inside(gate_rule rule) {
  return rule != gate_rule::fork && rule != gate_rule::dirty && rule != gate_rule::remote_ref
         && rule != gate_rule::declaration && rule != gate_rule::approval;
}

/// What is refused to a fork, behind "a pull request from a fork".
std::string never_text(change what) {
  switch (what) {
    case change::publish: return "never publishes";
    case change::task: return "never runs a task";
    case change::cron_run: return "never starts a cron job";
    case change::cron_pause: return "never suspends a cron job";
    case change::branch_end: return "never ends a preview or a canary";
    case change::hold: return "never changes a hold";
    case change::approve: return "never approves";
    case change::yank: return "never yanks an artifact";
    case change::tag: return "never makes a version";
    case change::secret: return "never gets a secret";
    case change::rollback: return "never rolls back";
    default: return "is never deployed";
  }
}

error refusal(const gate_question& of, std::string what, std::string value) {
  return error{exit_class::policy,
               of.subject,
               std::move(what),
               value.empty() ? std::nullopt : std::optional(std::move(value)),
               {}};
}

// --- Who asks ---

status judge_fork(const gate_question& of) {
  if (!of.event.fork) return {};
  return refusal(of,
                 fmt::format("a pull request from a fork {}: its code is untrusted and would get the "
                             "secrets of this repository",
                             never_text(of.what)),
                 *of.event.fork)
      .with("try", "have a member look at it and push it as a branch of this repository");
}

/// The events on which each kind of change is made in a protected environment.
std::vector<event_kind> events_for(change what) {
  using enum event_kind;
  if (what == change::deploy) return {push, tag};
  if (what == change::preview) return {push, tag, pull_request, by_hand, schedule};
  return {push, tag, by_hand, schedule};
}

std::string texts_of(const std::vector<event_kind>& kinds) {
  std::vector<std::string> words;
  for (const event_kind each : kinds) words.emplace_back(text_of(each));
  return joined(words, ", ");
}

status judge_protection(const gate_question& of) {
  if (!of.is_protected) return {};
  const std::vector<event_kind> kinds = events_for(of.what);
  const bool fits = std::ranges::find(kinds, of.event.kind) != kinds.end();
  if (of.event.is_consistent() && fits) return {};
  error refused = refusal(of, "this environment is protected: it is changed by CI only", of.environment);
  if (of.event.system.empty())
    refused = std::move(refused).with("there", "no CI system is recognised by its variables");
  else if (!of.event.contradictions.empty())
    refused = std::move(refused).with("there", displayable(of.event.contradictions.front()));
  else
    refused = std::move(refused).with(
        "there", fmt::format("{}: {} ({})", of.event.system, text_of(of.event.kind), of.event.known_by));
  refused = std::move(refused).with("allowed", fmt::format("in CI, on: {}", texts_of(kinds)));
  if (of.what == change::deploy)
    return std::move(refused).with("try",
                                   "push, and let CI deploy it; cicd plan shows here what it would do");
  return std::move(refused).with("try", "run the same command in CI");
}

// --- What is checked out ---

status judge_dirty(const gate_question& of) {
  if (of.takes_dirty) return {};
  for (const source_facts& each : of.sources) {
    if (!each.is_dirty) continue;
    const std::string place = of.what == change::publish ? "publish" : of.environment;
    return refusal(of,
                   each.is_declaration ? "the declaration has uncommitted changes"
                                       : "the tree has uncommitted changes",
                   each.is_declaration ? each.folder : place)
        .with("allowed", "a clean tree; changes go to the embedded default in the build tree only")
        .with("try", "commit or stash them, or name it: --allow-dirty " + place);
  }
  return {};
}

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

status judge_ref(const gate_question& of) {
  if (of.follows.kind == ref_kind::none) return {};
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

error not_known(const gate_question& of, const source_facts& source, std::string what, std::string help) {
  error failure = refusal(of, std::move(what), source.git.short_commit()).with("try", std::move(help));
  failure.kind = exit_class::usage;
  return failure;
}

/// Nobody's word is taken for it: the remote repository says where its branch is.
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

// --- What is released ---

std::string commit_here(const gate_question& of) {
  return of.sources.empty() ? std::string() : of.sources.front().git.short_commit();
}

error conflict(const gate_question& of, std::string what, std::string value) {
  error failure = refusal(of, std::move(what), std::move(value));
  failure.kind = exit_class::conflict;
  return failure;
}

/// What the sources' repository says of BRANCHES; in a plan nothing, where only the remote knows.
status judge_branches(const gate_question& of) {
  if (of.released.branches.empty()) return {};
  const std::string branches = joined(of.released.branches, " or ");
  for (const source_facts& each : of.sources) {
    if (each.is_declaration || !each.git.commit) continue;
    if (!each.released) {
      if (of.rehearses || !of.is_outside) continue;
      return not_known(of, each, "it was not asked which branches this commit is on", "report this as a bug");
    }
    using enum remote_place::answer;
    const remote_place& there = *each.released;
    if (there.where == on_it) continue;
    if (there.where == shallow)
      return not_known(of, each, "a shallow clone cannot tell whether this commit is on " + branches,
                       "git fetch --unshallow --filter=tree:0");
    if (there.where == tip_unknown)
      return not_known(of, each, fmt::format("{} has a commit that this clone does not have", branches),
                       "git fetch " + there.remote);
    return refusal(of, "this commit is not on " + branches, each.git.short_commit())
        .with("remote", there.url)
        .with("allowed", "BRANCHES of pipeline_release(): " + joined(of.released.branches, ", "))
        .with("try", "merge it, and release the commit that is on the branch then");
  }
  return {};
}

std::string word_of(version_rule rule) {
  if (rule == version_rule::none) return "none";
  return std::string(
      choices_of(static_cast<const version_rule*>(nullptr)).words[static_cast<std::size_t>(rule) - 1]);
}

/// A good tag of that order: `v1.5.0`.
std::string example_of(const tag_order& order) {
  return order.tag_of(order.rule == version_rule::semantic   ? "1.5.0"
                      : order.rule == version_rule::calendar ? "2026.11.29"
                                                             : "1");
}

status judge_version(const gate_question& of) {
  const tag_order& order = of.released.order;
  if (of.released.tag.empty() || order.rule == version_rule::none || order.has(of.released.tag)) return {};
  return refusal(of, "this tag is not a version of VERSIONS " + word_of(order.rule),
                 displayable(of.released.tag))
      .with("allowed", "a tag such as " + example_of(order))
      .with("try", "cicd tag " + of.pipeline + " --help");
}

status judge_moved_tag(const gate_question& of, const gate_state& state) {
  const deployment_record& there = state.newer.there;
  if (of.released.tag.empty() || there.tag != of.released.tag || of.sources.empty()) return {};
  const std::optional<std::string>& mine = of.sources.front().git.commit;
  if (!mine || there.commit.empty() || there.commit == *mine) return {};
  const std::string before = displayable(there.commit.substr(0, 7));
  return conflict(of,
                  fmt::format("tag {} was moved: {} → {}", displayable(of.released.tag), before,
                              mine->substr(0, 7)),
                  {})
      .with("there", fmt::format("{} by {} at {}", before, displayable(there.who), utc_text(there.when)))
      .with("try", "give the new commit a tag of its own: cicd tag " + of.pipeline + " --help");
}

status judge_from(const gate_question& of, const gate_state& state) {
  for (const earlier_place& each : state.from) {
    if (each.was_reached) continue;
    error refused = refusal(of, "this commit was never deployed to " + replaced_all(each.name, "|", " or "),
                            commit_here(of));
    for (const std::string& line : each.there) refused = std::move(refused).with("there", displayable(line));
    return std::move(refused)
        .with("allowed", fmt::format("FROM {}: a commit that was deployed there before", each.name))
        .with("try",
              fmt::format("cicd run {}.deploy-{}", of.pipeline, each.name.substr(0, each.name.find('|'))));
  }
  return {};
}

// --- What is there ---

status judge_yanked(const gate_question& of, const gate_state& state) {
  if (!state.mark || state.mark->is != artifact_mark::kind::yanked) return {};
  const artifact_mark& mark = *state.mark;
  const std::string commit = mark.commit.substr(0, 7);
  return refusal(of,
                 fmt::format("yanked by {} at {}: {}", displayable(mark.who), utc_text(mark.when),
                             displayable(mark.reason)),
                 commit)
      .with("allowed", "any other commit")
      .with("try",
            fmt::format(
                "cicd artifacts {} shows what can be deployed; cicd yank {} {} --lift --reason '…', where "
                "it was a mistake",
                of.pipeline, of.pipeline, commit));
}

/// A person put back what ran before: that is a rollback, and no deploy undoes it.
status judge_revert(const gate_question& of, const gate_state& state) {
  if (!state.reverted || of.what != change::deploy) return {};
  const hand_revert& revert = *state.reverted;
  return refusal(of, "what is deployed was put back by hand", revert.commit.substr(0, 7))
      .with("by", displayable(revert.who) + " at " + utc_text(revert.when))
      .with("left", displayable(revert.left))
      .with("try", fmt::format("cicd hold release {} {}, to deploy over it", of.pipeline, of.environment));
}

status judge_hold(const gate_question& of, const gate_state& state) {
  if (!state.hold) return judge_revert(of, state);
  const deployment_hold& hold = *state.hold;
  const bool is_of_all = hold.version.empty();
  // What is put back by hand goes against a hold of all deploys, and that is what it is for.
  if (is_of_all ? of.what == change::rollback : hold.version != state.version) return judge_revert(of, state);
  return refusal(of,
                 !is_of_all                  ? "this version is held out"
                 : of.what == change::deploy ? "deploys to this environment are on hold"
                                             : "deploys to this environment are on hold, and a canary is one",
                 hold.version)
      .with("by", displayable(hold.who) + " at " + utc_text(hold.when))
      .with("reason", displayable(hold.reason))
      .with("try", fmt::format("cicd hold release {} {}", of.pipeline, of.environment));
}

/// Tags that have an order decide by it: a fix of an older line may go where its version is the higher one.
std::optional<status> judge_versions(const gate_question& of, const gate_state& state) {
  const deployment_record& there = state.newer.there;
  if (of.released.tag.empty() || there.tag.empty()) return std::nullopt;
  const auto compared = of.released.order.compare(of.released.tag, there.tag);
  if (!compared) return std::nullopt;
  if (*compared >= 0) return status();
  return conflict(of, fmt::format("superseded: {} is there", displayable(there.tag)),
                  displayable(of.released.tag))
      .with("there", fmt::format("{} by {} at {}", displayable(there.tag), displayable(there.who),
                                 utc_text(there.when)))
      .with("try", fmt::format("cicd rollback {} {} --to {}", of.pipeline, of.environment,
                               displayable(of.released.tag)));
}

status judge_succession(const gate_question& of, const gate_state& state) {
  using enum succession::order;
  const succession& newer = state.newer;
  const deployment_record& there = newer.there;
  if (std::optional<status> by_version = judge_versions(of, state)) return *by_version;
  if (newer.is == goes_on) return {};
  if (newer.is == unknown_meanwhile)
    return conflict(
               of,
               "superseded: while this run was under way another deployed a commit that this clone does not "
               "know, and that may be newer",
               displayable(there.commit.substr(0, 12)))
        .with("there",
              displayable(fmt::format("{} by {} at {}", there.version, there.who, utc_text(there.when))))
        .with("try", "git fetch, and deploy the newer of the two");
  error superseded =
      conflict(of, "superseded: a newer commit is deployed already", commit_here(of))
          .with("there", displayable(there.commit.substr(0, 7)) + " by " + displayable(there.who) + " at "
                             + utc_text(there.when))
          .with("try", "deploy the newer commit, or revert what is wrong with it and deploy that");
  if (newer.is == older || !newer.mine || !there.committed) return superseded;
  return std::move(superseded)
      .with("known by", fmt::format("the dates {} and {}, since this clone does not have that commit",
                                    utc_text(*newer.mine), utc_text(*there.committed)))
      .with("or", "git fetch --unshallow, where the dates are wrong");
}

status judge_approval(const gate_question& of, const gate_state& state) {
  if (!of.wants_approval) return {};
  std::string near;
  for (const deployment_approval& each : state.approvals) {
    const bool is_this = each.digest == state.approval_digest;
    if (is_this && each.expires > state.now) return {};
    near = is_this ? fmt::format("an approval by {} that expired at {}", each.who, utc_text(each.expires))
                   : fmt::format("an approval by {} of {}, for other images or objects", each.who,
                                 utc_text(each.when));
  }
  const char* what = of.what == change::deploy    ? "this deploy is not approved"
                     : of.what == change::preview ? "this preview is not approved"
                                                  : "this canary with this share is not approved";
  // Of a branch's copy the environment is not what would be approved.
  const bool is_of_branch = of.what != change::deploy;
  return refusal(of, what, is_of_branch ? of.subject : of.environment)
      .with("there", displayable(near))
      .with("allowed", "an approval of exactly these images and objects, not older than 24 h")
      .with("try",
            of.approve_words + " --reason '…', by a user who has read cicd plan " + flat_name(of.subject));
}

status judge(gate_rule rule, const gate_question& of, const gate_state& state) {
  switch (rule) {
    case gate_rule::fork: return judge_fork(of);
    case gate_rule::protection: return judge_protection(of);
    case gate_rule::dirty: return judge_dirty(of);
    case gate_rule::ref: return judge_ref(of);
    case gate_rule::branches: return judge_branches(of);
    case gate_rule::version: return judge_version(of);
    case gate_rule::moved_tag: return judge_moved_tag(of, state);
    case gate_rule::yanked: return judge_yanked(of, state);
    case gate_rule::superseded: return judge_succession(of, state);
    case gate_rule::hold: return judge_hold(of, state);
    case gate_rule::from: return judge_from(of, state);
    case gate_rule::remote_ref: return judge_remote_ref(of);
    case gate_rule::declaration: return judge_declaration(of);
    case gate_rule::approval: return judge_approval(of, state);
  }
  return {};
}

/// Whether the rule has a say in this very question.
bool concerns(gate_rule rule, const gate_question& of) {
  const bool is_about_who = rule == gate_rule::fork || rule == gate_rule::protection;
  // Where the branch is on the remote is asked of what is done, not of a plan.
  const bool is_of_remote = rule == gate_rule::remote_ref || rule == gate_rule::declaration;
  if (of.rehearses && (is_about_who || is_of_remote)) return false;
  return is_asked(of.what, rule) && (of.is_outside || is_asked_inside(rule));
}

}  // namespace
}  // namespace deliver_policy_gate

bool is_asked(change what, gate_rule rule) {
  const auto& all = deliver_policy_gate::rules_of(what);
  return std::ranges::find(all, rule) != all.end();
}

bool needs_state(gate_rule rule) {
  using enum gate_rule;
  return rule == moved_tag || rule == yanked || rule == superseded || rule == hold || rule == from
         || rule == approval;
}

status may_begin(const gate_question& question) {
  const bool asked_remotes = std::ranges::any_of(question.sources, [](const source_facts& each) {
    return each.remote.has_value() || each.released.has_value();
  });
  const auto is_known = [&](gate_rule rule) {
    const bool is_of_remote = rule == gate_rule::remote_ref || rule == gate_rule::declaration
                              || (rule == gate_rule::branches && question.is_outside);
    return !needs_state(rule) && (!is_of_remote || asked_remotes);
  };
  for (const gate_rule rule : all_rules)
    if (is_known(rule) && deliver_policy_gate::concerns(rule, question))
      if (status judged = deliver_policy_gate::judge(rule, question, {}); !judged) return judged;
  return {};
}

result<permit> may(const gate_question& question, const gate_state& state) {
  for (const gate_rule rule : all_rules)
    if (deliver_policy_gate::concerns(rule, question))
      if (status judged = deliver_policy_gate::judge(rule, question, state); !judged)
        return std::move(judged).error();
  return permit(question.what);
}

}  // namespace cicd
