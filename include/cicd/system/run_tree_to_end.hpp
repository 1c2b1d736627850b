// Running a program of others to its end: with it ends all that it left running.
#pragma once

#include <cicd/system/process.hpp>

namespace cicd {

/// As `run_to_end`; what the program started ends with it, also in a session of its own (a daemon), found as
/// what a step leaves is. One that was written just before is started again while it is still open for
/// writing somewhere: in a process that was forked meanwhile and has not become another program yet.
captured run_tree_to_end(const command& what, const capture_options& options = {});

}  // namespace cicd
