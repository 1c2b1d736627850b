// The gate as one table: each way of deploying, each kind of change, each rule, every cell asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/system/clock.hpp>

#include "gate_asked.hpp"

namespace cicd {
namespace {

using namespace gate_asked;
using testing::HasSubstr;

/// What is asked, as docs/interface.md has it: a column for each rule in the gate's order (fork, protection,
/// dirty, ref, proposal, pin, branches, version, moved tag, yanked, order, newer declaration, hold, from,
/// soak, window, await, upstream, signature, remote ref, declaration, approval, GATE).
const std::map<change, std::string> documented{
    {change::publish, "x.x.x....x............."},      {change::deploy, "xxxxxxxxxxxxxxxxxxxxxxx"},
    {change::preview, "xxx.x....x........x.xx."},      {change::canary, "xxx.x....x..x.....x.xx."},
    {change::canary_share, "xx..x....x..x........x."}, {change::branch_end, "x...x.................."},
    {change::rollback, "xx..x....x..x.....x...."},     {change::task, "xx..x.................."},
    {change::cron_run, "xx..x.................."},     {change::cron_pause, "x...x.................."},
    {change::hold, "x...x.................."},         {change::approve, "x...x.................."},
    {change::build, ".....................x."},        {change::tag, "x...x.................."},
    {change::yank, "x...x.................."},         {change::observe, "x......................"},
    {change::secret, "x......................"}};
/// The same of what lies in the build tree.
const std::string asked_inside = ".x.x.xxxxxxxxxxxxxx..xx";

bool is_expected(change what, std::size_t rule, bool is_outside) {
  return documented.at(what)[rule] == 'x' && (is_outside || asked_inside[rule] == 'x');
}

TEST(gate, lets_in_what_no_rule_is_against) {
  for (const change what : all_changes)
    for (const bool is_outside : {true, false})
      EXPECT_FALSE(harmless(what, is_outside).is_refused()) << static_cast<int>(what);
}

TEST(gate, asks_each_change_exactly_the_rules_of_the_table) {
  for (const bool is_outside : {true, false})
    for (const change what : all_changes)
      for (std::size_t rule = 0; rule < std::size(all_rules); ++rule) {
        asked one = harmless(what, is_outside);
        break_rule(all_rules[rule], one);
        EXPECT_EQ(one.is_refused(), is_expected(what, rule, is_outside))
            << "change " << static_cast<int>(what) << ", rule " << rule << ", outside " << is_outside;
      }
}

TEST(gate, refuses_beforehand_what_needs_nothing_of_the_environment) {
  for (const bool is_outside : {true, false})
    for (const change what : all_changes)
      for (std::size_t rule = 0; rule < std::size(all_rules); ++rule) {
        asked one = harmless(what, is_outside);
        break_rule(all_rules[rule], one);
        const bool refused = !may_begin(one.of);
        EXPECT_EQ(refused, is_expected(what, rule, is_outside) && !needs_state(all_rules[rule]))
            << "change " << static_cast<int>(what) << ", rule " << rule << ", outside " << is_outside;
      }
}

TEST(gate, gives_the_first_refusal_in_the_order_of_the_rules) {
  asked all = harmless(change::deploy, true);
  for (std::size_t rule = std::size(all_rules); rule-- > 0;) break_rule(all_rules[rule], all);
  EXPECT_THAT(text_of(may(all.of, all.state).error()), HasSubstr("from a fork"));
}

TEST(gate, says_of_each_refusal_what_helps) {
  for (const gate_rule rule : all_rules) {
    asked one = harmless(change::deploy, true);
    break_rule(rule, one);
    const result<permit> refused = may(one.of, one.state);
    ASSERT_FALSE(refused);
    EXPECT_THAT(text_of(refused.error()), HasSubstr("  try: ")) << text_of(refused.error());
    EXPECT_EQ(refused.error().subject, "orders/deploy-prod");
    const bool is_conflict = rule == gate_rule::superseded || rule == gate_rule::moved_tag;
    EXPECT_EQ(refused.error().kind, is_conflict ? exit_class::conflict : exit_class::policy);
  }
}

TEST(gate, of_a_plan_does_not_ask_who_plans) {
  for (const gate_rule rule : {gate_rule::fork, gate_rule::protection, gate_rule::proposal,
                               gate_rule::remote_ref, gate_rule::declaration}) {
    asked one = harmless(change::deploy, true);
    one.of.rehearses = true;
    break_rule(rule, one);
    EXPECT_FALSE(one.is_refused());
  }
}

// --- Each way of deploying ---

/// An environment reached by each way, outside the build tree where the way can lead there.
environment place_via(deploy_way via, bool is_outside) {
  environment place;
  place.name = dns_label("prod");
  place.via = via;
  if (via == deploy_way::gitops && is_outside) place.repository = text("/srv/manifests.git");
  return place;
}

status begins(change what,
              const environment& place,
              std::map<std::string, std::string, std::less<>> variables) {
  declared_pipeline pipeline;
  pipeline.declared.name = dns_label("orders");
  pipeline.source_directory = "/nowhere";
  const workspace where{"/nowhere/build", "/nowhere/cache"};
  const surroundings around(std::move(variables));
  delivery door(where, around, system_clock_port(), {});
  return door.gate().may_begin(what, pipeline, place);
}

TEST(gate, keeps_forks_out_by_whatever_way_an_environment_is_reached) {
  for (const change what : all_changes) {
    // A fork may be built, without any secret.
    if (what == change::publish || what == change::build) continue;
    for (const deploy_way via : {deploy_way::gitops, deploy_way::kubectl})
      EXPECT_FALSE(begins(
          what, place_via(via, true),
          {{"CIRCLECI", "true"}, {"CIRCLE_PR_USERNAME", "somebody"}, {"CIRCLE_PR_REPONAME", "orders"}}))
          << static_cast<int>(what);
  }
}

TEST(gate, protects_by_whatever_way_an_environment_is_reached) {
  for (const change what : all_changes) {
    if (what == change::publish) continue;
    for (const deploy_way via : {deploy_way::gitops, deploy_way::render, deploy_way::kubectl})
      for (const bool is_outside : {true, false}) {
        environment place = place_via(via, is_outside);
        place.is_protected = true;
        const bool is_asked = documented.at(what)[1] == 'x';
        EXPECT_EQ(!begins(what, place, {{"CI", "1"}}), is_asked)
            << static_cast<int>(what) << " " << via.view();
      }
  }
}

// --- Single rules ---

TEST(protection, takes_from_ci_a_push_or_tag_and_by_hand_only_what_is_done_by_hand) {
  using enum event_kind;
  const std::map<change, std::set<event_kind>> taken{
      {change::deploy, {push, tag}},
      {change::preview, {push, tag, pull_request, by_hand, schedule}},
      {change::rollback, {push, tag, by_hand, schedule}},
      {change::task, {push, tag, by_hand, schedule}}};
  for (const auto& [what, kinds] : taken)
    for (const event_kind kind : {by_hand, push, tag, pull_request, merge_queue, schedule}) {
      asked one = harmless(what, true);
      one.of.event.kind = kind;
      one.of.follows = {};
      EXPECT_EQ(!one.is_refused(), kinds.contains(kind)) << static_cast<int>(what) << " " << text_of(kind);
    }
}

TEST(protection, wants_variables_that_fit_together) {
  asked one = harmless(change::deploy, true);
  one.of.event.contradictions = {"GITHUB_REF and GITHUB_EVENT_PATH: they name different refs"};
  EXPECT_THAT(text_of(may(one.of, one.state).error()), HasSubstr("they name different refs"));
}

TEST(pull_requests, change_nothing_but_a_preview_that_the_base_branch_declares) {
  asked one = harmless(change::preview, true);
  one.of.event.kind = event_kind::pull_request;
  EXPECT_FALSE(one.is_refused());
  one.of.base->differs = {{"PATH", "prod/orders", ""}};
  const result<permit> refused = may(one.of, one.state);
  ASSERT_FALSE(refused);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("PATH is another there: 'prod/orders'"));
  EXPECT_THAT(text_of(refused.error()), HasSubstr("main (aaaaaaa)"));
  one.of.base.reset();
  EXPECT_TRUE(one.is_refused()) << "a question that forgot to ask";
  EXPECT_TRUE(may_begin(one.of)) << "it is not known yet";
}

TEST(pull_requests, approve_only_by_the_gate_of_the_ci_system) {
  asked one = harmless(change::approve, true);
  one.of.event.kind = event_kind::pull_request;
  EXPECT_TRUE(one.is_refused());
  one.of.is_preview_by_gate = true;
  EXPECT_FALSE(one.is_refused());
  one.of.what = change::hold;
  EXPECT_TRUE(one.is_refused());
}

TEST(pull_requests, end_the_preview_of_their_own_branch_where_the_base_branch_has_it) {
  asked one = harmless(change::branch_end, true);
  EXPECT_FALSE(one.is_refused()) << "a sweep by a schedule";
  one.of.event.kind = event_kind::pull_request;
  one.of.event.source_branch = "fix";
  EXPECT_TRUE(one.is_refused()) << "a sweep, or the end of a canary";
  one.of.ends_preview_of = "other";
  const result<permit> refused = may(one.of, one.state);
  ASSERT_FALSE(refused);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("no preview but that of its own branch: 'other'"));
  one.of.ends_preview_of = "fix";
  EXPECT_FALSE(one.is_refused());
  one.of.base->differs = {{"PATH", "prod/orders", ""}};
  EXPECT_TRUE(one.is_refused());
  one.of.base.reset();
  EXPECT_TRUE(one.is_refused()) << "a question that forgot to ask";
  EXPECT_TRUE(may_begin(one.of)) << "it is not known yet";
}

