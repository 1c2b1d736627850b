// The runs that build trees hold: each has a folder with its result.json, which is the truth that the index
// is made from.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/records/run_index.hpp>

namespace cicd {

/// The runs below `<build_root>/.cicd/runs`, oldest first. A run without a result (it is going on, or was
/// killed) or with an unreadable one is left out.
std::vector<run_summary> runs_below(const std::string& build_root);

}  // namespace cicd
