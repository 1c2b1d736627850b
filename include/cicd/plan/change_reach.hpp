// Which steps a change reaches: those that it changes themselves, and those after them, as long as what is
// before them does not come out as it did. Pure; what a step was before the change is for others.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/plan/plan.hpp>

namespace cicd {

/// What a change does to one step by itself.
struct step_change {
  std::vector<std::string> reasons{};      ///< none: the step is as it was
  std::optional<digest> outputs_before{};  ///< what it gave before; nothing where that is not known here
};

class change_reach {
 public:
  /// `changes` by index of the graph, which outlives it.
  change_reach(const step_graph& graph, std::vector<step_change> changes);

  /// Whether the change can reach it.
  bool may_reach(step_index step) const { return may_reach_[step]; }
  /// Why, as far as these results are known: its own reasons, else `depends on lib/build`. None: it is not
  /// reached.
  std::vector<std::string> reasons(step_index step, const std::vector<std::optional<step_result>>& now) const;
  /// Whether it need not be done: the steps before it are known to give what they gave, and nothing that the
  /// change reaches on another way comes after it; or one before it is left out. Remembers it for those after
  /// it.
  bool leave_out(step_index step, const std::vector<std::optional<step_result>>& now);
  /// Of steps (sorted), how many it may reach.
  std::size_t count_in(const std::vector<step_index>& steps) const;

 private:
  bool is_reached_without(step_index step) const;

  const step_graph& graph_;
  std::vector<step_change> changes_;
  std::vector<bool> may_reach_;
  std::vector<bool> is_on_every_way_;  ///< what comes after it is reached through it alone
  std::vector<bool> left_out_;
};

}  // namespace cicd
