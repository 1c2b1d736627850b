// The places where a pipeline's branches can have something: each environment with previews or canaries, in
// each of its clusters. For the commands about branches.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <cicd/deliver/branch/remove.hpp>
#include <cicd/driver/commands/find_environment.hpp>

namespace cicd {

/// One cluster of one environment with its door open, and what is known there.
struct branch_place {
  const found_environment& found;
  const cluster_wave& wave;
  kubernetes::cluster& with;
  std::vector<known_place> all;  ///< of branches only
};

/// Visits them one after the other; ends with the first failure. An empty pipeline: all. `what` is to be done
/// there: the gate is asked before a cluster is contacted.
status visit_branch_places(const session_request& tree,
                           const std::string& pipeline,
                           const surroundings& around,
                           const cancellation* cancelled,
                           std::optional<change> what,
                           const std::function<status(const branch_place&)>& visit);

}  // namespace cicd
