// What one pass over the fleet does, as a pure function of what was observed.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/policy/fleet_actions.hpp>

#include "gate_asked.hpp"

namespace cicd {
namespace {

using gate_asked::asked;
using gate_asked::break_rule;
using namespace std::chrono_literals;

asked allowed() {
  asked all = gate_asked::harmless(change::deploy, true);
  all.of.is_by_hand = all.of.rehearses = true;
  all.state.program.reset();
  return all;
}

fleet_candidate candidate(char digit, const asked& all = allowed()) {
  return {
      .commit = std::string(40, digit), .reasons = {"main is at it"}, .asked = all.of, .facts = all.state};
}

fleet_candidate broken(char digit, gate_rule rule) {
  asked all = allowed();
  break_rule(rule, all);
  return candidate(digit, all);
}

fleet_target target(std::vector<fleet_candidate> candidates) {
  return {
      .pipeline = "orders", .environment = "prod", .runs = "0000000", .candidates = std::move(candidates)};
}

const auto now = allowed().state.now;

fleet_action action_of(const fleet_target& of, std::chrono::system_clock::time_point when = now) {
  return actions_for({of}, when).front();
}

TEST(fleet_actions, deploy_the_newest_that_may_go_with_its_reasons) {
  const fleet_action action = action_of(target({candidate('2'), candidate('1')}));
  EXPECT_EQ(action.is, fleet_step::deploy);
  EXPECT_EQ(action.commit, std::string(40, '2'));
  EXPECT_EQ(action.reasons, std::vector<std::string>{"main is at it"});
  EXPECT_FALSE(action.why);
}

TEST(fleet_actions, say_what_waits_for_a_person) {
  EXPECT_TRUE(action_of(target({broken('1', gate_rule::approval)})).needs_person);
  EXPECT_FALSE(action_of(target({broken('1', gate_rule::soak)})).needs_person);
  fleet_candidate runs = broken('1', gate_rule::upstream);
  runs.facts.upstream = upstream_build{.is = upstream_build::state::running};
  EXPECT_FALSE(action_of(target({runs})).needs_person);
  runs.facts.upstream->is = upstream_build::state::failed;
  EXPECT_TRUE(action_of(target({runs})).needs_person);
}

TEST(fleet_actions, take_an_older_one_where_the_newest_may_not_go) {
  EXPECT_EQ(action_of(target({broken('3', gate_rule::yanked), broken('2', gate_rule::soak), candidate('1')}))
                .commit,
            std::string(40, '1'));
  fleet_candidate unbuilt = candidate('2');
  unbuilt.is_built = false;
  EXPECT_EQ(action_of(target({unbuilt, candidate('1')})).commit, std::string(40, '1'));
}

TEST(fleet_actions, do_nothing_where_nothing_is_newer) {
  EXPECT_EQ(action_of(target({})).is, fleet_step::nothing);
}

TEST(fleet_actions, wait_with_the_rule_and_the_time) {
  const fleet_action action = action_of(target({broken('1', gate_rule::soak)}));
  EXPECT_EQ(action.is, fleet_step::wait);
  EXPECT_EQ(action.rule, "SOAK");
  EXPECT_EQ(action.until, now + 40min);
}

TEST(fleet_actions, refuse_what_never_may_go) {
  const fleet_action action = action_of(target({broken('1', gate_rule::yanked)}));
  EXPECT_EQ(action.is, fleet_step::refuse);
  EXPECT_EQ(action.rule, "yanked");
}

TEST(fleet_actions, tell_of_the_candidate_that_may_go_first) {
  const fleet_action action = action_of(
      target({broken('3', gate_rule::yanked), broken('2', gate_rule::window), broken('1', gate_rule::soak)}));
  EXPECT_EQ(action.is, fleet_step::wait);
  EXPECT_EQ(action.commit, std::string(40, '1')) << "in 40 minutes, before the window opens";
}

TEST(fleet_actions, wait_for_an_artifact_and_for_a_pull_request) {
  fleet_candidate unbuilt = candidate('1'), proposed = candidate('1');
  unbuilt.is_built = false;
  proposed.proposed = "https://git.example.com/pulls/7";
  EXPECT_EQ(action_of(target({unbuilt})).rule, "artifact");
  EXPECT_EQ(action_of(target({proposed})).rule, "pull request");
  EXPECT_EQ(action_of(target({proposed})).is, fleet_step::wait);
}

TEST(fleet_actions, wait_where_another_run_deploys_whatever_failed_there) {
  fleet_candidate failed = candidate('2');
  failed.failed = "VERIFY";
  fleet_target busy = target({failed, candidate('1')});
  busy.deploying = "Jane Doe since 2026-11-30T08:00:00Z";
  const fleet_action action = action_of(busy);
  EXPECT_EQ(action.is, fleet_step::wait);
  EXPECT_EQ(action.rule, "deploy under way");
  EXPECT_EQ(action.why->value, busy.deploying);
  EXPECT_FALSE(action.needs_person);
}

TEST(fleet_actions, do_not_try_again_what_failed) {
  fleet_candidate failed = candidate('2');
  failed.failed = "VERIFY";
  EXPECT_EQ(action_of(target({failed})).is, fleet_step::refuse);
  EXPECT_EQ(action_of(target({failed})).rule, "failed deploy");
  EXPECT_EQ(action_of(target({failed, candidate('1')})).commit, std::string(40, '1'));
}

TEST(fleet_actions, try_what_left_no_record_again_after_a_pause_that_doubles) {
  fleet_candidate failed = candidate('2');
  failed.failed = "no such parameter";
  failed.tried_again = now + 8min;
  const fleet_action action = action_of(target({failed}));
  EXPECT_EQ(action.is, fleet_step::wait);
  EXPECT_EQ(action.rule, "failed deploy");
  EXPECT_EQ(action.until, failed.tried_again);
  failed.tried_again = now;
  EXPECT_EQ(action_of(target({failed})).is, fleet_step::deploy);
  EXPECT_EQ(pause_after(1), 1min);
  EXPECT_EQ(pause_after(4), 8min);
  EXPECT_EQ(pause_after(9), 256min);
  EXPECT_EQ(pause_after(10), 6h);
  EXPECT_EQ(pause_after(1'000'000), 6h);
}

TEST(fleet_actions, change_nothing_where_something_could_not_be_read) {
  fleet_target of = target({candidate('1')});
  of.unknown = error{exit_class::remote, {}, "no answer", {}, {}};
  EXPECT_EQ(action_of(of).is, fleet_step::unknown);
  EXPECT_TRUE(action_of(of).why);
}

TEST(fleet_actions, leave_what_the_loop_never_moves) {
  fleet_target of = target({candidate('1')});
  of.left = "it has no image";
  EXPECT_EQ(action_of(of).is, fleet_step::nothing);
}

TEST(fleet_actions, that_wait_until_a_time_are_deploys_at_that_time) {
  for (const gate_rule rule : {gate_rule::soak, gate_rule::window}) {
    asked all = allowed();
    all.state.approvals.front().expires = now + 24h * 7;
    break_rule(rule, all);
    const fleet_target of = target({candidate('1', all)});
    const fleet_action waits = action_of(of);
    ASSERT_TRUE(waits.until);
    EXPECT_EQ(action_of(of, *waits.until - 1min).is, fleet_step::wait);
    EXPECT_EQ(action_of(of, *waits.until).is, fleet_step::deploy);
  }
}

TEST(fleet_actions, wait_for_what_was_replaced_without_an_end) {
  asked all = allowed();
  break_rule(gate_rule::soak, all);
  all.state.from.front().replaced = now;
  EXPECT_FALSE(action_of(target({candidate('1', all)})).until);
  EXPECT_EQ(action_of(target({candidate('1', all)}), now + 24h).is, fleet_step::wait);
}

// --- What holds of any fleet ---

class any_fleet : public testing::Test {
 protected:
  fleet_target any_target(int number) {
    std::vector<fleet_candidate> candidates;
    for (int at = pick(4); at > 0; --at) {
      fleet_candidate one = candidate(static_cast<char>('0' + at));
      if (const int what = pick(6); what == 0)
        one.is_built = false;
      else if (what < 4)
        one =
            broken(one.commit.front(), rules[static_cast<std::size_t>(pick(static_cast<int>(rules.size())))]);
      candidates.push_back(std::move(one));
    }
    fleet_target made = target(std::move(candidates));
    made.pipeline = "p" + std::to_string(number);
    if (pick(8) == 0) made.unknown = error{exit_class::remote, {}, "no answer", {}, {}};
    return made;
  }
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(source); }

