// What a zone's clock shows, and the times that a schedule names by it: from minute to minute where it may
// hold, over whole hours and days where it cannot.
#pragma once

#include <algorithm>
#include <limits>

#include <cicd/declare/values/time_zone.hpp>
#include <cicd/kubernetes/jobs/cron_runs.hpp>

namespace cicd::kubernetes {
namespace kubernetes_jobs_cron_runs {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max() / 4;
constexpr std::int64_t long_ago = -10'000'000'000;
constexpr std::int64_t five_years = std::int64_t{5} * 366 * 86'400;

/// `<-03>3`, `UTC0`, `EST5EDT,…`: seconds east of Greenwich of the standard time; POSIX counts them to the
/// west.
std::int32_t standard_offset(std::string_view rule) {
  const auto name_end = rule.starts_with('<') ? rule.find('>') + 1 : rule.find_first_of("+-0123456789");
  if (name_end >= rule.size()) return 0;
  rule.remove_prefix(name_end);
  const std::int32_t sign = rule.front() == '-' ? 1 : -1;
  if (rule.front() == '-' || rule.front() == '+') rule.remove_prefix(1);
  std::int32_t parts[3] = {0, 0, 0};
  std::size_t part = 0;
  for (const char c : rule) {
    if (c == ':' && part < 2)
      ++part;
    else if (c >= '0' && c <= '9')
      parts[part] = parts[part] * 10 + (c - '0');
    else
      break;
  }
  return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
}

/// The rule is a file's last line.
std::string_view rule_in(std::string_view tzif) {
  if (tzif.ends_with('\n')) tzif.remove_suffix(1);
  const auto before = tzif.rfind('\n');
  return before == tzif.npos ? std::string_view() : tzif.substr(before + 1);
}

/// A walk over the minutes at which a schedule holds.
class walk {
 public:
  walk(cron_schedule of, const zone_clock& zone, std::int64_t after) : times_(times_of(of)), zone_(zone) {
    days_ = hours_ = times_;
    days_.minutes = hours_.minutes = days_.hours = ~std::uint64_t{0};
    at_ = (after >= 0 ? after : after - 59) / 60 * 60;
  }

  /// The next one until `end`, or nothing.
  std::optional<std::int64_t> next(std::int64_t end) {
    for (std::int64_t at = at_ + 60; at <= end;) {
      const local_time local = local_time_from(at + zone_.offset_at(at));
      if (times_.holds(local)) return at_ = at;
      at = std::min(at + 60 * minutes_to_try(local), change_after(at));
    }
    return std::nullopt;
  }

 private:
  std::int64_t minutes_to_try(const local_time& local) const {
    if (!days_.holds(local)) return (24 - local.hour) * 60 - local.minute;
    return hours_.holds(local) ? 1 : 60 - local.minute;
  }

  /// The whole minute at which the clock has changed.
  std::int64_t change_after(std::int64_t at) const { return (zone_.next_change(at) + 59) / 60 * 60; }

  cron_times times_, days_, hours_;
  const zone_clock& zone_;
  std::int64_t at_ = 0;
};

}  // namespace
}  // namespace kubernetes_jobs_cron_runs

std::optional<zone_clock> zone_clock::from(std::string_view tzif, cron_moment until) {
  using namespace kubernetes_jobs_cron_runs;
  auto changes = clock_changes_in(tzif, long_ago, seconds_of(until) + five_years);
  if (!changes) return std::nullopt;
  zone_clock made;
  made.at_first_ = changes->empty() ? standard_offset(rule_in(tzif)) : changes->front().before;
  made.changes_ = *std::move(changes);
  return made;
}

std::int32_t zone_clock::offset_at(std::int64_t at) const {
  const auto after = std::ranges::upper_bound(changes_, at, {}, &clock_change::at);
  return after == changes_.begin() ? at_first_ : std::prev(after)->after;
}

std::int64_t zone_clock::last_change(std::int64_t at) const {
  const auto after = std::ranges::upper_bound(changes_, at, {}, &clock_change::at);
  return after == changes_.begin() ? -kubernetes_jobs_cron_runs::never : std::prev(after)->at;
}

std::int64_t zone_clock::next_change(std::int64_t at) const {
  const auto after = std::ranges::upper_bound(changes_, at, {}, &clock_change::at);
  return after == changes_.end() ? kubernetes_jobs_cron_runs::never : after->at;
}

std::optional<cron_moment> next_by_clock(cron_schedule of, const zone_clock& zone, cron_moment after) {
  using namespace kubernetes_jobs_cron_runs;
  if (of.empty()) return std::nullopt;
  const std::int64_t from = seconds_of(after);
  const auto found = walk(of, zone, from).next(from + five_years);
  return found ? std::optional(moment_of(*found)) : std::nullopt;
}

}  // namespace cicd::kubernetes
