// Taking in objects: which pods belong to what, which of them are new, and how symptoms come and go.
#pragma once

#include <cicd/kubernetes/rollout/rollout_view.hpp>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <cicd/base/text.hpp>

namespace cicd::kubernetes {
namespace kubernetes_rollout_rollout_view {
namespace {

std::string uid_of(const json& object) {
  return object["metadata"]["uid"].text();
}

int revision_of(const json& object) {
  const std::string text = object["metadata"]["annotations"]["deployment.kubernetes.io/revision"].text("0");
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// What of a ReplicaSet is needed, without its template.
json essence_of(const json& set) {
  json kept;
  json meta;
  for (const std::string_view each : {"uid", "name", "namespace", "annotations", "ownerReferences"})
    meta.set(std::string(each), set["metadata"][each]);
  kept.set("kind", "ReplicaSet").set("metadata", std::move(meta)).set("status", set["status"]);
  return kept;
}

bool leaves(const json& pod) {
  return !pod["metadata"]["deletionTimestamp"].is_null();
}

bool crashed(const finding& what) {
  return what.about.cause == "crash-loop" || what.about.cause == "oom";
}

bool scales_up(const pod_event& event) {
  return event.reason == "TriggeredScaleUp" || event.reason == "Nominated";
}

bool moved_forward(const workload_state& before, const workload_state& after) {
  return after.updated > before.updated || after.ready > before.ready || after.available > before.available
         || (after.observed && !before.observed) || (before.older_pods && !after.older_pods);
}

}  // namespace
}  // namespace kubernetes_rollout_rollout_view

using namespace kubernetes_rollout_rollout_view;

rollout_view::rollout_view(const std::vector<json>& objects) {
  for (const json& each : objects) {
    workload one;
    one.object = each;
    one.uid = uid_of(each);
    one.changed = changed_at(each);
    one.state = state_of_workload(each);
    workloads_.push_back(std::move(one));
  }
}

void rollout_view::take(const std::string& type, const json& object, moment at) {
  const std::string kind = object["kind"].text();
  if (kind == "Pod") return take_pod(type, object, at);
  if (kind == "ReplicaSet") return take_replica_set(type, object, at);
  if (kind == "Event") return take_event(object, at);
  if (kind == "Deployment" || kind == "StatefulSet" || kind == "Job") take_workload(type, object, at);
}

void rollout_view::take_workload(const std::string& type, const json& object, moment at) {
  for (workload& each : workloads_) {
    if (each.uid != uid_of(object)) continue;
    const std::int64_t known = each.object["metadata"]["generation"].integer();
    if (object["metadata"]["generation"].integer() < known) return;
    const workload_state before = each.state;
    each.object = object;
    each.gone = type == "DELETED";
    each.state = state_of_workload(object);
    if (const std::string changed = changed_at(object); !changed.empty()) each.changed = changed;
    if (moved_forward(before, each.state)) each.moved = at;
    choose_newest(each);
    judge(each, at);
  }
}

void rollout_view::choose_newest(workload& of) {
  if (of.object["kind"].text() != "Deployment" || !of.state.observed) return;
  const json* newest = nullptr;
  for (const auto& [uid, set] : sets_)
    if (owner_of(set) == of.uid && (newest == nullptr || revision_of(set) > revision_of(*newest)))
      newest = &set;
  const bool current = newest != nullptr && revision_of(*newest) >= revision_of(of.object);
  of.newest_set = current ? uid_of(*newest) : "";
}

void rollout_view::take_replica_set(const std::string& type, const json& object, moment at) {
  if (type == "DELETED")
    sets_.erase(uid_of(object));
  else
    sets_[uid_of(object)] = essence_of(object);
  for (workload& each : workloads_) {
    if (each.uid != owner_of(object)) continue;
    choose_newest(each);
    judge(each, at);
  }
}

rollout_view::workload* rollout_view::workload_of_pod(const json& pod) {
  std::string owner = owner_of(pod);
  if (const auto set = sets_.find(owner); set != sets_.end()) owner = owner_of(set->second);
  const std::string name = pod["metadata"]["name"].text();
  for (workload& each : workloads_) {
    if (each.uid == owner) return &each;
    if (by_age_ && each.object["kind"].text() == "Deployment"
        && name.starts_with(each.object["metadata"]["name"].text() + "-"))
      return &each;
  }
  return nullptr;
}

void rollout_view::take_pod(const std::string& type, const json& object, moment at) {
  const std::string uid = uid_of(object);
  if (type == "DELETED") {
    pods_.erase(uid);
    events_.erase(uid);
    for (workload& each : workloads_) each.pods.erase(uid);
  } else {
    known_pod& pod = pods_.try_emplace(uid, known_pod{{}, {}, at}).first->second;
    pod.object = object;
    pod.found = findings_of(object, events_about(uid));
  }
  if (workload* of = workload_of_pod(object)) judge(*of, at);
}

void rollout_view::take_event(const json& object, moment at) {
  const pod_event event = event_from(object);
  pod_event& kept = events_[event.about][uid_of(object)];
  const bool news = kept.last != event.last || kept.count != event.count;
  kept = event;
  if (const auto known = pods_.find(event.about); known != pods_.end()) {
    known->second.found = findings_of(known->second.object, events_about(event.about));
    workload* of = workload_of_pod(known->second.object);
    if (of == nullptr || !is_new(*of, known->second.object)) return;
    if (event.warning && event.reason != of->last_reason) {
      of->last_reason = event.reason;
      of->last_event = event.reason + ": " + event.message;
    }
    judge(*of, at);
    const auto found = symptoms_.find({of->uid, "unschedulable", ""});
    if (news && scales_up(event) && found != symptoms_.end()) {
      found->second.since = at;
      found->second.extended = true;
    }
    return;
  }
  for (workload& each : workloads_)
    if (each.uid == event.about || each.newest_set == event.about) judge(each, at);
}

bool rollout_view::is_new(const workload& of, const json& pod) const {
  if (leaves(pod)) return false;
  const std::string kind = of.object["kind"].text();
  if (kind == "Job") return owner_of(pod) == of.uid;
  if (!of.state.observed) return false;
  if (kind == "StatefulSet")
    return owner_of(pod) == of.uid
           && pod["metadata"]["labels"]["controller-revision-hash"] == of.object["status"]["updateRevision"];
  if (by_age_) return pod["metadata"]["creationTimestamp"].text() >= of.changed;
  return !of.newest_set.empty() && owner_of(pod) == of.newest_set;
}

void rollout_view::judge(workload& of, moment at) {
  of.pods.clear();
  for (auto& [key, each] : symptoms_) {
    if (std::get<0>(key) != of.uid || !each.present) continue;
    each.present = false;
    each.last_seen = at;
  }
  for (const auto& [uid, pod] : pods_) {
    if (!is_new(of, pod.object) || workload_of_pod(pod.object) != &of) continue;
    of.pods.insert(uid);
    // One that failed is replaced by the Job's controller; only what happens again is a symptom.
    const bool first = of.object["kind"].text() == "Job" && of.state.failed < 2 && !of.state.past_deadline;
    if (!pod.found.empty() && !(first && crashed(pod.found.front()))) note(of, pod.found.front(), at);
  }
  note_refusals(of, at);
  note_block(of, at);
  note_end(of, at);
  std::erase_if(symptoms_, [&](const auto& each) {
    const symptom& one = each.second;
    return std::get<0>(one.id) == of.uid && !one.present && at - one.last_seen >= healing;
  });
}

void rollout_view::note(const workload& of, const finding& what, moment at) {
  const symptom::key id{of.uid, what.about.cause, what.about.container};
  symptom& one = symptoms_.try_emplace(id, symptom{id, what, at, at, false}).first->second;
  if (at - one.last_seen >= healing) {
    one.since = at;
    one.extended = false;
  }
  one.last_seen = at;
  if (one.present) {
    ++one.what.about.more_pods;
    one.what.about.hopeless |= what.about.hopeless;
    return;
  }
  one.present = true;
  one.what = what;
  one.what.about.object = title(of);
  const std::string& cause = what.about.cause;
  const bool no_room =
      cause == "quota" || (cause == "unschedulable" && what.about.likely.starts_with("no node has enough"));
  if (no_room && of.state.older_pods && of.object["kind"].text() == "Deployment")
    one.what.about.help = "MAX_UNAVAILABLE 1: an old pod goes before a new one comes; or " + what.about.help;
}

void rollout_view::note_refusals(const workload& of, moment at) {
  std::string words;
  if (const auto set = sets_.find(of.newest_set); set != sets_.end())
    for (const json& each : set->second["status"]["conditions"].elements())
      if (each["type"].text() == "ReplicaFailure" && each["status"].text() == "True")
        words = each["message"].text();
  if (words.empty() && (by_age_ || of.newest_set.empty())) words = of.state.refusal;
  const bool too_few = static_cast<int>(of.pods.size()) + of.state.updated < of.state.wanted;
  if (words.empty() && of.object["kind"].text() != "Deployment" && of.state.observed && too_few)
    for (const pod_event& each : events_about(of.uid))
      if (each.reason == "FailedCreate" && each.last >= of.changed) words = each.message;
  if (words.empty() || of.state.done) return;
  finding refused = finding_of_refusal(words);
  refused.about.namespace_name = of.object["metadata"]["namespace"].text();
  note(of, refused, at);
}

/// A StatefulSet replaces none of its pods before the one at hand is ready, even where the new template would
/// mend it.
void rollout_view::note_block(const workload& of, moment at) {
  if (of.object["kind"].text() != "StatefulSet" || !of.state.observed || of.state.done) return;
  if (of.object["spec"]["podManagementPolicy"].text() == "Parallel") return;
  for (const auto& [uid, pod] : pods_) {
    const bool older = owner_of(pod.object) == of.uid && !is_new(of, pod.object) && !leaves(pod.object);
    if (!older || is_ready(pod.object)) continue;
    finding blocked;
    blocked.about = state_of(pod.object, events_about(uid));
    blocked.about.cause = "progress";
    blocked.about.likely = fmt::format(
        "pod {} of the earlier template is not ready, and a StatefulSet replaces no pod before it is",
        blocked.about.pod);
    blocked.about.help =
        fmt::format("kubectl -n {} delete pod {}", blocked.about.namespace_name, blocked.about.pod);
    return note(of, blocked, at);
  }
}

std::vector<pod_event> rollout_view::events_about(const std::string& uid) const {
  std::vector<pod_event> found;
  if (const auto known = events_.find(uid); known != events_.end())
    for (const auto& [id, each] : known->second) found.push_back(each);
  std::ranges::stable_sort(found, {}, &pod_event::last);
  return found;
}

}  // namespace cicd::kubernetes