  const std::vector<gate_rule> rules{gate_rule::yanked,   gate_rule::hold,   gate_rule::from,
                                     gate_rule::soak,     gate_rule::window, gate_rule::superseded,
                                     gate_rule::approval, gate_rule::await,  gate_rule::upstream};
  std::mt19937 source{20261130};  // NOLINT: the same fleet each time
};

TEST_F(any_fleet, gets_one_action_a_target_whatever_their_order_and_never_what_the_gate_refuses) {
  for (int round = 0; round < 300; ++round) {
    std::vector<fleet_target> fleet;
    for (int at = pick(6); at > 0; --at) fleet.push_back(any_target(at));
    const std::vector<fleet_action> actions = actions_for(fleet, now);
    ASSERT_EQ(actions.size(), fleet.size());
    std::vector<fleet_target> turned(fleet.rbegin(), fleet.rend());
    const std::vector<fleet_action> other = actions_for(turned, now);
    for (std::size_t at = 0; at < fleet.size(); ++at) {
      const fleet_action& one = actions[at];
      EXPECT_EQ(one.target(), fleet[at].pipeline + "/prod");
      EXPECT_EQ(one.is, other[fleet.size() - 1 - at].is);
      EXPECT_EQ(one.commit, other[fleet.size() - 1 - at].commit);
      if (one.is != fleet_step::deploy) continue;
      EXPECT_FALSE(fleet[at].unknown);
      const auto taken = std::ranges::find(fleet[at].candidates, one.commit, &fleet_candidate::commit);
      ASSERT_NE(taken, fleet[at].candidates.end());
      EXPECT_TRUE(taken->is_built);
      EXPECT_FALSE(refusal_of(taken->asked, taken->facts));
    }
  }
}

TEST_F(any_fleet, is_at_rest_once_what_was_to_be_deployed_is_there) {
  for (int round = 0; round < 300; ++round) {
    fleet_target of = any_target(1);
    const fleet_action first = action_of(of);
    if (first.is != fleet_step::deploy) continue;
    // What is as new as what is there is no candidate any more.
    const auto taken = std::ranges::find(of.candidates, first.commit, &fleet_candidate::commit);
    of.candidates.erase(taken, of.candidates.end());
    of.runs = first.version();
    EXPECT_NE(action_of(of).is, fleet_step::deploy);
  }
}

}  // namespace
}  // namespace cicd
