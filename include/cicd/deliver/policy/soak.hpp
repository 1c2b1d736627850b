// SOAK: for how long an artifact was healthy in an environment, from what was deployed there and what was
// seen. Pure.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <cicd/deliver/records/environment_state.hpp>
#include <cicd/deliver/records/record.hpp>

namespace cicd {

/// A time during which an artifact was what an environment has.
struct deployed_span {
  std::chrono::system_clock::time_point from{};
  std::optional<std::chrono::system_clock::time_point> until{};  ///< when another came; nothing: it is there
};

/// Of those records that `is_it` says yes to, the newest first as they are. What failed is left out: it
/// neither has the artifact nor takes it away.
std::vector<deployed_span> spans_of(std::span<const deployment_record> newest_first,
                                    const std::function<bool(const deployment_record&)>& is_it);

/// What it amounts to.
struct soaked_time {
  std::chrono::milliseconds time{};
  std::optional<std::chrono::system_clock::time_point> since{};     ///< nothing: it was never healthy
  std::optional<std::chrono::system_clock::time_point> replaced{};  ///< nothing: it is still there
};
/// All the time since it was first seen to be healthy during which it was there, whether anything looked or
/// not. `healthy_since`: from when it was healthy without interruption by an observation.
soaked_time soaked_in(std::span<const deployed_span> spans,
                      std::optional<std::chrono::system_clock::time_point> healthy_since,
                      std::chrono::system_clock::time_point now);

/// Whether a deployment came to a good end: `reverted` is what a commit by hand put back, which ran, too.
bool came_to_a_good_end(const deployment_record& of);

}  // namespace cicd
