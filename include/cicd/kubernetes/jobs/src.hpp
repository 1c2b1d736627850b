// The bodies of kubernetes/jobs/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/kubernetes/jobs/cron_runs.ipp>
#include <cicd/kubernetes/jobs/cron_runs_controller.ipp>
#include <cicd/kubernetes/jobs/cron_status.ipp>
#include <cicd/kubernetes/jobs/job_run.ipp>
