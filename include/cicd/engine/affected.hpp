// What a change does to each step: the keys of now beside those of the commit that it is compared with, and
// of effects what they would deploy. The tools and variables are those of now on both sides.
#pragma once

#include <string>
#include <vector>

#include <cicd/engine/session.hpp>
#include <cicd/observe/change_base.hpp>
#include <cicd/plan/change_reach.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/plan/key.hpp>
#include <cicd/plan/plan.hpp>

namespace cicd {

/// What is to be done of a change alone.
struct affected_request {
  bool is_wanted = false;
  std::string since{};  ///< a branch, tag or commit; empty: where the change goes to
  bool or_all = false;  ///< where it cannot be told what a change reaches, all is done
};

struct change_found {
  change_base base;
  std::vector<step_change> changes;  ///< by index of the graph
  std::vector<std::string> gone;     ///< steps that are declared no longer
};

/// `seen` has what was seen of the pure steps of `wanted`, by index of the graph. What is remembered of this
/// build tree and the cache tells what steps gave before. The commit is configured where it was not yet.
or_errors<change_found> change_since(const session& of,
                                     const affected_request& request,
                                     const step_graph& graph,
                                     const std::vector<step_index>& wanted,
                                     const std::vector<observed_step>& seen,
                                     const memory& remembered,
                                     const cancellation* cancelled);

}  // namespace cicd
