// The clusters of an environment `VIA kubectl`: where each is, how to get there, and what was planned there.
// Several are waves, one after the other. It does not know what is deployed.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/kubernetes/api/cluster.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

struct cluster_wave {
  kubernetes::cluster_target target;
  cluster_place place;
  bool is_first = true;  ///< of the environment's
};

/// In the order of the waves.
std::vector<cluster_wave> waves_of(const workspace& where,
                                   const declared_pipeline& pipeline,
                                   const environment& place);
/// Opens the connection to one; the namespace is filled in where none is declared.
result<std::unique_ptr<kubernetes::cluster>> open_wave(cluster_wave& wave,
                                                       const surroundings& around,
                                                       const cancellation* cancelled);

/// What was planned last for one.
struct planned_wave {
  wanted_release wanted;
  cluster_plan plan;
  std::string approval;  ///< the digest that an approval of it has
  kubernetes::cluster_target target;
  cluster_place home;              ///< of the environment, also of a branch's copy in it
  std::chrono::milliseconds when;  ///< of the clock that planned it
  /// Kept open for the deploy that follows at once, with nothing between; nothing where nothing is to be
  /// done.
  std::unique_ptr<kubernetes::cluster> connection;

  /// Not longer ago than a person would call one moment: what another wrote since is seen under the lock.
  bool is_fresh(std::chrono::milliseconds now) const;
};

}  // namespace cicd
