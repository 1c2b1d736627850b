// The build tree as it would be at another commit: its files laid down in a repository of their own within
// the build tree, configured by CMake as this one is. It builds nothing.
#pragma once

#include <memory>
#include <string>

#include <cicd/base/or_errors.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

/// To be compared with this one: configured with what a person gave to CMake here. Made once for a commit; a
/// few are kept. `commit` has 40 digits and is there. What CMake printed is part of the error where it
/// refuses: class `usage`. Class `interrupted` where it was cancelled.
or_errors<session> tree_at(const session& of, const std::string& commit, const cancellation* cancelled);

/// A tree that is there as long as this is, and no longer, however this process ends.
struct tree_of_rules {
  session opened;
  std::shared_ptr<const void> kept{};
};

/// Of a commit that is trusted, in the build tree of one that is not: nothing that this one set, made or left
/// takes part (engine/clean_configure), it is configured as outside of a CI system, made each time in a
/// folder of its own that is never found again, and its results are trusted ones. The same errors.
or_errors<tree_of_rules> rules_at(const session& of,
                                  const std::string& commit,
                                  const cancellation* cancelled);

}  // namespace cicd
