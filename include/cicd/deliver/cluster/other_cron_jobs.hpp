// Cron jobs of other owners that would do the work of ours a second time. It removes none.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// A sentence for each cron job of the cluster that is not of this pipeline and runs one of its images; of
/// the namespace only where the others may not be listed. Nothing where the plan has no cron job.
std::vector<std::string> cron_job_remarks(kubernetes::cluster& with,
                                          const wanted_release& wanted,
                                          const cluster_plan& plan);

}  // namespace cicd
