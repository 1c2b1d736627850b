// The work of a step that makes a function's zip, out of what lies in its folder.
#pragma once

#include <cicd/run/runner.hpp>

namespace cicd {

/// Packs `layout/<function>.zip`; the artifact of the outcome is its digest. Class `usage`: ZIP is not there,
/// holds what no zip may, or CONFIG names a function or a handler that is not there.
outcome build_zip_step(const task& work, unsigned threads, const cancellation& cancelled);

}  // namespace cicd
