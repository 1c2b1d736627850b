// What the declarations of a pipeline say of each other: references, circles, clashes, what needs or excludes
// what.
#pragma once

#include <vector>

#include <cicd/declare/drafts.hpp>

namespace cicd::declaring {

/// Reports all that is wrong within one pipeline.
void check_pipeline(draft& of, findings& found);
/// Reports what is wrong between pipelines: two of them publish to one repository or deploy to one folder.
void check_between(std::deque<draft>& all, findings& found);

}  // namespace cicd::declaring
