// A preview or a canary, by what the step deploys.
#pragma once

#include <cicd/deliver/branch_copy.hpp>
#include <cicd/deliver/sources.hpp>

namespace cicd {

status make_branch_copy(const way_context& in,
                        const graph_step& step,
                        const cluster_wave& wave,
                        kubernetes::cluster& with,
                        wanted_release& to) {
  branch_request ask{step,
                     wave,
                     in.source.git_of(*step.pipeline).built_branch.value_or(""),
                     in.time.now(),
                     in.options.canary_percent,
                     &in.around};
  return step.branch_copy() != nullptr ? make_preview(ask, to) : make_canary(ask, with, to);
}

}  // namespace cicd
