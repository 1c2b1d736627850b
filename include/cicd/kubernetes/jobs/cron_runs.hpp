// When a cron job runs in a time zone: the next run, and those between two times, as Kubernetes' controller
// counts them, and by the clock itself. A local time that a change of the clock leaves out has no run, one
// that it has twice has two; where the two ways of counting differ, the cluster goes by its own. It opens no
// file.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <cicd/declare/values/schedule.hpp>

namespace cicd::kubernetes {

using cron_moment = std::chrono::system_clock::time_point;

/// Whole seconds since 1970, rounded down.
inline std::int64_t seconds_of(cron_moment at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}
/// The moment so many seconds after 1970 began.
inline cron_moment moment_of(std::int64_t seconds) {
  return cron_moment(std::chrono::seconds(seconds));
}

/// What a zone's clock shows, until a time to come.
class zone_clock {
 public:
  /// UTC.
  zone_clock() = default;
  /// From the text of the zone's file in the time zone database; nothing when it is none.
  static std::optional<zone_clock> from(std::string_view tzif, cron_moment until);

  /// Seconds east of Greenwich at `at`, seconds since 1970.
  std::int32_t offset_at(std::int64_t at) const;
  /// When the clock changed last until `at`; long ago when it did not.
  std::int64_t last_change(std::int64_t at) const;
  /// When the clock changes next after `at`; far away when it does not.
  std::int64_t next_change(std::int64_t at) const;

 private:
  std::vector<clock_change> changes_;
  std::int32_t at_first_ = 0;
};

/// The first run after `after` as the controller finds it; nothing where there is none within five years, or
/// no schedule.
std::optional<cron_moment> next_run(cron_schedule of, const zone_clock& zone, cron_moment after);
/// The first time after `after` at which the zone's clock shows what the schedule names.
std::optional<cron_moment> next_by_clock(cron_schedule of, const zone_clock& zone, cron_moment after);

/// The runs after `after` until `until`, in order; the last `most` of them, and how many there are.
struct cron_runs {
  std::size_t count = 0;
  std::vector<cron_moment> last;
};
cron_runs runs_between(
    cron_schedule of, const zone_clock& zone, cron_moment after, cron_moment until, std::size_t most = 10);

}  // namespace cicd::kubernetes
