// The copies of branches in a manifest repository, as the port `copies_home`: a folder for each, with its
// record and its state beside it.
#pragma once

#include <memory>
#include <string>

#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/policy/copies_home.hpp>

namespace cicd {

/// Whose copies they are.
struct copies_owner {
  std::string pipeline, environment;
};

/// Of the folder in which the folders of branches lie. `around` outlives it.
std::unique_ptr<copies_home> repository_copies(const manifest_target& folder,
                                               const copies_owner& of,
                                               const surroundings& around,
                                               const cancellation* cancelled);

}  // namespace cicd
