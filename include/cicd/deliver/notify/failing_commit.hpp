// Who is told of a commit that fails: its author, where it is on a branch that an environment follows. Asks
// git.
#pragma once

#include <string>

#include <cicd/declare/model.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// The author's name, where the CI system runs for a branch (and no proposed change) that an environment of
/// the pipeline follows; else empty, as without a CI system.
std::string author_of_followed(const declared_pipeline& of,
                               const std::string& commit,
                               const surroundings& around);

}  // namespace cicd
