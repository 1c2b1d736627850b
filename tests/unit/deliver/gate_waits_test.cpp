// What is refused for a time, and what a hotfix passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gate_asked.hpp"

namespace cicd {
namespace {

using namespace gate_asked;
using testing::HasSubstr;

std::optional<gate_refusal> refused(gate_rule rule, change what = change::deploy) {
  asked one = harmless(what, true);
  break_rule(rule, one);
  return refusal_of(one.of, one.state);
}

TEST(what_is_refused, says_by_which_rule_and_whether_it_waits) {
  const std::set<gate_rule> waiting{gate_rule::hold,    gate_rule::from,  gate_rule::soak,
                                    gate_rule::window,  gate_rule::await, gate_rule::upstream,
                                    gate_rule::approval};
  for (const gate_rule rule : all_rules) {
    const auto one = refused(rule);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->rule, rule);
    EXPECT_EQ(one->waits, waiting.contains(rule)) << word_of(rule);
    EXPECT_EQ(is_waiting(rule), waiting.contains(rule)) << word_of(rule);
    EXPECT_FALSE(word_of(rule).empty());
  }
}

TEST(what_is_refused, does_not_wait_where_another_rule_refuses_for_good) {
  asked one = harmless(change::deploy, true);
  break_rule(gate_rule::soak, one);
  break_rule(gate_rule::remote_ref, one);
  const auto told = refusal_of(one.of, one.state);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->rule, gate_rule::soak) << "the first is told";
  EXPECT_FALSE(told->waits);
}

TEST(soak, says_where_since_when_and_when_to_run_again) {
  const auto one = refused(gate_rule::soak);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->until, utc_from("2026-11-21T08:40:00Z"));
  const std::string text = text_of(one->why);
  EXPECT_THAT(text, HasSubstr("SOAK 2h: healthy in stage for 1h20m, 40m are missing"));
  EXPECT_THAT(text, HasSubstr("stage: healthy since 2026-11-21T06:40:00Z"));
  EXPECT_THAT(text, HasSubstr("run again at 08:40 UTC\n"));
}

TEST(soak, is_of_the_environment_that_had_it_healthy_for_the_shortest_time) {
  asked one = harmless(change::deploy, true);
  one.state.from = {soaking(), soaking()};
  one.state.from[1].where = one.state.from[1].name = "demo";
  one.state.from[1].soaked = std::chrono::minutes(10);
  const auto told = refusal_of(one.of, one.state);
  ASSERT_TRUE(told);
  EXPECT_THAT(told->why.what, HasSubstr("healthy in demo for 10m"));
  EXPECT_EQ(told->until, utc_from("2026-11-21T09:50:00Z"));
}

TEST(soak, of_what_was_replaced_does_not_go_on_and_so_has_no_end) {
  asked one = harmless(change::deploy, true);
  one.state.from = {soaking()};
  one.state.from[0].replaced = utc_from("2026-11-21T07:59:00Z");
  const auto told = refusal_of(one.of, one.state);
  ASSERT_TRUE(told);
  EXPECT_FALSE(told->until);
  EXPECT_THAT(text_of(told->why), HasSubstr("replaced at 2026-11-21T07:59:00Z"));
  EXPECT_THAT(text_of(told->why), HasSubstr("deploy it to stage again"));
}

TEST(an_approval, of_a_time_in_the_future_does_not_count_and_that_is_said) {
  asked one = harmless(change::deploy, true);
  EXPECT_FALSE(one.is_refused());
  one.state.approvals[0].when = one.state.now + std::chrono::days(30);
  one.state.approvals[0].expires = one.state.now + std::chrono::days(31);
  const auto told = refusal_of(one.of, one.state);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->rule, gate_rule::approval);
  EXPECT_THAT(text_of(told->why), HasSubstr("2026-12-21T08:00:00Z, which is in the future"));
}

TEST(window, says_when_it_opens) {
  const auto one = refused(gate_rule::window);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->until, utc_from("2026-11-23T09:00:00Z"));
  EXPECT_THAT(text_of(one->why), HasSubstr("run again at 09:00 UTC on 2026-11-23\n"));
}

