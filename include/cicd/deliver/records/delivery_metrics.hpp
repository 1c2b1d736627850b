// The four measures of delivery (lead time for changes, deployment frequency, change failure rate, time to
// restore), of the records that one environment has kept. Pure. It does not know how they are shown, and
// gives no number where the records do not say it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/json.hpp>
#include <cicd/deliver/records/record.hpp>

namespace cicd {

struct delivery_metrics {
  using moment = std::chrono::system_clock::time_point;
  struct median {
    std::chrono::seconds value{};
    std::size_t of = 0;  ///< so many
  };

  std::optional<moment> from{};  ///< the oldest record's time; nothing: there is none
  moment to{};                   ///< now
  std::size_t deployments = 0;   ///< also those that failed; what was put back is none
  std::size_t succeeded = 0;
  std::size_t failed = 0;  ///< ended with `failed`, or what came next was put back

  /// From a commit to its first deployment that succeeded; of clean trees whose commit's date is recorded.
  std::optional<median> lead_time{};
  /// Deployments that succeeded; nothing where fewer than two did, or the records span less than a day.
  std::optional<double> per_day{};
  /// From a deployment that failed to the next one that did not, or to its being put back.
  std::optional<median> recovery{};
  /// Since when it has been failing; nothing: it is not.
  std::optional<moment> failing_since{};
};

/// `newest_first` as a way gives the history of an environment.
delivery_metrics metrics_of(const std::vector<deployment_record>& newest_first, delivery_metrics::moment now);
json json_of(const delivery_metrics& of);
/// Five lines for a person.
std::string text_of(const delivery_metrics& of);

}  // namespace cicd
