// The state of an environment in its manifest repository, as the port `environment_home`.
#pragma once

#include <memory>
#include <string>

#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/policy/environment_home.hpp>

namespace cicd {

/// `https://git.example.com/manifests.git (stage/orders)`
std::string shown_place(const manifest_target& target);

/// `around` outlives it. What is kept for a rollback is in the last fifty commits of the record.
std::unique_ptr<environment_home> repository_home(const manifest_target& target,
                                                  const surroundings& around,
                                                  const cancellation* cancelled);

}  // namespace cicd
