// What holds of any fleet, whatever is built, yanked, held, deployed and soaking in it.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/fleet_observation.hpp>

#include "fleet_world.hpp"
#include "gate_asked.hpp"

namespace cicd {
namespace {

using namespace fleet_world;
using namespace std::chrono_literals;

/// Two days before the clocks of Berlin go forward, on a Friday.
const moment start = *utc_from("2026-03-27T09:00:00Z");

bool one_in(int count) {
  return *rc::gen::inRange(0, count) == 0;
}

void add_window(place& to) {
  const std::vector<std::string> windows{"Mon-Fri 09:00-16:00", "Sun 01:30-03:30", "Sat 22:00-02:00",
                                         "02:15-02:45"};
  to.windows.window = {*time_window::parse(*rc::gen::elementOf(windows))};
  to.windows.time_zone = time_zone_name("Europe/Berlin");
}

place any_place(std::size_t at, bool has_gates) {
  place made;
  made.name = "p" + std::to_string(at);
  for (std::size_t before = 0; before < at; ++before)
    if (one_in(3) || (before + 1 == at && !one_in(4))) made.from.push_back(before);
  if (!has_gates) return made;
  if (!made.from.empty() && !one_in(4)) made.soak = std::chrono::minutes(*rc::gen::inRange(1, 8000));
  if (one_in(2)) add_window(made);
  made.is_held = one_in(12);
  made.is_reachable = !one_in(12);
  return made;
}

/// As it came to be: each place took some of the commits that had been in all places before it.
world any_world(bool has_gates) {
  world made;
  for (int count = *rc::gen::inRange(3, 7); count > 0; --count)
    made.commits.push_back({.is_built = !has_gates || !one_in(6), .is_yanked = has_gates && one_in(8)});
  const int places = *rc::gen::inRange(2, 6);
  for (int at = 0; at < places; ++at) {
    place one = any_place(static_cast<std::size_t>(at), has_gates);
    moment when = start - 24h;
    for (std::size_t commit = 0; commit < made.commits.size(); ++commit) {
      const bool came =
          std::ranges::all_of(one.from, [&](std::size_t from) { return had(made.places[from], commit); });
      const bool is_last = commit + 1 == made.commits.size();
      if (!came || (is_last ? !one_in(3) : one_in(4))) continue;
      when += std::chrono::minutes(*rc::gen::inRange(1, 300));
      one.past.push_back({commit, when});
    }
    made.places.push_back(std::move(one));
  }
  return made;
}

/// A commit or two in a first place, for which a second one waits by SOAK, by WINDOW or by both.
world waiting_world(moment now) {
  world made;
  made.places = {{.name = "p0"}, {.name = "p1", .from = {0}}};
  moment when = now - 4000min;
  for (std::size_t commit = 0, count = *rc::gen::inRange<std::size_t>(1, 4); commit < count; ++commit) {
    made.commits.emplace_back();
    when += std::chrono::minutes(*rc::gen::inRange(1, 1300));
    made.places[0].past.push_back({commit, when});
  }
  place& second = made.places[1];
  second.soak = std::chrono::minutes(*rc::gen::inRange(1, 6000));
  if (!one_in(4)) add_window(second);
  return made;
}

moment any_time() {
  return start + std::chrono::minutes(*rc::gen::inRange(0, 6 * 24 * 60));
}

/// Whether it may be there by what is true of the world.
void assert_good(const world& of, const fleet_action& what, moment now) {
  if (what.is != fleet_step::deploy) return;
  const place& in = *std::ranges::find(of.places, what.environment, &place::name);
  RC_ASSERT(in.is_reachable);
  RC_ASSERT(!in.is_held);
  for (std::size_t at = 0; at < of.commits.size(); ++at) {
    if (id_of(at) != what.commit) continue;
    RC_ASSERT(of.commits[at].is_built);
    RC_ASSERT(!of.commits[at].is_yanked);
    for (const std::size_t from : in.from) {
      RC_ASSERT(had(of.places[from], at));
      RC_ASSERT(soaked(of.places[from], at, now) >= in.soak);
    }
  }
  RC_ASSERT(in.windows.window.empty() || !*closed_window_of(in.windows, now));
}

RC_GTEST_PROP(fleet, deploys_nothing_that_is_yanked_held_unbuilt_unreached_or_too_early, ()) {
  world of = any_world(true);
  moment now = start;
  for (int round = 0; round < 6; ++round) {
    for (const fleet_action& each : actions_in(of, now)) {
      assert_good(of, each, now);
      apply(each, of, now);
    }
    now += std::chrono::minutes(*rc::gen::inRange(0, 2000));
  }
}

RC_GTEST_PROP(fleet, has_one_action_a_target_whatever_their_order, ()) {
  const world of = any_world(true);
  const moment now = any_time();
  std::vector<fleet_target> targets = observed(of, now);
  const std::vector<fleet_action> actions = actions_for(targets, now);
  RC_ASSERT(actions.size() == targets.size());
  std::map<std::string, const fleet_action*> by_target;
  for (const fleet_action& each : actions) RC_ASSERT(by_target.emplace(each.target(), &each).second);
  for (std::size_t at = targets.size(); at > 1; --at)
    std::swap(targets[at - 1], targets[*rc::gen::inRange<std::size_t>(0, at)]);
  for (const fleet_action& each : actions_for(targets, now)) {
    const fleet_action& other = *by_target.at(each.target());
    RC_ASSERT(each.is == other.is);
    RC_ASSERT(each.commit == other.commit);
    RC_ASSERT(each.until == other.until);
  }
}

RC_GTEST_PROP(fleet, is_at_rest_once_it_was_settled, ()) {
  world of = any_world(true);
  const moment now = any_time();
  RC_ASSERT(settle(of, now) < 50u);
  for (const fleet_action& each : actions_in(of, now)) RC_ASSERT(each.is != fleet_step::deploy);
}

RC_GTEST_PROP(fleet, ends_the_same_whichever_actions_are_done_first, ()) {
  const world of = any_world(true);
  const moment now = any_time();
  world whole = of, parted = of;
  settle(whole, now);
  for (int round = 0; round < 3; ++round) {
    const std::vector<fleet_action> actions = actions_in(parted, now);
    const auto count = *rc::gen::inRange<std::size_t>(0, actions.size() + 1);
    for (std::size_t at = 0; at < count; ++at) apply(actions[at], parted, now);
  }
  settle(parted, now);
  RC_ASSERT(there_in(whole) == there_in(parted));
}

RC_GTEST_PROP(fleet, without_gates_settles_in_its_depth, ()) {
  world of = any_world(false);
  const std::size_t passes = settle(of, start);
  RC_ASSERT(passes <= of.depth());
  const std::size_t newest = of.commits.size() - 1;
  for (const place& each : of.places)
    if (std::ranges::all_of(each.from, [&](std::size_t from) { return had(of.places[from], newest); }))
      RC_ASSERT(each.there() == newest);
}

int waited = 0;  ///< that were tried

RC_GTEST_PROP(fleet, deploys_at_the_end_of_a_waiting_and_not_before, ()) {
  const moment now = any_time();
  const world of = waiting_world(now);
  const std::vector<fleet_target> seen = observed(of, now);
  const std::vector<fleet_action> actions = actions_for(seen, now);
  for (std::size_t at = 0; at < actions.size(); ++at) {
    if (actions[at].is != fleet_step::wait || !actions[at].until) continue;
    const moment end = *actions[at].until;
    ++waited;
    RC_ASSERT(end > now);
    const auto action_at = [&](moment when) { return actions_for({seen[at]}, when).front(); };
    RC_ASSERT(action_at(end).is == fleet_step::deploy);
    RC_ASSERT(actions_in(of, end)[at].is == fleet_step::deploy);  // asked again, at that time
    const auto length = std::chrono::duration_cast<std::chrono::milliseconds>(end - now).count();
    const moment before = now + std::chrono::milliseconds(*rc::gen::inRange<std::int64_t>(0, length));
    RC_ASSERT(action_at(before).is == fleet_step::wait);
    RC_ASSERT(actions_in(of, before)[at].is == fleet_step::wait);
    RC_ASSERT(action_at(end - 1ms).is == fleet_step::wait);
  }
}

TEST(fleet, was_seen_to_wait_often_enough_to_tell) {
  EXPECT_GT(waited, 40);
}

RC_GTEST_PROP(fleet, whose_records_are_lost_is_not_deployed_from_end_to_end, ()) {
  world of = any_world(true);
  for (place& each : of.places) each.is_lost = true;
  const std::vector<fleet_action> actions = actions_in(of, any_time());
  for (std::size_t at = 0; at < actions.size(); ++at)
    if (!of.places[at].from.empty()) RC_ASSERT(actions[at].is != fleet_step::deploy);
}

RC_GTEST_PROP(fleet, that_lost_the_records_of_one_place_moves_no_other, ()) {
  world of = any_world(true);
  const moment now = any_time();
  settle(of, now);
  const auto lost = *rc::gen::inRange<std::size_t>(0, of.places.size());
  of.places[lost].is_lost = true;
  const std::vector<fleet_action> actions = actions_in(of, now);
  for (std::size_t at = 0; at < actions.size(); ++at)
    if (at != lost) RC_ASSERT(actions[at].is != fleet_step::deploy);
}

// --- A recording ---

bool is_same(const fleet_action& one, const fleet_action& other) {
  return one.is == other.is && one.target() == other.target() && one.runs == other.runs
         && one.commit == other.commit && one.tag == other.tag && one.branch == other.branch
         && one.reasons == other.reasons && one.rule == other.rule && one.until == other.until
         && one.why.has_value() == other.why.has_value()
         && (!one.why || text_of(*one.why) == text_of(*other.why));
}

RC_GTEST_PROP(fleet, is_decided_from_its_recording_as_it_was, ()) {
  const moment now = any_time();
  fleet_observation seen{now, observed(any_world(true), now)};
  // Whatever the gate may be told, too.
  for (fleet_target& target : seen.targets)
    for (fleet_candidate& each : target.candidates) {
      gate_asked::asked all = gate_asked::harmless(change::deploy, true);
      all.of.is_by_hand = all.of.rehearses = true;
      const auto rule = *rc::gen::inRange<std::size_t>(0, 2 * std::size(all_rules));
      if (rule < std::size(all_rules)) gate_asked::break_rule(all_rules[rule], all);
      if (!one_in(3)) continue;
      each.asked = all.of;
      each.facts = all.state;
      each.proposed = one_in(5) ? "https://git.example.com/pulls/7" : "";
      each.failed = one_in(5) ? "VERIFY \"ü\"\n" : "";
    }
  const result<fleet_observation> again = observation_from(pretty(json_of(seen)), "seen.json");
  RC_ASSERT(static_cast<bool>(again));
  RC_ASSERT(again->at == now);
  const std::vector<fleet_action> one = actions_for(seen.targets, now),
                                  other = actions_for(again->targets, now);
  RC_ASSERT(one.size() == other.size());
  for (std::size_t at = 0; at < one.size(); ++at) RC_ASSERT(is_same(one[at], other[at]));
  RC_ASSERT(pretty(json_of(*again)) == pretty(json_of(seen)));
}

}  // namespace
}  // namespace cicd