TEST(followed_refs, are_never_those_of_a_pull_request_or_a_merge_queue) {
  for (const event_kind kind : {event_kind::pull_request, event_kind::merge_queue}) {
    asked one = harmless(change::deploy, true);
    one.of.is_protected = false;
    one.of.event.kind = kind;
    EXPECT_TRUE(one.is_refused());
  }
}

TEST(followed_refs, are_those_of_the_event_where_the_head_is_detached) {
  asked one = harmless(change::deploy, true);
  one.of.sources[0].git.branch.reset();
  EXPECT_FALSE(one.is_refused());
  one.of.event.branch = "feature";
  EXPECT_TRUE(one.is_refused());
  one.of.event.branch.clear();
  EXPECT_TRUE(one.is_refused());
}

TEST(followed_refs, are_tags_of_the_commit_itself) {
  asked one = harmless(change::deploy, true);
  one.of.follows = {ref_kind::tag, ref_pattern("v*")};
  EXPECT_TRUE(one.is_refused());
  one.of.sources[0].git.tags = {"v1.0.0"};
  EXPECT_FALSE(one.is_refused());
}

TEST(remote_refs, that_cannot_be_known_are_a_matter_of_usage_and_fail_closed) {
  const std::map<remote_place::answer, std::string> helps{
      {remote_place::answer::shallow, "git fetch --unshallow --filter=tree:0"},
      {remote_place::answer::tip_unknown, "git fetch origin main"}};
  for (const auto& [answer, help] : helps) {
    asked one = harmless(change::deploy, true);
    one.of.sources[0].remote->where = answer;
    const result<permit> refused = may(one.of, one.state);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, exit_class::usage);
    EXPECT_THAT(text_of(refused.error()), HasSubstr(help));
  }
  asked one = harmless(change::deploy, true);
  one.of.sources[0].remote.reset();
  EXPECT_TRUE(one.is_refused()) << "a question that forgot to ask";
}

