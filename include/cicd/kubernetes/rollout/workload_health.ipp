// The state of a workload as one answer.
#pragma once

#include <cicd/kubernetes/rollout/workload_health.hpp>
#include <cicd/kubernetes/rollout/workload_state.hpp>

namespace cicd::kubernetes {

workload_health health_of_workload(const json& object) {
  const workload_state state = state_of_workload(object);
  workload_health made;
  made.is_healthy = state.observed && state.done;
  made.is_failing = state.past_deadline || !state.refusal.empty();
  made.says =
      object["kind"].text() + " " + object["metadata"]["name"].text() + ": " + text_of(state, object, 0);
  if (!state.refusal.empty()) made.says += ", " + state.refusal;
  return made;
}

}  // namespace cicd::kubernetes
