// The table of the rules, and what their words share. See gate.hpp.
#pragma once

#include <algorithm>

#include <cicd/deliver/policy/gate_rules.hpp>

namespace cicd {

namespace deliver_policy_gate {
namespace {

using rules = std::vector<gate_rule>;

/// The order within a row is of no importance.
const rules& rules_of(change what) {
  using enum gate_rule;
  static const rules publish{fork, dirty, proposal, yanked},
      deploy{fork,      protection, dirty,      ref,        proposal,    pin,      branches, version,
             moved_tag, yanked,     superseded, weakened,   hold,        from,     soak,     window,
             await,     upstream,   program,    remote_ref, declaration, approval, signature},
      preview{fork, protection, dirty, proposal, yanked, declaration, approval, signature},
      canary{fork, protection, dirty, proposal, yanked, hold, declaration, approval, signature},
      share{fork, protection, proposal, yanked, hold, approval},
      rollback{fork, protection, proposal, yanked, hold, signature}, by_hand{fork, protection, proposal},
      build{approval}, own{fork}, any{fork, proposal};
  switch (what) {
    case change::publish: return publish;
    case change::deploy: return deploy;
    case change::preview: return preview;
    case change::canary: return canary;
    case change::canary_share: return share;
    case change::rollback: return rollback;
    case change::task:
    case change::cron_run: return by_hand;
    case change::build: return build;
    // What is told of a pull request is written down.
    case change::observe:
    case change::secret: return own;
    case change::branch_end:
    case change::cron_pause:
    case change::hold:
    case change::approve:
    case change::yank:
    case change::tag: break;
  }
  return any;
}

/// A change within the build tree has no effect outside: there forks, other pull requests, a tree that is not
/// clean and the remote repositories do not count.
bool is_asked_inside(gate_rule rule) {
  return rule != gate_rule::fork && rule != gate_rule::dirty && rule != gate_rule::remote_ref
         && rule != gate_rule::declaration && rule != gate_rule::proposal;
}

status judge(gate_rule rule, const gate_question& of, const gate_state& state) {
  using namespace gate_rules;
  switch (rule) {
    case gate_rule::fork: return judge_fork(of);
    case gate_rule::protection: return judge_protection(of);
    case gate_rule::dirty: return judge_dirty(of);
    case gate_rule::ref: return judge_ref(of);
    case gate_rule::proposal: return judge_proposal(of);
    case gate_rule::pin: return judge_pin(of, state);
    case gate_rule::branches: return judge_branches(of);
    case gate_rule::version: return judge_version(of);
    case gate_rule::moved_tag: return judge_moved_tag(of, state);
    case gate_rule::yanked: return judge_yanked(of, state);
    case gate_rule::superseded: return judge_succession(of, state);
    case gate_rule::weakened: return judge_weakened(of, state);
    case gate_rule::hold: return judge_hold(of, state);
    case gate_rule::from: return judge_from(of, state);
    case gate_rule::soak: return judge_soak(of, state);
    case gate_rule::window: return judge_window(of, state);
    case gate_rule::await: return judge_await(of, state);
    case gate_rule::upstream: return judge_upstream(of, state);
    case gate_rule::signature: return judge_signature(of, state);
    case gate_rule::remote_ref: return judge_remote_ref(of);
    case gate_rule::declaration: return judge_declaration(of);
    case gate_rule::approval: return judge_approval(of, state);
    case gate_rule::program: return judge_program(of, state);
  }
  return {};
}

/// What is urgent passes what takes time; never a yank, a hold, an approval, or images that it needs.
bool is_passed_by_hotfix(gate_rule rule) {
  return rule == gate_rule::from || rule == gate_rule::soak || rule == gate_rule::window
         || rule == gate_rule::upstream || rule == gate_rule::program;
}

/// Whether the rule has a say in this very question.
bool concerns(gate_rule rule, const gate_question& of) {
  const bool is_about_who =
      !of.rehearses_event
      && (rule == gate_rule::fork || rule == gate_rule::protection || rule == gate_rule::proposal);
  // Where the branch is on the remote is asked of what is done, not of a plan.
  const bool is_of_remote = rule == gate_rule::remote_ref || rule == gate_rule::declaration;
  if (of.rehearses && (is_about_who || is_of_remote)) return false;
  if (!of.hotfix.empty() && is_passed_by_hotfix(rule)) return false;
  return gate_rules::is_asked(of.what, rule, of.is_outside);
}

}  // namespace
}  // namespace deliver_policy_gate

namespace gate_rules {

bool is_asked(change what, gate_rule rule, bool is_outside) {
  return cicd::is_asked(what, rule) && (is_outside || deliver_policy_gate::is_asked_inside(rule));
}

error refusal(const gate_question& of, std::string what, std::string value) {
  return error{exit_class::policy,
               of.subject,
               std::move(what),
               value.empty() ? std::nullopt : std::optional(std::move(value)),
               {}};
}

error conflict(const gate_question& of, std::string what, std::string value) {
  error failure = refusal(of, std::move(what), std::move(value));
  failure.kind = exit_class::conflict;
  return failure;
}

error not_known(const gate_question& of, const source_facts& source, std::string what, std::string help) {
  error failure = refusal(of, std::move(what), source.git.short_commit()).with("try", std::move(help));
  failure.kind = exit_class::usage;
  return failure;
}

std::string commit_here(const gate_question& of) {
  return of.sources.empty() ? std::string() : of.sources.front().git.short_commit();
}

}  // namespace gate_rules

bool is_asked(change what, gate_rule rule) {
  const auto& all = deliver_policy_gate::rules_of(what);
  return std::ranges::find(all, rule) != all.end();
}

bool needs_state(gate_rule rule) {
  using enum gate_rule;
  return rule == moved_tag || rule == yanked || rule == superseded || rule == weakened || rule == hold
         || rule == from || rule == soak || rule == window || rule == await || rule == upstream
         || rule == signature || rule == approval || rule == program;
}

bool is_waiting(gate_rule rule) {
  using enum gate_rule;
  return rule == hold || rule == from || rule == soak || rule == window || rule == await || rule == upstream
         || rule == approval;
}

std::string_view word_of(gate_rule rule) {
  using enum gate_rule;
  switch (rule) {
    case fork: return "fork";
    case protection: return "PROTECTED";
    case dirty: return "dirty";
    case ref: return "ON";
    case proposal: return "pull request";
    case pin: return "PIN";
    case branches: return "BRANCHES";
    case version: return "VERSIONS";
    case moved_tag: return "moved tag";
    case yanked: return "yanked";
    case superseded: return "order";
    case weakened: return "newer declaration";
    case hold: return "hold";
    case from: return "FROM";
    case soak: return "SOAK";
    case window: return "WINDOW";
    case await: return "AWAIT";
    case upstream: return "UPSTREAM";
    case signature: return "VERIFY_SIGNATURE";
    case remote_ref: return "remote ref";
    case declaration: return "PIPELINE_REF";
    case approval: return "approval";
    case program: return "GATE";
  }
  return {};
}

status may_begin(const gate_question& question) {
  const bool asked_remotes = std::ranges::any_of(question.sources, [](const source_facts& each) {
    return each.remote.has_value() || each.released.has_value();
  });
  const auto is_known = [&](gate_rule rule) {
    if (rule == gate_rule::proposal && !question.base && gate_rules::is_asked_of_base(question)) return false;
    const bool is_of_remote = rule == gate_rule::remote_ref || rule == gate_rule::declaration
                              || (rule == gate_rule::branches && question.is_outside);
    return !needs_state(rule) && (!is_of_remote || asked_remotes);
  };
  for (const gate_rule rule : all_rules)
    if (is_known(rule) && deliver_policy_gate::concerns(rule, question))
      if (status judged = deliver_policy_gate::judge(rule, question, {}); !judged) return judged;
  return {};
}

std::optional<gate_refusal> refusal_before(gate_rule end,
                                           const gate_question& question,
                                           const gate_state& state) {
  using namespace deliver_policy_gate;
  std::optional<gate_refusal> first;
  for (const gate_rule rule : all_rules) {
    if (rule == end) break;
    if (!concerns(rule, question) || (first && is_waiting(rule))) continue;
    status judged = judge(rule, question, state);
    if (judged) continue;
    if (first) {
      first->waits = false;
      break;
    }
    first = gate_refusal{rule, std::move(judged).error(), is_waiting(rule),
                         gate_rules::end_of(rule, question, state)};
    if (!first->waits) break;
  }
  return first;
}

std::string approver_of(const gate_question& question, const gate_state& state) {
  return gate_rules::approver_in(question, state);
}

std::optional<gate_refusal> refusal_of(const gate_question& question, const gate_state& state) {
  using namespace deliver_policy_gate;
  std::optional<gate_refusal> first = refusal_before(gate_rule::program, question, state);
  if (first || !concerns(gate_rule::program, question)) return first;
  status judged = judge(gate_rule::program, question, state);
  if (judged) return std::nullopt;
  return gate_refusal{gate_rule::program, std::move(judged).error()};
}

result<permit> may(const gate_question& question, const gate_state& state) {
  if (std::optional<gate_refusal> refused = refusal_of(question, state)) return std::move(refused->why);
  return permit(question.what);
}

}  // namespace cicd
