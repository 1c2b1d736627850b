// What a change reaches, on small graphs drawn above each case and on random ones.
#include <random>

#include <gtest/gtest.h>

#include <cicd/plan/change_reach.hpp>

namespace {

using namespace cicd;

using results = std::vector<std::optional<step_result>>;

/// Steps `0`, `1`, …, each after those that are named.
step_graph graph_with(const std::vector<std::vector<step_index>>& after) {
  step_graph graph;
  for (step_index at = 0; at < after.size(); ++at) {
    graph_step each;
    each.id = std::to_string(at);
    each.after = after[at];
    graph.steps.push_back(each);
    graph.by_id[each.id] = at;
  }
  return graph;
}

step_result giving(const std::string& outputs) {
  return {.key = {}, .outputs = sha256(outputs), .artifact = {}};
}

std::vector<step_change> as_before(std::size_t steps) {
  std::vector<step_change> all(steps);
  for (std::size_t at = 0; at < steps; ++at) all[at].outputs_before = sha256(std::to_string(at));
  return all;
}

// 0 ─ 1 ─ 2     3
TEST(change_reach, what_comes_after_a_changed_step_may_be_reached_and_nothing_else) {
  const step_graph graph = graph_with({{}, {0}, {1}, {}});
  std::vector<step_change> changes = as_before(4);
  changes[0].reasons = {"a.c changed"};
  const change_reach reach(graph, changes);
  EXPECT_EQ(reach.count_in({0, 1, 2, 3}), 3U);
  EXPECT_FALSE(reach.may_reach(3));
  EXPECT_EQ(reach.reasons(0, results(4)), std::vector<std::string>{"a.c changed"});
  EXPECT_EQ(reach.reasons(1, results(4)), std::vector<std::string>{"depends on 0"});
  EXPECT_TRUE(reach.reasons(3, results(4)).empty());
}

// 0 ─ 1 ─ 2
TEST(change_reach, a_step_after_one_that_gives_what_it_gave_is_left_out_with_all_after_it) {
  const step_graph graph = graph_with({{}, {0}, {1}});
  std::vector<step_change> changes = as_before(3);
  changes[0].reasons = {"a.c changed"};
  change_reach reach(graph, changes);
  results now(3);
  EXPECT_FALSE(reach.leave_out(1, now)) << "it is not known yet";
  now[0] = giving("0");
  EXPECT_FALSE(reach.leave_out(0, now)) << "it was changed itself";
  EXPECT_TRUE(reach.leave_out(1, now));
  EXPECT_TRUE(reach.leave_out(2, now));
}

TEST(change_reach, a_step_after_one_that_gives_something_else_or_whose_past_is_unknown_is_reached) {
  const step_graph graph = graph_with({{}, {0}});
  std::vector<step_change> changes = as_before(2);
  changes[0].reasons = {"a.c changed"};
  results now(2);
  now[0] = giving("other");
  change_reach other(graph, changes);
  EXPECT_FALSE(other.leave_out(1, now));
  EXPECT_EQ(other.reasons(1, now), std::vector<std::string>{"the outputs of 0 changed"});
  changes[0].outputs_before.reset();
  now[0] = giving("0");
  change_reach unknown(graph, changes);
  EXPECT_FALSE(unknown.leave_out(1, now));
  EXPECT_EQ(unknown.reasons(1, now), std::vector<std::string>{"depends on 0"});
}

// 0 ─ 1 ─┐
//     2 ─┴ 3      0 and 2 changed
TEST(change_reach, what_another_reached_step_needs_is_not_left_out) {
  const step_graph graph = graph_with({{}, {0}, {}, {1, 2}});
  std::vector<step_change> changes = as_before(4);
  changes[0].reasons = changes[2].reasons = {"changed"};
  change_reach reach(graph, changes);
  results now(4);
  now[0] = giving("0");
  EXPECT_FALSE(reach.leave_out(1, now)) << "3 is reached through 2, and needs 1";
}

TEST(change_reach, nothing_that_is_done_ever_needs_what_was_left_out) {
  std::mt19937 chance(20261130);
  for (int round = 0; round < 2'000; ++round) {
    const step_index size = 2 + chance() % 9;
    std::vector<std::vector<step_index>> after(size);
    for (step_index step = 1; step < size; ++step)
      for (step_index before = 0; before < step; ++before)
        if (chance() % 3 == 0) after[step].push_back(before);
    const step_graph graph = graph_with(after);
    std::vector<step_change> changes = as_before(size);
    for (step_change& each : changes) {
      if (chance() % 3 == 0) each.reasons = {"changed"};
      if (chance() % 5 == 0) each.outputs_before.reset();
    }
    change_reach reach(graph, changes);
    results now(size);
    std::vector<bool> left_out(size);
    for (step_index step = 0; step < size; ++step) {
      left_out[step] = reach.leave_out(step, now);
      bool is_other = !changes[step].reasons.empty();
      for (step_index before : after[step]) {
        ASSERT_TRUE(!left_out[before] || left_out[step])
            << "step " << step << " needs " << before << ", round " << round;
        if (left_out[before]) continue;
        is_other = is_other || !changes[before].outputs_before
                   || now[before]->outputs != *changes[before].outputs_before;
      }
      if (left_out[step]) {
        ASSERT_TRUE(changes[step].reasons.empty()) << round;
      }
      // What is as it was, after steps that gave what they gave, gives what it gave.
      now[step] =
          left_out[step] ? step_result{} : giving(is_other && chance() % 2 ? "other" : std::to_string(step));
    }
  }
}

}  // namespace
