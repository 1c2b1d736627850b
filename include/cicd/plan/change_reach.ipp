// Walks over the graph, whose steps come after those that they depend on.
#pragma once

#include <algorithm>

#include <cicd/plan/change_reach.hpp>

namespace cicd {

change_reach::change_reach(const step_graph& graph, std::vector<step_change> changes)
    : graph_(graph),
      changes_(std::move(changes)),
      may_reach_(graph.steps.size(), false),
      left_out_(graph.steps.size(), false) {
  for (step_index step = 0; step < graph.steps.size(); ++step)
    may_reach_[step] = !changes_[step].reasons.empty()
                       || std::ranges::any_of(graph.steps[step].after,
                                              [&](step_index before) { return may_reach_[before]; });
  for (step_index step = 0; step < graph.steps.size(); ++step)
    is_on_every_way_.push_back(may_reach_[step] && changes_[step].reasons.empty()
                               && !is_reached_without(step));
}

/// Whether something that comes after a step is reached although nothing is through it.
bool change_reach::is_reached_without(step_index step) const {
  std::vector<bool> after(graph_.steps.size(), false), reached(graph_.steps.size(), false);
  for (step_index each = 0; each < graph_.steps.size(); ++each) {
    if (each == step) {
      after[each] = true;
      continue;
    }
    for (step_index before : graph_.steps[each].after) {
      if (after[before]) after[each] = true;
      if (reached[before]) reached[each] = true;
    }
    if (!changes_[each].reasons.empty()) reached[each] = true;
    if (after[each] && reached[each]) return true;
  }
  return false;
}

std::vector<std::string> change_reach::reasons(step_index step,
                                               const std::vector<std::optional<step_result>>& now) const {
  if (!may_reach_[step] || !changes_[step].reasons.empty()) return changes_[step].reasons;
  std::vector<std::string> why;
  for (step_index before : graph_.steps[step].after) {
    const auto& was = changes_[before].outputs_before;
    const bool is_same = now[before] && was && given_by(*now[before]) == *was;
    if (!may_reach_[before] || left_out_[before] || is_same) continue;
    why.push_back(now[before] && was ? "the outputs of " + graph_.steps[before].id + " changed"
                                     : "depends on " + graph_.steps[before].id);
  }
  return why;
}

bool change_reach::leave_out(step_index step, const std::vector<std::optional<step_result>>& now) {
  if (!may_reach_[step] || !reasons(step, now).empty()) return false;
  const auto& before = graph_.steps[step].after;
  const bool is_after_one = std::ranges::any_of(before, [&](step_index each) { return left_out_[each]; });
  if (is_on_every_way_[step] || is_after_one) left_out_[step] = true;
  return left_out_[step];
}

std::size_t change_reach::count_in(const std::vector<step_index>& steps) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(steps, [&](step_index step) { return may_reach_[step]; }));
}

}  // namespace cicd
