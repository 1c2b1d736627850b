// SMOKE: the cron jobs of a release that declare it, each run once as a Job with that command, since the next
// real run may be far off.
#pragma once

#include <functional>
#include <string>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// Runs them one after the other as Jobs that are removed at their end; the first that fails is class
/// `step_failed`, with its last lines. One without a DEADLINE is ended after ten minutes.
status run_smokes(kubernetes::cluster& with,
                  const wanted_release& of,
                  const std::function<void(const std::string& line)>& say);

}  // namespace cicd
