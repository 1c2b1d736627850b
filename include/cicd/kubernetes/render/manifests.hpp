// A team's own Kubernetes objects, from MANIFESTS: read, labelled, put into the environment's namespace.
// Handed to the renderer inside this room; no other room needs it.
#pragma once

#include <vector>

#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {

/// The objects of `facts.manifests`, with where each stands for messages.
struct manifest {
  object content;
  std::string from;  ///< `k8s/queue.yaml`
};
result<std::vector<manifest>> manifests_of(const declared_pipeline& pipeline, const release_facts& facts);

}  // namespace cicd::kubernetes
