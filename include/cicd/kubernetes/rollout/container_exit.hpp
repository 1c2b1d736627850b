// How a pod that runs to its end did end, out of its status. Pure. It does not know why the pod was started.
#pragma once

#include <optional>
#include <string>

#include <cicd/base/json.hpp>

namespace cicd::kubernetes {

/// The end of a pod by the container that decided it: the main one, or an initial one that failed before it.
struct pod_end {
  std::string container;  ///< empty where the pod was ended from outside
  int status = 0;         ///< of the container; 0 also where it never ran
  bool good = false;
  bool ran = true;        ///< false where the container could not even be started
  std::string meaning{};  ///< `exit status 3`, `killed: out of memory`, `evicted: …`
};

/// Nothing as long as it may still run.
std::optional<pod_end> end_of_pod(const json& pod);

/// The container that a pod is there for, by name: the first of its spec.
std::string main_container_of(const json& pod);
/// The status of a container, also of an initial one; null where there is none yet.
const json& container_status(const json& pod, std::string_view container);

}  // namespace cicd::kubernetes
