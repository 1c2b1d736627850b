// How a deployed cron job fares, out of its CronJob, the Jobs that it owns and their pods. Pure. It does not
// know what is declared, nor how any of it is shown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/kubernetes/jobs/cron_runs.hpp>

namespace cicd::kubernetes {

/// What a suspension leaves at the CronJob, so that the next person knows why nothing runs.
inline constexpr std::string_view suspended_by = "cicd.dev/suspended-by";
inline constexpr std::string_view suspended_at = "cicd.dev/suspended-at";
inline constexpr std::string_view suspended_because = "cicd.dev/suspended-because";
/// The field manager that `spec.suspend` belongs to; a deploy's does not send it.
inline constexpr std::string_view suspend_manager = "cicd-suspend";

/// One Job of a cron job.
struct cron_run {
  std::string job;
  std::optional<cron_moment> planned;  ///< nothing where a user started it by hand
  std::optional<cron_moment> started, ended;
  bool good = false;
  std::string meaning;  ///< of one that failed: `exit status 3`, `ended after its deadline`
  int status = 0;
};

struct suspension {
  std::string who, why;  ///< empty where unknown
  std::optional<cron_moment> since;
};

struct cron_status {
  std::string object;  ///< the CronJob's name
  std::string schedule, zone;
  std::string concurrency;  ///< `Allow`, `Forbid`, `Replace`
  std::optional<suspension> suspended;
  std::optional<cron_run> last_success, last_failure;
  std::vector<cron_run> running;
  std::optional<cron_moment> next;           ///< nothing while suspended
  std::optional<cron_moment> next_by_clock;  ///< where the zone's clock shows another time for it
  cron_runs missed;                          ///< planned times that no Job stands for
  std::optional<cron_moment> missed_since;   ///< from when on that is known

  /// No run ended well after the last one that failed.
  bool last_run_failed() const;
  /// Planned runs did not come since the last one that ended well, though it is not suspended and none runs.
  bool last_run_is_missing() const;
};

/// `jobs` and `pods` may hold others' too. `zone` is that of the CronJob, `now` what the cluster's clock
/// shows.
cron_status status_of(const json& cron_job,
                      const std::vector<json>& jobs,
                      const std::vector<json>& pods,
                      const zone_clock& zone,
                      cron_moment now);

/// The zone that its schedule is read in.
std::string zone_of(const json& cron_job);
/// The Jobs among `jobs` that the CronJob owns.
std::vector<const json*> jobs_of(const json& cron_job, const std::vector<json>& jobs);
/// Whether it has neither succeeded nor failed.
bool is_running(const json& job);

/// A Job as the controller would make it now; `name` has at most 63 characters. Like one that `kubectl create
/// job --from` makes.
json job_by_hand(const json& cron_job, const std::string& name);

/// What happens at a resume: whether the cluster starts the last of the missed runs at once, as it does where
/// no `startingDeadlineSeconds` is set or is not over.
bool starts_last_missed(const json& cron_job, const cron_runs& missed, cron_moment now);

}  // namespace cicd::kubernetes
