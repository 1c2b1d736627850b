// The build tree as it would be at another commit: its files laid down in a repository of their own within
// the build tree, configured by CMake as this one is. It builds nothing.
#pragma once

#include <string>

#include <cicd/base/or_errors.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

/// Made once for a commit; a few are kept. `commit` has 40 digits and is there. What CMake printed is part
/// of the error where it refuses: class `usage`. Class `interrupted` where it was cancelled.
or_errors<session> tree_at(const session& of, const std::string& commit, const cancellation* cancelled);

}  // namespace cicd