TEST(from, that_cannot_be_known_is_a_failure_of_the_remote) {
  asked one = harmless(change::deploy, true);
  one.state.from = {soaking()};
  one.state.from[0].was_healthy = false;
  one.state.from[0].unknown = error{exit_class::remote, "orders/stage", "it is not known", {}, {}};
  const auto told = refusal_of(one.of, one.state);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->why.kind, exit_class::remote);
  one.state.from[0].unknown.reset();
  EXPECT_THAT(refusal_of(one.of, one.state)->why.what, HasSubstr("was not healthy in stage yet"));
}

TEST(a_hotfix, passes_what_takes_time_and_nothing_else) {
  const std::set<gate_rule> passed{gate_rule::from, gate_rule::soak, gate_rule::window, gate_rule::upstream,
                                   gate_rule::program};
  for (const gate_rule rule : all_rules) {
    asked one = harmless(change::deploy, true);
    one.of.hotfix = "orders are lost";
    break_rule(rule, one);
    EXPECT_EQ(one.is_refused(), !passed.contains(rule)) << word_of(rule);
  }
}

TEST(what_others_make, is_never_forgotten_by_a_deploy) {
  for (const gate_rule rule : {gate_rule::await, gate_rule::upstream}) {
    asked one = harmless(change::deploy, true);
    if (rule == gate_rule::await)
      one.state.awaited.clear();
    else
      one.state.upstream.reset();
    const auto told = refusal_of(one.of, one.state);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->rule, rule);
    EXPECT_THAT(told->why.what, HasSubstr("was not asked"));
  }
}

TEST(what_others_make, is_told_with_all_that_is_missing_and_what_is_there) {
  asked one = harmless(change::deploy, true);
  one.of.awaits = {"r.example.com/ui", "r.example.com/jobs", "r.example.com/docs"};
  one.state.awaited = {{"r.example.com/ui", {"aaaaaaa", "v2"}, digest{}},
                       {"r.example.com/jobs", {"aaaaaaa"}, sha256("jobs")},
                       {"r.example.com/docs", {"aaaaaaa"}, digest{}}};
  const std::string text = text_of(refusal_of(one.of, one.state)->why);
  EXPECT_THAT(text, HasSubstr("'r.example.com/ui:aaaaaaa or :v2'"));
  EXPECT_THAT(text, HasSubstr("missing: r.example.com/docs:aaaaaaa"));
  EXPECT_THAT(text, HasSubstr("r.example.com/jobs@sha256:"));
}

TEST(what_others_make, is_told_by_the_state_of_its_build) {
  using enum upstream_build::state;
  asked one = harmless(change::deploy, true);
  for (const auto& [is, said] : {std::pair{none, "no build of this commit yet"},
                                 {running, "build 41 of this commit has not ended yet"},
                                 {failed, "build 41 of this commit failed: UNSTABLE"}}) {
    one.state.upstream =
        upstream_build{is, is == none ? "" : "41", "https://ci/41", is == failed ? "UNSTABLE" : ""};
    EXPECT_THAT(refusal_of(one.of, one.state)->why.what, HasSubstr(said));
  }
}

TEST(same_config, says_what_helps_where_no_configuration_was_recorded) {
  asked one = harmless(change::deploy, true);
  one.state.from.resize(1);
  earlier_place& stage = one.state.from.front();
  stage.name = "stage";
  stage.was_reached = stage.was_healthy = true;
  stage.configuration = "stage: v1 of 2026-11-20T08:00:00Z was deployed before its declaration changed";
  EXPECT_THAT(text_of(refusal_of(one.of, one.state)->why), HasSubstr("cicd reconcile"));
  stage.is_unrecorded = true;
  const std::string text = text_of(refusal_of(one.of, one.state)->why);
  EXPECT_THAT(text, testing::Not(HasSubstr("cicd reconcile")));
  EXPECT_THAT(text, HasSubstr("the next commit that is deployed there"));
  EXPECT_THAT(text, HasSubstr("--hotfix"));
}

TEST(the_program_of_gate, is_not_asked_by_a_plan_and_never_forgotten_by_a_deploy) {
  asked one = harmless(change::deploy, true);
  one.state.program.reset();
  EXPECT_TRUE(one.is_refused());
  one.of.rehearses = true;
  EXPECT_FALSE(one.is_refused());
  one.state.program = program_answer{false, "1", "error budget is spent"};
  ASSERT_TRUE(one.is_refused());
  EXPECT_THAT(text_of(may(one.of, one.state).error()), HasSubstr("error budget is spent"));
}

}  // namespace
}  // namespace cicd
