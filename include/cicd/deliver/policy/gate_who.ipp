// Who asks: forks, and what a protected environment allows. See gate_rules.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/policy/gate_rules.hpp>

namespace cicd::gate_rules {

namespace {

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
    case change::observe: return "never records what is healthy";
    case change::yank: return "never yanks an artifact";
    case change::tag: return "never makes a version";
    case change::secret: return "never gets a secret";
    case change::rollback: return "never rolls back";
    case change::build: return "is not built";
    default: return "is never deployed";
  }
}

}  // namespace

status judge_fork(const gate_question& of) {
  if (!of.event.fork) return {};
  return refusal(of,
                 fmt::format("a pull request from a fork {}: its code is untrusted and would get the "
                             "secrets of this repository",
                             never_text(of.what)),
                 *of.event.fork)
      .with("try", "have a member look at it and push it as a branch of this repository");
}

namespace {

/// Its preview ends with a pull request.
bool ends_own_preview(const gate_question& of) {
  return of.what == change::branch_end && !of.event.source_branch.empty()
         && of.ends_preview_of == of.event.source_branch;
}

}  // namespace

bool is_asked_of_base(const gate_question& of) {
  return of.event.kind == event_kind::pull_request && !of.event.fork && of.is_outside
         && (of.what == change::preview || of.what == change::publish || ends_own_preview(of));
}

namespace {

/// What is declared in the base branch is what a pull request may go to.
status judge_base(const gate_question& of, const base_declaration& base) {
  const std::string there = fmt::format("{} ({})", displayable(base.branch), base.commit.substr(0, 7));
  if (!base.lacks.empty())
    return refusal(of, "a pull request goes only where its base branch lets it: it does not declare this",
                   displayable(base.lacks))
        .with("there", there)
        .with("allowed", "previews that the base branch declares, and what they publish")
        .with("try", "merge the declaration first, in a pull request of its own");
  if (base.differs.empty()) return {};
  const declared_difference& first = base.differs.front();
  error refused = refusal(
      of,
      fmt::format("a pull request goes only where {} lets it: {} is another there",
                  base.branch == of.event.branch ? "its base branch" : "the default branch", first.option),
      displayable(first.here));
  refused = std::move(refused).with("there", there);
  for (const declared_difference& each : base.differs)
    refused = std::move(refused).with(
        "declared there",
        fmt::format("{} {}", each.option, each.there.empty() ? "(none)" : displayable(each.there)));
  return std::move(refused).with("try", "merge the declaration first, in a pull request of its own");
}

}  // namespace

status judge_proposal(const gate_question& of) {
  if (of.event.kind != event_kind::pull_request || of.event.fork) return {};
  if (is_asked_of_base(of)) {
    if (of.base) return judge_base(of, *of.base);
    return refusal(of, "the base branch of the pull request was not asked", displayable(of.event.branch))
        .with("try", "report this as a bug");
  }
  // The embedded default is no effect outside; a preview's approval is given by who passed the system's gate.
  const bool is_of_gate = of.what == change::approve && of.is_preview_by_gate;
  if (of.what == change::preview || of.what == change::publish || is_of_gate) return {};
  if (of.what == change::branch_end && !of.ends_preview_of.empty())
    return refusal(of, "a pull request ends no preview but that of its own branch",
                   displayable(of.ends_preview_of))
        .with("allowed", displayable(of.event.source_branch));
  return refusal(of,
                 fmt::format("a pull request {}: its only effect is a preview, since it may change any rule",
                             never_text(of.what)),
                 displayable(of.event.source_branch.empty() ? of.event.branch : of.event.source_branch))
      .with("there", fmt::format("{} ({})", displayable(of.event.system), of.event.known_by))
      .with("try", of.what == change::approve
                       ? "approve it outside of the pull request's jobs, as a user who has read it"
                       : "merge it, or run the same command outside of the pull request's jobs");
}

namespace {

/// The events on which each kind of change is made in a protected environment.
std::vector<event_kind> events_for(change what, bool is_by_hand) {
  using enum event_kind;
  if (what == change::deploy && !is_by_hand) return {push, tag};
  if (what == change::preview) return {push, tag, pull_request, by_hand, schedule};
  return {push, tag, by_hand, schedule};
}

}  // namespace

std::string events_text(change what, bool is_by_hand) {
  std::vector<std::string> words;
  for (const event_kind each : events_for(what, is_by_hand)) words.emplace_back(text_of(each));
  return joined(words, ", ");
}

status judge_protection(const gate_question& of) {
  if (!of.is_protected) return {};
  const std::vector<event_kind> kinds = events_for(of.what, of.is_by_hand);
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
  refused = std::move(refused).with("allowed", "in CI, on: " + events_text(of.what, of.is_by_hand));
  if (of.what == change::deploy && !of.is_by_hand)
    return std::move(refused).with("try",
                                   "push, and let CI deploy it; cicd plan shows here what it would do");
  return std::move(refused).with("try", "run the same command in CI");
}

}  // namespace cicd::gate_rules
