// What the cron jobs of an environment do: those that are declared beside those that a cluster has, with
// their runs. It does not know how any of it is shown, and changes nothing.
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/records/cluster_state.hpp>
#include <cicd/kubernetes/api/cluster.hpp>
#include <cicd/kubernetes/jobs/cron_status.hpp>

namespace cicd {

/// A cron job of an environment.
struct known_cron_job {
  std::string name;  ///< as declared; of one of MANIFESTS, the object's
  bool declared = false, off = false, deployed = false;
  bool zone_known = true;  ///< by this machine; without it the next and the missed runs are not known
  json object{};           ///< the CronJob
  kubernetes::cron_status status{};  ///< where it is deployed
};

struct cron_board {
  std::vector<known_cron_job> jobs;  ///< by name
  std::string poorer;                ///< what could not be read
};

/// `pipeline` null: only what the cluster has.
result<cron_board> read_cron_board(kubernetes::cluster& with,
                                   const cluster_place& place,
                                   const declared_pipeline* pipeline);

/// Those whose last run failed, for `status`: `close-stale-orders`, `failed 2026-… (3m 00s ago): exit status
/// 3`. What cannot be read gives none.
std::vector<note> failed_cron_runs(kubernetes::cluster& with, const cluster_place& place);

}  // namespace cicd
