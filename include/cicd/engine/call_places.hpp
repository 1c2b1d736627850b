// The lines of the list files that calls stand in. CMake 3.25 tells no function where it was called: the file
// is read again, and the configure log of a later CMake where that is not enough.
#pragma once

#include <string>

#include <cicd/declare/parse/recorded_call.hpp>

namespace cicd {

/// Fills in `origin::lines` of each call whose place is certain. Reads the list files as they are now.
void find_places(recorded_calls& calls, const std::string& build_root);

}  // namespace cicd
