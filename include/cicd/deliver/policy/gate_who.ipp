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
