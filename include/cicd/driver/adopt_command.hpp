// `cicd adopt --from-cluster`: reads what belongs together in a namespace and writes the declaration of it.
// It changes nothing in the cluster, and no file that is there.
#pragma once

#include <string>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

struct adopt_request {
  std::string kubeconfig, context, namespace_name;
  std::string selector;  ///< labels, as kubectl takes them
  std::string release;   ///< of helm
  std::string pipeline;  ///< empty: the release, else the namespace
  std::string environment = "prod";
  std::string out;  ///< a file; patches and manifests come below its folder; empty: all of it is printed
};

/// Works without a build tree.
exit_class adopt_from_cluster(const adopt_request& request, surroundings around);

}  // namespace cicd
