// The Kubernetes objects that a repository holds: manifests as they are, charts as helm renders them. What is
// a secret by its name is taken out. It does not know which service an object belongs to.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/engine/adopt/repository.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd::source_files {

struct found_object {
  json content;
  std::string place;  ///< `k8s/api.yaml`
  bool is_workload() const;
  std::string identity() const;  ///< `Deployment/orders`
  /// The image of its main container.
  std::string image() const;
  bool has_command() const;
  /// Whether a workload says what it runs; a patch of one does not.
  bool is_whole() const { return !image().empty(); }
};

struct found_objects {
  std::vector<found_object> objects{};
  std::vector<unread_part> unread{};
  std::vector<unread_part> failed{};  ///< files, or objects, of which nothing could be read
  errors ambiguous{};                 ///< an object that two files declare
};

/// Those below `only`, or all where it is empty.
found_objects objects_in(repository& of,
                         const std::string& only,
                         const surroundings& around,
                         const cancellation& cancelled);

/// A copy in which the containers that run `from` run `to`.
json with_image(const json& workload, const std::string& from, const std::string& to);

}  // namespace cicd::source_files
