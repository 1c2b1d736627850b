// Turns what a deploy to a cluster wants into the preview or the canary of the branch that is checked out, as
// the step says which. How either is made is in branch/branch.hpp.
#pragma once

#include <cicd/deliver/branch/branch.hpp>
#include <cicd/deliver/branch/remove.hpp>
#include <cicd/deliver/cluster/waves.hpp>
#include <cicd/deliver/way.hpp>

namespace cicd {

/// Makes what is wanted that of the branch at hand, as the step declares: see make_preview and make_canary.
status make_branch_copy(const way_context& in,
                        const graph_step& step,
                        const cluster_wave& wave,
                        kubernetes::cluster& with,
                        wanted_release& to);

}  // namespace cicd
