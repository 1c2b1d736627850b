// The line of a declaration in an error of a run, which looks for none before something is wrong.
#pragma once

#include <cicd/base/error.hpp>
#include <cicd/engine/session.hpp>

namespace cicd {

/// `CMakeLists.txt:12` in place of `CMakeLists.txt, 2nd call of pipeline_environment()` in what is `declared
/// at`, as far as the line is known. Reads the list files as they are now.
error with_declared_lines(error of, const session& in);

}  // namespace cicd