TEST(gate, looks_for_uncommitted_changes_in_the_declarations_repository_too) {
  asked one = harmless(change::deploy, true);
  one.of.sources[1].is_dirty = true;
  EXPECT_THAT(text_of(may(one.of, one.state).error()), HasSubstr("the declaration has uncommitted changes"));
}

TEST(gate, lets_no_value_out_that_a_build_tree_alone_has) {
  for (const change what : {change::publish, change::deploy, change::preview, change::canary}) {
    asked one = harmless(what, true);
    EXPECT_FALSE(one.is_refused());
    one.of.sources[0].is_dirty = true;
    one.of.sources[0].departures = {{"region", "eu-west-1", "us-east-1"}};
    const std::string told = text_of(may(one.of, one.state).error());
    EXPECT_THAT(told, HasSubstr(".region gives another value than the declaration: us-east-1: 'eu-west-1'"));
    EXPECT_THAT(told, HasSubstr("--allow-dirty"));
    one.of.takes_dirty = true;
    EXPECT_FALSE(one.is_refused());
  }
}

TEST(holds, of_one_version_keep_only_that_one_out) {
  asked one = harmless(change::deploy, true);
  one.state.hold = deployment_hold{"ada", "bad", "v1", one.state.now};
  EXPECT_FALSE(one.is_refused());
  one.state.version = "v1";
  EXPECT_TRUE(one.is_refused());
}

// --- Releases ---

