// From what a walk found to the answer of a query: a sorted set, or the error that says best what is wrong.
#pragma once

#include <cicd/observe/folder_walk.hpp>

namespace cicd::observing {

/// The mode as git counts it.
unsigned mode_of(const stamp& of);

/// The answer; empties the query.
result<file_set> gathered(walking_query& query);

}  // namespace cicd::observing
