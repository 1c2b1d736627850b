// Records to numbers, oldest first.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/delivery_metrics.hpp>

namespace cicd {

namespace deliver_records_delivery_metrics {
namespace {

using std::chrono::seconds;
using moment = delivery_metrics::moment;

seconds between(moment from, moment to) {
  return std::chrono::duration_cast<seconds>(to - from);
}

std::optional<delivery_metrics::median> median_of(std::vector<seconds> all) {
  if (all.empty()) return std::nullopt;
  std::ranges::sort(all);
  const std::size_t half = all.size() / 2;
  const seconds value = all.size() % 2 == 1 ? all[half] : (all[half - 1] + all[half]) / 2;
  return delivery_metrics::median{value, all.size()};
}

/// In the order of time; of several records of one deployment (it is written again when VERIFY has ended) the
/// last, and none that is still under way.
std::vector<const deployment_record*> in_order(const std::vector<deployment_record>& newest_first) {
  std::vector<const deployment_record*> all;
  for (auto each = newest_first.rbegin(); each != newest_first.rend(); ++each) {
    if (!all.empty() && all.back()->id == each->id && all.back()->generation == each->generation)
      all.back() = &*each;
    else
      all.push_back(&*each);
  }
  std::erase_if(all, [](const auto* each) {
    return !is_put_back(*each) && each->outcome != "deployed" && each->outcome != "failed";
  });
  return all;
}

class reading {
 public:
  void read(const deployment_record& of) {
    if (is_put_back(of))
      read_put_back(of);
    else
      read_deployment(of);
    last_ = &of;
  }

  delivery_metrics take(moment now) && {
    metrics_.to = now;
    metrics_.lead_time = median_of(std::move(leads_));
    metrics_.recovery = median_of(std::move(recoveries_));
    metrics_.failing_since = failing_;
    constexpr seconds day = std::chrono::days(1);
    if (first_success_ && metrics_.succeeded > 1 && between(*first_success_, now) >= day)
      metrics_.per_day = static_cast<double>(metrics_.succeeded - 1) * static_cast<double>(day.count())
                         / static_cast<double>(between(*first_success_, now).count());
    return std::move(metrics_);
  }

 private:
  void read_deployment(const deployment_record& of) {
    if (!metrics_.from) metrics_.from = of.when;
    ++metrics_.deployments;
    if (of.outcome == "failed") return fails(of);
    ++metrics_.succeeded;
    if (!first_success_) first_success_ = of.when;
    ends_failure(of.when);
    if (of.dirty || of.commit.empty() || !commits_.insert(of.commit).second) return;
    if (of.committed && *of.committed <= of.when) leads_.push_back(between(*of.committed, of.when));
  }

  /// What was there before it did not do. A cluster keeps no record of a rollout that it put back at once:
  /// then what is put back has the time of when it was deployed first.
  void read_put_back(const deployment_record& of) {
    if (!metrics_.from) metrics_.from = of.when;
    if (last_ == nullptr || is_put_back(*last_)) return;
    const bool is_of_now = of.when > last_->when;
    const bool failed_before = last_->outcome == "failed";
    if (!failed_before && !is_of_now && of.outcome == "rolled-back") ++metrics_.deployments;
    if (!failed_before) fails(*last_);
    if (is_of_now)
      ends_failure(of.when);
    else
      failing_.reset();  // it ended, and nothing says when
  }

  void fails(const deployment_record& of) {
    ++metrics_.failed;
    if (!failing_) failing_ = of.when;
  }

  void ends_failure(moment when) {
    if (failing_) recoveries_.push_back(between(*failing_, when));
    failing_.reset();
  }