/// A deploy by tag `mine` where `there` is deployed from a newer commit.
asked release_of(const std::string& mine, const std::string& there) {
  asked one = harmless(change::deploy, true);
  one.of.released.tag = mine;
  one.state.newer.is = succession::order::older;
  one.state.newer.there.tag = there;
  one.state.newer.there.commit = std::string(40, 'b');
  return one;
}

TEST(tags, decide_by_their_versions_and_not_by_the_history_of_their_commits) {
  EXPECT_FALSE(release_of("v1.4.3", "v1.4.2").is_refused()) << "a fix of an older line";
  EXPECT_FALSE(release_of("v1.10.0", "v1.9.0").is_refused());
  const asked older = release_of("v1.5.0", "v1.6.0");
  const auto refused = may(older.of, older.state);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::conflict);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("superseded: v1.6.0 is there: 'v1.5.0'"));
  EXPECT_THAT(text_of(refused.error()), HasSubstr("git fetch --tags, and give the commit a version above "));
}

TEST(tags, without_an_order_leave_it_to_the_history) {
  asked one = release_of("v1.5.0", "v1.4.0");
  one.of.released.order = tag_order::of(ref_pattern("v*"), version_rule::none);
  EXPECT_TRUE(one.is_refused());
}

TEST(tags, that_were_moved_name_both_commits) {
  const asked moved = release_of("v1.5.0", "v1.5.0");
  const auto refused = may(moved.of, moved.state);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::conflict);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("tag v1.5.0 was moved: bbbbbbb → aaaaaaa"));
}

TEST(tags, of_candidates_are_numbers_whatever_is_declared) {
  asked one = release_of("rc-10", "rc-9");
  one.of.released.order = tag_order::of(ref_pattern("rc-*"), version_rule::semantic);
  EXPECT_FALSE(one.is_refused());
  one.of.released.tag = "rc-8";
  EXPECT_TRUE(one.is_refused());
}

TEST(branches, that_cannot_be_known_say_what_helps) {
  for (const auto& [where, help] : {std::pair{remote_place::answer::shallow, "git fetch --unshallow"},
                                    {remote_place::answer::tip_unknown, "git fetch origin"}}) {
    asked one = harmless(change::deploy, true);
    one.of.sources[0].released->where = where;
    const auto refused = may(one.of, one.state);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, exit_class::usage);
    EXPECT_THAT(text_of(refused.error()), HasSubstr(help));
  }
}

TEST(a_deploy_over_what_was_put_back_by_hand, is_refused_and_nothing_else_is) {
  for (const change what : all_changes)
    for (const bool is_outside : {true, false}) {
      asked one = harmless(what, is_outside);
      one.state.reverted = hand_revert{std::string(40, 'b'), "Grace", one.state.now, "v2"};
      EXPECT_EQ(one.is_refused(), what == change::deploy) << static_cast<int>(what);
    }
}

TEST(a_deploy_over_what_was_put_back_by_hand, says_who_did_it_and_what_lets_deploys_go_on) {
  asked one = harmless(change::deploy, true);
  one.state.reverted = hand_revert{std::string(40, 'b'), "Grace", one.state.now, "v2"};
  const auto refused = may(one.of, one.state);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  const std::string text = text_of(refused.error());
  EXPECT_THAT(text, HasSubstr("what is deployed was put back by hand: 'bbbbbbb'\n"));
  EXPECT_THAT(text, HasSubstr("  by:   Grace at 2026-11-21T08:00:00Z\n  left: v2\n"));
  EXPECT_THAT(text, HasSubstr("  try:  cicd hold release orders prod, to deploy over it"));
}

TEST(holds, of_a_version_keep_a_rollback_to_its_commit_out) {
  asked one = harmless(change::rollback, true);
  one.state.version = "v1";
  one.state.commit = "c0ffee1" + std::string(33, '0');
  one.state.hold = deployment_hold{"ada", "bad", "c0ffee1", one.state.now};
  EXPECT_TRUE(one.is_refused());
  one.state.commit = std::string(40, 'a');
  EXPECT_FALSE(one.is_refused());
}

TEST(holds, of_all_deploys_do_not_keep_a_rollback_out) {
  asked one = harmless(change::rollback, true);
  one.state.hold = deployment_hold{"ada", "bad", "", one.state.now};
  EXPECT_FALSE(one.is_refused());
}

}  // namespace
}  // namespace cicd
