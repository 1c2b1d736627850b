// Adding up the times of an artifact.
#pragma once

#include <algorithm>

#include <cicd/deliver/policy/soak.hpp>

namespace cicd {

bool came_to_a_good_end(const deployment_record& of) {
  return of.outcome == "deployed" || is_put_back(of);
}

std::vector<deployed_span> spans_of(std::span<const deployment_record> newest_first,
                                    const std::function<bool(const deployment_record&)>& is_it) {
  std::vector<deployed_span> spans;
  std::optional<std::chrono::system_clock::time_point> next;
  for (const deployment_record& each : newest_first) {
    if (!came_to_a_good_end(each)) continue;
    if (is_it(each)) {
      // Deployed again while it was there: one time.
      if (!spans.empty() && spans.back().from == next)
        spans.back().from = each.when;
      else
        spans.push_back({each.when, next});
    }
    next = each.when;
  }
  return spans;
}

soaked_time soaked_in(std::span<const deployed_span> spans,
                      std::optional<std::chrono::system_clock::time_point> healthy_since,
                      std::chrono::system_clock::time_point now) {
  soaked_time all;
  if (spans.empty() || !healthy_since) return all;
  healthy_since = std::min(*healthy_since, now);
  all.since = healthy_since;
  all.replaced = spans.front().until;
  std::chrono::system_clock::duration sum{};
  for (const deployed_span& each : spans) {
    const auto from = std::max(each.from, *healthy_since), until = std::min(each.until.value_or(now), now);
    if (until > from) sum += until - from;  // a clock that was set back takes nothing away
  }
  all.time = std::chrono::floor<std::chrono::milliseconds>(sum);
  return all;
}

}  // namespace cicd
