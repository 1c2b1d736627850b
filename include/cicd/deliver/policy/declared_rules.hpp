// What the gate (gate.hpp) asks of a change, in the words of the declaration: for `cicd explain`. Pure. It
// knows neither what is checked out nor what is deployed.
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

/// What an effect changes.
change change_of(const graph_step& step);

/// A change of a pipeline, or of one of its environments.
struct declared_change {
  change what = change::deploy;
  const declared_pipeline& pipeline;
  const environment* place = nullptr;  ///< null: of no environment
  bool is_outside = true;              ///< false: what is changed lies in the build tree
  approval_rule approval = approval_rule::none;
  std::string approve_words{};  ///< the command that gives the approval
};

/// A rule, and when it lets the change in: `SOAK`, `healthy there for 2h`.
struct declared_rule {
  gate_rule rule;
  std::string asks;
};

/// The rules that the change is asked, in their order, but for those that the declaration gives nothing to
/// ask.
std::vector<declared_rule> rules_of(const declared_change& of);

}  // namespace cicd
