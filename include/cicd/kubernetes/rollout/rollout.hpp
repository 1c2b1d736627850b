// Watching what was applied until it is ready, or until it is known that it cannot be, with the reason.
// Judges new pods only. It does not know what a deployment record or a rollback is.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <cicd/kubernetes/api/cluster.hpp>
#include <cicd/kubernetes/rollout/diagnosis.hpp>

namespace cicd::kubernetes {

struct rollout_options {
  /// By cause, where it differs from the documented default.
  std::map<std::string, std::chrono::milliseconds> patience{};
  std::chrono::milliseconds ready_for{0};  ///< how long all must be ready before it is done
  std::function<void(const std::string& line)>
      say;  ///< a line for each change: `orders-api 1/3 updated, 2 ready, …`
  std::function<void(const diagnosis&)> symptom;  ///< each one once, within 2 s of its appearance
  /// The time since any fixed moment. Default: the clock port's.
  std::function<std::chrono::milliseconds()> now{};
};

struct rollout_result {
  bool ready = false;
  std::vector<diagnosis> why;       ///< what was wrong when it was given up
  std::vector<std::string> poorer;  ///< what could not be read (events, logs) for want of rights
};

/// The documented patience of a cause: crash-loop 1m, image-pull 2m, oom 1m, unschedulable 5m, probe 5m,
/// config 0, quota 1m, volume 2m, denied 0, paused 0, progress 10m. It runs from the symptom's first
/// appearance, begins anew after a scale-up was triggered for the pod, and ends with the symptom. A startup
/// probe that allows longer is given that long. What has no patience but may still pass (a webhook that does
/// not answer) is given 1m.
std::chrono::milliseconds default_patience(const std::string& cause);

/// Watches these Deployments, StatefulSets and Jobs (as the apply gave them back, so with uid and generation)
/// until all are ready (Jobs: complete), given up or cancelled.
result<rollout_result> watch_rollout(cluster& with,
                                     const std::vector<json>& objects,
                                     const rollout_options& options);

/// The same as an error, class `step_failed`: the first diagnosis whole, further ones in a line each.
error error_of(const rollout_result& failed, const std::string& subject);

}  // namespace cicd::kubernetes
