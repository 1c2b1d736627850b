// What branches have in an environment, cluster by cluster. It does not know what is done with it.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <cicd/deliver/policy/action.hpp>

namespace cicd {

/// Whether branches may have a preview or a canary there.
bool takes_branches(const declared_pipeline& pipeline, const environment& place);

/// The previews and canaries of the environment that lives at `place` of a cluster.
result<std::vector<known_place>> branches_in(kubernetes::cluster& with,
                                             const cluster_place& place,
                                             const declared_pipeline& pipeline,
                                             const environment& of);

/// A connected cluster of the environment, and the previews and canaries there.
struct branch_cluster {
  kubernetes::cluster& with;
  std::vector<known_place> all;
  /// Namespaces of previews that are being deleted, and are held; with them goes what was known of the
  /// preview.
  std::vector<json> ending{};
};
using visit_branches = std::function<status(const branch_cluster& at)>;

/// Visits the clusters one after the other; ends with the first failure. `what` is to be done there: the gate
/// is asked before a cluster is contacted. Nothing: it is only looked at.
status each_branch_cluster(const action_ports& on, std::optional<change> what, const visit_branches& visit);

/// The place of a branch's preview or canary, for events.
changed_place place_of(const kubernetes::cluster& with, const known_place& of);
changed_place place_of(const copies_home& home, const known_place& of);

}  // namespace cicd
