// Where a command was given that a build tool passed on: the tool runs it in the build tree. It does not know
// what the command is.
#pragma once

#include <string>

namespace cicd {

/// The folder in which `cmake --build`, ctest, ninja or make was started that runs this process; empty where
/// none did, or it was started in the build tree.
std::string folder_of_build_tool(const std::string& build_root);

}  // namespace cicd
