// Few objects: a watch for each of the first few pods that wait. Many objects: the warnings of their
// namespaces.
#pragma once

#include <cicd/kubernetes/rollout/rollout_events.hpp>

#include <algorithm>
#include <set>

namespace cicd::kubernetes {
namespace kubernetes_rollout_rollout_events {
namespace {

using namespace std::chrono_literals;

/// A pod that is not ready is nothing special before.
constexpr std::chrono::milliseconds usual_start = 700ms;
constexpr std::size_t pods_of_one_object = 3;
constexpr std::size_t few_objects = 4;

}  // namespace
}  // namespace kubernetes_rollout_rollout_events

using namespace kubernetes_rollout_rollout_events;

rollout_events::rollout_events(const std::vector<json>& objects, opener open)
    : objects_(objects), open_(std::move(open)) {}

std::optional<rollout_events::moment> rollout_events::follow(const rollout_view& view, moment at) {
  std::optional<moment> next;
  std::map<std::string, std::size_t> followed;
  std::set<std::string> waiting;
  if (at < usual_start)
    next = usual_start;
  else
    follow_controllers();
  for (const waiting_pod& pod : view.waiting_pods()) {
    waiting.insert(pod.uid);
    if (!pod.failing && at - pod.since < usual_start) {
      next = std::min(next.value_or(pod.since + usual_start), pod.since + usual_start);
    } else if (objects_.size() > few_objects) {
      follow_namespace(pod.namespace_name);
    } else if (followed[pod.workload]++ < pods_of_one_object) {
      follow_pod(pod);
    }
  }
  idle_.clear();
  for (const auto& [about, watch] : watches_)
    if (about.starts_with("pod ") && !waiting.contains(about.substr(4))) idle_.push_back(about);
  return next;
}

void rollout_events::close_idle() {
  for (const std::string& each : idle_) watches_.erase(each);
  idle_.clear();
}

void rollout_events::follow_pod(const waiting_pod& pod) {
  if (auto& watch = watches_["pod " + pod.uid]; !watch)
    watch = open_({"Event", pod.namespace_name, "", "involvedObject.uid=" + pod.uid});
}

void rollout_events::follow_namespace(const std::string& name) {
  for (const char* each : {"type=Warning", "reason=TriggeredScaleUp", "reason=Nominated"})
    if (auto& watch = watches_["namespace " + name + " " + each]; !watch)
      watch = open_({"Event", name, "", each});
}

/// A Deployment's conditions say why its pods cannot be created; of the others only events do.
void rollout_events::follow_controllers() {
  for (const json& each : objects_) {
    if (each["kind"].text() == "Deployment") continue;
    const std::string uid = each["metadata"]["uid"].text();
    if (auto& watch = watches_["controller " + uid]; !watch)
      watch = open_({"Event", each["metadata"]["namespace"].text(), "", "involvedObject.uid=" + uid});
  }
}

bool rollout_events::concerns(const json& event) const {
  const std::string name = event["involvedObject"]["name"].text();
  return std::ranges::any_of(
      objects_, [&](const json& each) { return name.starts_with(each["metadata"]["name"].text()); });
}

}  // namespace cicd::kubernetes
