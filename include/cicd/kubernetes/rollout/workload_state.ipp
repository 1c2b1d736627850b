// The numbers of the three kinds, each by the rules of its own controller.
#pragma once

#include <cicd/kubernetes/rollout/workload_state.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace cicd::kubernetes {
namespace kubernetes_rollout_workload_state {
namespace {

int number(const json& value, int otherwise = 0) {
  return static_cast<int>(value.integer(otherwise));
}

const json& condition_of(const json& object, std::string_view type) {
  static const json none;
  for (const json& each : object["status"]["conditions"].elements())
    if (each["type"].text() == type) return each;
  return none;
}

bool is_true(const json& condition) {
  return condition["status"].text() == "True";
}

bool is_observed(const json& object) {
  return object["status"]["observedGeneration"].integer() >= object["metadata"]["generation"].integer();
}

void count(workload_state& to, const json& object) {
  const json& status = object["status"];
  to.observed = is_observed(object);
  to.wanted = number(object["spec"]["replicas"], 1);
  to.updated = to.observed ? number(status["updatedReplicas"]) : 0;
  to.ready = number(status["readyReplicas"]);
  to.available = number(status["availableReplicas"]);
  to.older_pods = number(status["replicas"]) > to.updated;
}

workload_state of_deployment(const json& object) {
  workload_state state;
  count(state, object);
  state.paused = object["spec"]["paused"].boolean();
  const json& progressing = condition_of(object, "Progressing");
  if (progressing["reason"].text() == "ReplicaSetCreateError"
      && progressing["lastUpdateTime"].text() >= changed_at(object))
    state.refusal = progressing["message"].text();
  if (!state.observed) return state;
  state.past_deadline = progressing["reason"].text() == "ProgressDeadlineExceeded";
  if (state.past_deadline) state.words = progressing["message"].text();
  if (const json& failure = condition_of(object, "ReplicaFailure"); is_true(failure))
    state.refusal = failure["message"].text();
  state.done = state.updated >= state.wanted && !state.older_pods && state.available >= state.updated;
  return state;
}

workload_state of_stateful_set(const json& object) {
  workload_state state;
  count(state, object);
  if (!state.observed) return state;
  const json& status = object["status"];
  const json& strategy = object["spec"]["updateStrategy"];
  const int untouched = number(strategy["rollingUpdate"]["partition"]);
  const bool by_hand = strategy["type"].text() == "OnDelete";
  const bool same = status["currentRevision"] == status["updateRevision"];
  if (same) state.updated = number(status["replicas"]);
  state.older_pods = number(status["replicas"]) > state.updated;
  const bool updated = by_hand || same || state.updated >= std::max(0, state.wanted - untouched);
  state.done = updated && number(status["replicas"]) == state.wanted && state.ready >= state.wanted
               && (state.available >= state.wanted || number(object["spec"]["minReadySeconds"]) == 0);
  return state;
}

workload_state of_job(const json& object) {
  workload_state state;
  const json& status = object["status"];
  state.observed = true;
  state.wanted = number(object["spec"]["completions"], number(object["spec"]["parallelism"], 1));
  state.updated = number(status["succeeded"]);
  state.active = number(status["active"]);
  state.ready = number(status["ready"]);
  state.failed = number(status["failed"]);
  state.paused = object["spec"]["suspend"].boolean();
  state.done = is_true(condition_of(object, "Complete"));
  for (const std::string_view type : {"FailureTarget", "Failed"})
    if (const json& failed = condition_of(object, type); is_true(failed)) {
      state.past_deadline = true;
      state.words = fmt::format("{}: {}", failed["reason"].text(), failed["message"].text());
    }
  return state;
}

}  // namespace
}  // namespace kubernetes_rollout_workload_state

workload_state state_of_workload(const json& object) {
  using namespace kubernetes_rollout_workload_state;
  const std::string kind = object["kind"].text();
  if (kind == "Job") return of_job(object);
  return kind == "StatefulSet" ? of_stateful_set(object) : of_deployment(object);
}

std::string text_of(const workload_state& state, const json& object, int restarts) {
  std::string text;
  if (object["kind"].text() == "Job")
    text = fmt::format("{}/{} succeeded, {} active, {} failed", state.updated, state.wanted, state.active,
                       state.failed);
  else
    text = fmt::format("{}/{} updated, {} ready, {} available", state.updated, state.wanted, state.ready,
                       state.available);
  if (restarts > 0) text += fmt::format(", {} restart{}", restarts, restarts == 1 ? "" : "s");
  if (state.paused) text += ", paused";
  return text;
}

std::string owner_of(const json& object) {
  for (const json& each : object["metadata"]["ownerReferences"].elements())
    if (each["controller"].boolean()) return each["uid"].text();
  return {};
}

std::string changed_at(const json& object) {
  std::string latest;
  for (const json& each : object["metadata"]["managedFields"].elements())
    if (each["subresource"].text().empty()) latest = std::max(latest, each["time"].text());
  return latest;
}

}  // namespace cicd::kubernetes
