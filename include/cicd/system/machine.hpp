// The arithmetic of what this process may use, apart from where the numbers stand, so that any machine can be
// told to it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <cicd/system/process.hpp>

namespace cicd {

/// What the kernel says of our cgroups.
struct cgroup_sources {
  std::string membership;  ///< /proc/self/cgroup
  std::string mounts;      ///< /proc/self/mountinfo
  std::function<std::optional<std::string>(const std::string& path)>
      read;  ///< one file of a cgroup, if it is there
};

/// `whole` cut down to what our cgroups and all above them allow (cgroup v1, v2 or both side by side).
machine_limits limits_within(machine_limits whole, const cgroup_sources& sources);

}  // namespace cicd
