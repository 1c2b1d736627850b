// Whether a rollout is to be given up, and when to look again. Pure. Inside the room kubernetes/ only.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <cicd/kubernetes/rollout/rollout.hpp>
#include <cicd/kubernetes/rollout/rollout_view.hpp>

namespace cicd::kubernetes {

/// No symptom is said or counts before it has lasted so long: its events arrive, and other pods with the same
/// are counted.
constexpr std::chrono::milliseconds settling{800};

/// How long this symptom may last.
std::chrono::milliseconds patience_of(const symptom& one, const rollout_options& options);

struct rollout_verdict {
  std::vector<symptom> why;                       ///< not empty: given up, for all that is wrong then
  std::optional<std::chrono::milliseconds> next;  ///< when time alone may change it
};

/// An object without any symptom has the patience of `progress` since its last step forward.
rollout_verdict verdict_of(const rollout_view& view,
                           std::chrono::milliseconds at,
                           const rollout_options& options);

}  // namespace cicd::kubernetes
