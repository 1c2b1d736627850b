// Which objects of a repository belong to which service, and what they declare.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/engine/adopt/objects.hpp>
#include <cicd/kubernetes/adopt/adopt.hpp>

namespace cicd::source_files {

/// Who the objects are for.
struct object_owner {
  std::string name, folder;
  std::string image;     ///< a repository that is named as its own; empty: the rules say
  bool is_alone = true;  ///< no other service is in the repository
};

struct owned_workloads {
  std::optional<kubernetes::adoption> runs{};
  bool has_service = false;
  std::vector<std::string> taken{};  ///< identities of the workloads that are its own
  std::vector<unread_part> unread{};
  std::vector<std::string> several{};  ///< repositories of images, one of which may be its own
};

/// By the folder they are in, and by the image that they run.
owned_workloads workloads_of(const object_owner& of, const std::vector<found_object>& all);

}  // namespace cicd::source_files