  delivery_metrics metrics_;
  const deployment_record* last_ = nullptr;
  std::vector<seconds> leads_, recoveries_;
  std::set<std::string> commits_;
  std::optional<moment> failing_, first_success_;
};

json json_of(const std::optional<delivery_metrics::median>& of) {
  if (!of) return {};
  json one;
  one.set("median_s", static_cast<std::int64_t>(of->value.count()));
  one.set("of", static_cast<std::int64_t>(of->of));
  return one;
}

/// `45 s`, `12 min`, `3.5 h`, `2.1 days`
std::string rounded_text(seconds span) {
  const auto count = static_cast<double>(span.count());
  if (count < 60) return fmt::format("{} s", span.count());
  if (count < 3'600) return fmt::format("{:.0f} min", count / 60);
  if (count < 86'400) return fmt::format("{:.1f} h", count / 3'600);
  return fmt::format("{:.1f} days", count / 86'400);
}

std::string text_of(const std::optional<delivery_metrics::median>& of, const std::string& less) {
  if (!of) return "not known: " + less;
  return fmt::format("{}, the median of {}", rounded_text(of->value), of->of);
}

std::string frequency_text(const delivery_metrics& of) {
  if (!of.per_day)
    return fmt::format("not known: {} within {}", counted(of.succeeded, "deployment"),
                       rounded_text(between(*of.from, of.to)));
  if (*of.per_day >= 1) return fmt::format("{:.1f} a day", *of.per_day);
  return *of.per_day * 7 >= 1 ? fmt::format("{:.1f} a week", *of.per_day * 7)
                              : fmt::format("{:.1f} in 30 days", *of.per_day * 30);
}

std::string recovery_text(const delivery_metrics& of) {
  const std::string none = of.failed == 0 ? "none failed" : "the records do not say when it ended";
  if (!of.failing_since) return text_of(of.recovery, none);
  const std::string open = "failing for " + rounded_text(between(*of.failing_since, of.to));
  return of.recovery ? text_of(of.recovery, none) + "; " + open : open;
}

}  // namespace
}  // namespace deliver_records_delivery_metrics

delivery_metrics metrics_of(const std::vector<deployment_record>& newest_first,
                            delivery_metrics::moment now) {
  deliver_records_delivery_metrics::reading all;
  for (const deployment_record* each : deliver_records_delivery_metrics::in_order(newest_first))
    all.read(*each);
  return std::move(all).take(now);
}

json json_of(const delivery_metrics& of) {
  using namespace deliver_records_delivery_metrics;
  json one;
  one.set("from", of.from ? json(utc_text(*of.from)) : json());
  one.set("to", utc_text(of.to));
  one.set("deployments", static_cast<std::int64_t>(of.deployments));
  one.set("failed", static_cast<std::int64_t>(of.failed));
  one.set("lead_time", deliver_records_delivery_metrics::json_of(of.lead_time));
  one.set("deployments_per_day", of.per_day ? json(*of.per_day) : json());
  one.set("change_failure_rate",
          of.deployments == 0 ? json()
                              : json(static_cast<double>(of.failed) / static_cast<double>(of.deployments)));
  one.set("recovery", deliver_records_delivery_metrics::json_of(of.recovery));
  one.set("failing_since", of.failing_since ? json(utc_text(*of.failing_since)) : json());
  return one;
}

std::string text_of(const delivery_metrics& of) {
  using namespace deliver_records_delivery_metrics;
  if (!of.from || of.deployments == 0) return {};
  return fmt::format(
      "in {}, since {}, {}:\n  lead time  {}\n  frequency  {}\n  failures   {} of {}{}\n  recovery   {}\n",
      rounded_text(between(*of.from, of.to)), utc_text(std::chrono::floor<seconds>(*of.from)),
      counted(of.deployments, "deployment"),
      deliver_records_delivery_metrics::text_of(of.lead_time, "no commit's date is recorded"),
      frequency_text(of), of.failed, of.deployments,
      of.deployments < 10 ? std::string()
                          : fmt::format(", {:.0f} %", 100.0 * static_cast<double>(of.failed)
                                                          / static_cast<double>(of.deployments)),
      recovery_text(of));
}

}  // namespace cicd
