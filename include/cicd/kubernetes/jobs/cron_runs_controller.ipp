// When the controller of a cluster starts a run. It goes from month to month, day to day and, in whole hours
// from the full hour on, to the hour that is named (robfig/cron, SpecSchedule.Next); where a clock is changed
// by half an hour, or at midnight, that leads elsewhere than to what the clock shows.
#pragma once

#include <cicd/kubernetes/jobs/cron_runs.hpp>

namespace cicd::kubernetes {
namespace kubernetes_jobs_cron_runs_controller {
namespace {

class search {
 public:
  search(cron_schedule of, const zone_clock& zone, std::int64_t after)
      : times_(times_of(of)), days_(times_), zone_(zone), at_((after + 60) / 60 * 60) {
    days_.minutes = days_.hours = days_.months = ~std::uint64_t{0};
    last_year_ = shown().year + 5;
  }

  std::optional<std::int64_t> found() {
    while (shown().year <= last_year_)
      if (reach_month() && reach_day() && reach_hour() && reach_minute()) return at_;
    return std::nullopt;
  }

 private:
  local_time shown() const { return local_time_from(at_ + zone_.offset_at(at_)); }

  /// The moment at which the clock shows that; where it never does, or twice, as Go's time.Date chooses.
  std::int64_t moment_at(std::int64_t day, int hour, int minute) const {
    const std::int64_t local = day * 86'400 + hour * 3600 + minute * 60;
    std::int32_t offset = zone_.offset_at(local);
    const std::int64_t moment = local - offset;
    if (moment < zone_.last_change(local) || moment >= zone_.next_change(local))
      offset = zone_.offset_at(moment);
    return local - offset;
  }
  static std::int64_t day_of(const local_time& of) { return days_to(of.year, of.month, of.day); }

  /// The first time that something is passed over, what is below it begins anew.
  void begin_at(std::int64_t start) {
    if (!moved_) at_ = start;
    moved_ = true;
  }

  // Each gives back false where what is above it has changed, and has to be looked at again.

  bool reach_month() {
    for (local_time now = shown(); (times_.months >> now.month & 1) == 0; now = shown()) {
      begin_at(moment_at(days_to(now.year, now.month, 1), 0, 0));
      now = shown();
      const bool is_last = now.month == 12;
      at_ = moment_at(days_to(now.year + (is_last ? 1 : 0), is_last ? 1 : now.month + 1, 1) + now.day - 1,
                      now.hour, now.minute);
      if (shown().month == 1) return false;
    }
    return true;
  }

  bool reach_day() {
    for (local_time now = shown(); !days_.holds(now); now = shown()) {
      begin_at(moment_at(day_of(now), 0, 0));
      now = shown();
      at_ = moment_at(day_of(now) + 1, now.hour, now.minute);
      if (const int hour = shown().hour; hour != 0) at_ += (hour > 12 ? 24 - hour : -hour) * 3600;
      if (shown().day == 1) return false;
    }
    return true;
  }

  bool reach_hour() {
    for (local_time now = shown(); (times_.hours >> now.hour & 1) == 0; now = shown()) {
      begin_at(moment_at(day_of(now), now.hour, 0));
      at_ += 3600;
      if (shown().hour == 0) return false;
    }
    return true;
  }

  bool reach_minute() {
    for (local_time now = shown(); (times_.minutes >> now.minute & 1) == 0; now = shown()) {
      moved_ = true;
      at_ += 60;
      if (shown().minute == 0) return false;
    }
    return true;
  }

  cron_times times_, days_;
  const zone_clock& zone_;
  std::int64_t at_, last_year_ = 0;
  bool moved_ = false;
};

}  // namespace
}  // namespace kubernetes_jobs_cron_runs_controller

std::optional<cron_moment> next_run(cron_schedule of, const zone_clock& zone, cron_moment after) {
  if (of.empty()) return std::nullopt;
  const auto found = kubernetes_jobs_cron_runs_controller::search(of, zone, seconds_of(after)).found();
  return found ? std::optional(moment_of(*found)) : std::nullopt;
}

cron_runs runs_between(
    cron_schedule of, const zone_clock& zone, cron_moment after, cron_moment until, std::size_t most) {
  cron_runs runs;
  for (auto at = next_run(of, zone, after); at && *at <= until; at = next_run(of, zone, *at)) {
    ++runs.count;
    runs.last.push_back(*at);
    if (runs.last.size() > most) runs.last.erase(runs.last.begin());
  }
  return runs;
}

}  // namespace cicd::kubernetes
