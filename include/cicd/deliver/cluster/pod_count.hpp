// How many of the pods that are wanted are ready, as the Deployments and StatefulSets of a cluster say.
#pragma once

#include <cstdint>
#include <string>

#include <cicd/deliver/records/cluster_state.hpp>
#include <cicd/kubernetes/api/cluster.hpp>

namespace cicd {

struct pod_count {
  std::int64_t ready = 0, wanted = 0;
  bool known = true;  ///< false where one of them may not be read

  /// `2/3 ready`
  std::string text() const;
  pod_count operator+(const pod_count& other) const {
    return {ready + other.ready, wanted + other.wanted, known && other.known};
  }
};

/// Of the environment itself, over all its services.
pod_count pods_of_environment(kubernetes::cluster& with, const cluster_place& place);
/// Of a branch's copy; `kind` is `preview` or `canary`. With a `service` only of that one: an environment may
/// have a canary of each, of one branch.
pod_count pods_of_branch(kubernetes::cluster& with,
                         const cluster_place& place,
                         const std::string& kind,
                         const std::string& branch,
                         const std::string& service = {});

}  // namespace cicd
