// Whether a manifest repository can be read and written with the logins that are here. It writes nothing to
// it.
#pragma once

#include <optional>
#include <string>

#include <cicd/deliver/gitops/gitops.hpp>

namespace cicd {

struct repository_check {
  std::string tip;     ///< of the branch; empty where it does not exist yet
  status read, write;  ///< `write` is not known before there is a branch, and a success then
};

/// `target.clone` is filled with the branch; a push is only tried (`git push --dry-run`).
repository_check check_repository(const manifest_target& target,
                                  const surroundings& around,
                                  const gitops_options& options);

}  // namespace cicd
