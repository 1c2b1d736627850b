// The work of a step that gathers a group of files, out of what lies in its folder.
#pragma once

#include <cicd/run/runner.hpp>

namespace cicd {

/// Makes `layout`, whose manifest's digest is the artifact of the outcome. Class `usage`: a pattern matches
/// nothing, two files have one name, or a file is none that can be kept.
outcome build_files_step(const task& work, const cancellation& cancelled);

}  // namespace cicd
