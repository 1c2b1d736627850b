// From what runs in a cluster to the declaration of it: names, selectors, ports, variables, probes, resources
// and rights as they are; what no keyword says becomes a patch or a manifest. Pure: it knows objects, not how
// they were read.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/kubernetes/render/objects.hpp>

namespace cicd::kubernetes {

struct adoption_request {
  std::string pipeline;
  std::string environment = "prod";
  std::string context{};  ///< empty: the current one
  std::string namespace_name{};
  int server_minor = 0;
  std::vector<json> chosen{};  ///< the objects that belong together, as the server gives them
  std::vector<json> around{};  ///< others of the namespace, of which some may be related
  std::map<std::string, std::string> places{};  ///< `Deployment/orders` → the file that it was read from
};

struct adoption {
  struct file {
    std::string path;  ///< below the source folder: `k8s/api-patch.yaml`
    std::string text;
  };
  std::string declaration;            ///< for CMakeLists.txt
  std::vector<file> files;            ///< patches and manifests, by path
  std::vector<std::string> changes;   ///< what the first deploy changes in what runs, a sentence each
  std::vector<std::string> warnings;  ///< what could not be taken along, and what follows
  std::string workloads{};            ///< of the declaration: services, cron jobs and containers alone
};

/// Class `usage` when nothing that can be adopted is among the objects.
result<adoption> adoption_of(const adoption_request& request);

}  // namespace cicd::kubernetes
