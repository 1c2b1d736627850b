// The choice among the candidates of a target. See fleet_actions.hpp.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/fleet_actions.hpp>

namespace cicd {

namespace deliver_policy_fleet_actions {
namespace {

using moment = std::chrono::system_clock::time_point;

/// Why a candidate does not go now.
struct obstacle {
  std::string rule;
  gate_refusal refused;
};

obstacle waiting(
    std::string rule, const fleet_target& of, std::string what, std::string value, std::string help) {
  error why{exit_class::policy, of.pipeline + "/" + of.environment, std::move(what), std::move(value), {}};
  return {std::move(rule), {gate_rule::from, std::move(why).with("try", std::move(help)), true, {}}};
}

/// What failed is not tried again by itself: it would fail in each pass.
obstacle failed_before(const fleet_target& of, const fleet_candidate& what) {
  error why{exit_class::policy,
            of.pipeline + "/" + of.environment,
            "its last deploy here failed",
            what.version(),
            {}};
  return {"failed deploy",
          {gate_rule::from, std::move(why)
                                .with("caused by", what.failed)
                                .with("try", fmt::format("cicd promote {} {} --commit {}", of.pipeline,
                                                         of.environment, what.commit.substr(0, 12)))}};
}

/// What left no record may be none of the commit's fault.
obstacle failed_for_now(const fleet_target& of, const fleet_candidate& what) {
  error why{exit_class::policy,
            of.pipeline + "/" + of.environment,
            "its last deploy here failed before it was recorded",
            what.version(),
            {}};
  return {"failed deploy",
          {gate_rule::from,
           std::move(why)
               .with("caused by", what.failed)
               .with("try", fmt::format("cicd promote {} {} --commit {}, which does not wait", of.pipeline,
                                        of.environment, what.commit.substr(0, 12))),
           true, what.tried_again}};
}

/// Nothing while one is open, and after the time that is known.
std::optional<closed_window> closed_at(const deploy_times& times, moment now) {
  const auto next = std::ranges::find_if(times.open, [&](const open_time& each) { return now < each.until; });
  if (next == times.open.end() || next->from <= now) return std::nullopt;
  return closed_window{times.windows, utc_text(next->from), next->from};
}

/// Nothing: it may go.
std::optional<obstacle> obstacle_of(const fleet_target& of, const fleet_candidate& what, moment now) {
  if (!of.deploying.empty())
    return waiting("deploy under way", of, "another run deploys here", of.deploying,
                   "wait until that has ended: what is newer then goes by itself");
  if (!what.is_built && !what.missing.empty())
    return waiting("artifact", of, "there is no artifact of this commit yet: " + what.missing,
                   what.commit.substr(0, 7), {});
  if (!what.is_built)
    return waiting("artifact", of, "there is no artifact of this commit yet", what.commit.substr(0, 7),
                   fmt::format("cicd run {}.publish, where it is checked out", of.pipeline));
  if (!what.proposed.empty())
    return waiting("pull request", of, "it is proposed, and deployed when that is merged", what.proposed, {});
  if (!what.failed.empty() && what.tried_again && now < *what.tried_again) return failed_for_now(of, what);
  if (!what.failed.empty() && !what.tried_again) return failed_before(of, what);
  std::optional<gate_refusal> refused = refusal_of(what.asked, facts_at(what.facts, of.times, now));
  if (!refused) return std::nullopt;
  if (refused->until) refused->until = end_of_waiting(what, of.times, now);
  return obstacle{std::string(word_of(refused->rule)), *std::move(refused)};
}

/// Whether one way of not going tells more than another: what ends first, what may end, the newer one.
bool is_nearer(const gate_refusal& one, const gate_refusal& other) {
  if (one.waits != other.waits) return one.waits;
  if (!one.until) return false;
  return !other.until || *one.until < *other.until;
}

void take(const fleet_candidate& what, fleet_action& to) {
  to.commit = what.commit;
  to.tag = what.tag;
  to.branch = what.branch;
  to.reasons = what.reasons;
  to.announced = what.facts.announced;
}

fleet_action action_for(const fleet_target& of, moment now) {
  fleet_action action{.pipeline = of.pipeline, .environment = of.environment, .runs = of.runs};
  if (of.unknown) {
    action.is = fleet_step::unknown;
    action.why = of.unknown;
    return action;
  }
  if (!of.left.empty()) {
    action.reasons = {of.left};
    return action;
  }
  std::optional<gate_refusal> nearest;
  for (const fleet_candidate& each : of.candidates) {
    std::optional<obstacle> found = obstacle_of(of, each, now);
    if (!found) {
      action = {
          .is = fleet_step::deploy, .pipeline = of.pipeline, .environment = of.environment, .runs = of.runs};
      take(each, action);
      return action;
    }
    if (nearest && !is_nearer(found->refused, *nearest)) continue;
    take(each, action);
    action.rule = std::move(found->rule);
    action.needs_person = found->refused.rule == gate_rule::approval
                          || (found->refused.rule == gate_rule::upstream && each.facts.upstream
                              && each.facts.upstream->is == upstream_build::state::failed);
    nearest = std::move(found->refused);
  }
  if (!nearest) return action;
  action.is = nearest->waits ? fleet_step::wait : fleet_step::refuse;
  action.why = std::move(nearest->why);
  if (!of.older.empty()) action.why = std::move(*action.why).with("not looked at", of.older);
  action.until = nearest->until;
  return action;
}

}  // namespace
}  // namespace deliver_policy_fleet_actions

std::string_view word_of(fleet_step step) {
  switch (step) {
    case fleet_step::deploy: return "deploy";
    case fleet_step::wait: return "wait";
    case fleet_step::refuse: return "refuse";
    case fleet_step::nothing: return "nothing";
    case fleet_step::unknown: return "unknown";
  }
  return {};
}

gate_state facts_at(gate_state facts,
                    const std::optional<deploy_times>& times,
                    std::chrono::system_clock::time_point now) {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - facts.now);
  for (earlier_place& each : facts.from)
    if (each.since && !each.replaced && each.was_healthy) each.soaked += passed;
  if (facts.closed && facts.closed->opens <= now) facts.closed.reset();
  if (times && !facts.closed) facts.closed = deliver_policy_fleet_actions::closed_at(*times, now);
  facts.now = now;
  return facts;
}

std::optional<std::chrono::system_clock::time_point> end_of_waiting(
    const fleet_candidate& what,
    const std::optional<deploy_times>& times,
    std::chrono::system_clock::time_point now) {
  constexpr int most_steps = 64;  // what soaks, the window after it, an approval that is void by then
  for (int step = 0; step < most_steps; ++step) {
    const std::optional<gate_refusal> refused = refusal_of(what.asked, facts_at(what.facts, times, now));
    if (!refused) return now;
    if (!refused->waits || !refused->until || *refused->until <= now) return std::nullopt;
    now = *refused->until;
    if (times && (times->open.empty() || times->open.back().until <= now)) return std::nullopt;
  }
  return std::nullopt;
}

bool may_go(const fleet_candidate& what, std::chrono::system_clock::time_point now) {
  return !deliver_policy_fleet_actions::obstacle_of({}, what, now);
}

std::vector<fleet_action> actions_for(const std::vector<fleet_target>& observed,
                                      std::chrono::system_clock::time_point now) {
  std::vector<fleet_action> actions;
  actions.reserve(observed.size());
  for (const fleet_target& each : observed)
    actions.push_back(deliver_policy_fleet_actions::action_for(each, now));
  return actions;
}

}  // namespace cicd
