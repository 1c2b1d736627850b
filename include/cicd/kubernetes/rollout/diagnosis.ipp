// Pods and events to findings: which container, which state, which cause. The words of causes are in
// causes.ipp.
#pragma once

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/rollout/causes.hpp>
#include <cicd/kubernetes/rollout/diagnosis.hpp>

namespace cicd::kubernetes {
namespace kubernetes_rollout_diagnosis {
namespace {

using causes::container_facts;

const json& named(const json& list, std::string_view name) {
  static const json none;
  for (const json& each : list.elements())
    if (each["name"].text() == name) return each;
  return none;
}

const json& condition(const json& pod, std::string_view type) {
  static const json none;
  for (const json& each : pod["status"]["conditions"].elements())
    if (each["type"].text() == type) return each;
  return none;
}

/// What died last, whether it is dead now or was started again since.
const json& death_of(const json& status) {
  const json& now = status["state"]["terminated"];
  return now.is_object() ? now : status["lastState"]["terminated"];
}

int deaths_of(const json& status) {
  const bool dead_now = status["state"]["terminated"].is_object()
                        || status["state"]["waiting"]["reason"].text() == "CrashLoopBackOff";
  return static_cast<int>(status["restartCount"].integer()) + (dead_now ? 1 : 0);
}

std::vector<pod_event> events_of(const std::vector<pod_event>& all, std::string_view container) {
  std::vector<pod_event> found;
  for (const pod_event& each : all)
    if (each.container == container) found.push_back(each);
  return found;
}

const pod_event* newest(const std::vector<pod_event>& events,
                        std::string_view reason,
                        std::string_view words) {
  const pod_event* found = nullptr;
  for (const pod_event& each : events)
    if (each.reason == reason && each.message.find(words) != each.message.npos
        && (found == nullptr || each.last >= found->last))
      found = &each;
  return found;
}

/// Repeats the state's reason and says no more.
bool is_empty(const pod_event& event) {
  return event.reason == "BackOff"
         || (event.reason == "Failed" && event.message.find(' ', 7) == event.message.npos);
}

/// The words of the last warning that says something; where there is none, of the last event.
std::string last_words(const std::vector<pod_event>& events) {
  const auto weight = [](const pod_event& each) {
    return std::tuple(each.warning, !is_empty(each), each.last);
  };
  const pod_event* found = nullptr;
  for (const pod_event& each : events)
    if (found == nullptr || weight(each) >= weight(*found)) found = &each;
  return found == nullptr ? "" : text_of(*found);
}

bool is_image_trouble(std::string_view reason) {
  return reason == "ErrImagePull" || reason == "ImagePullBackOff" || reason == "InvalidImageName"
         || reason == "ErrImageNeverPull" || reason == "RegistryUnavailable" || reason == "ImageInspectError"
         || reason == "SignatureValidationFailed";
}

bool never_started(const json& death) {
  const std::string reason = death["reason"].text();
  return reason == "StartError" || reason == "ContainerCannotRun";
}

/// The kubelet's first try is often a moment too early for what it has not heard of yet. Its next one says
/// more, in an event: the pod's status keeps the first words for many seconds.
bool is_too_early(std::string_view words) {
  return words.find("timed out waiting for the condition") != words.npos;
}

std::optional<finding> of_waiting(const container_facts& of, const std::vector<pod_event>& events) {
  const json& waiting = of.status["state"]["waiting"];
  const std::string reason = waiting["reason"].text();
  if (is_image_trouble(reason)) {
    std::string words = waiting["message"].text();
    if (const pod_event* failed = newest(events, "Failed", "Failed to pull image"))
      words += "; " + failed->message;
    return causes::of_image(of, reason, words);
  }
  if (reason == "CreateContainerConfigError") {
    std::string words = waiting["message"].text();
    constexpr std::string_view head = "Error: ";
    const pod_event* failed = newest(events, "Failed", head);
    if (failed != nullptr && is_too_early(words) && failed->message.starts_with(head))
      words = failed->message.substr(head.size());
    return causes::of_config(of, words);
  }
  if (reason == "CreateContainerError" || reason == "RunContainerError")
    return causes::of_start(of, waiting["message"].text());
  return std::nullopt;
}

/// What the check said that ended the container (liveness or startup); nothing when none did.
const pod_event* ended_by_check(const std::vector<pod_event>& events) {
  if (newest(events, "Killing", "failed liveness probe") != nullptr)
    return newest(events, "Unhealthy", "Liveness probe");
  if (newest(events, "Killing", "failed startup probe") != nullptr)
    return newest(events, "Unhealthy", "Startup probe");
  return nullptr;
}

std::optional<finding> of_death(const container_facts& of, const std::vector<pod_event>& events) {
  const json& death = death_of(of.status);
  if (!death.is_object()) return std::nullopt;
  if (never_started(death)) return causes::of_start(of, death["message"].text());
  if (death["reason"].text() == "OOMKilled") return causes::of_oom(of, death);
  const int deaths = deaths_of(of.status);
  if (const pod_event* unhealthy = ended_by_check(events); unhealthy != nullptr)
    return causes::of_probe(of, *unhealthy, deaths);
  const bool stays_dead = of.never_restarted && death["exitCode"].integer() != 0;
  if (deaths >= 2 || stays_dead) return causes::of_crash(of, death, deaths);
  return std::nullopt;
}

std::optional<finding> of_running(const container_facts& of, const std::vector<pod_event>& events) {
  const json& running = of.status["state"]["running"];
  const pod_event* unhealthy = newest(events, "Unhealthy", "probe");
  if (!running.is_object() || unhealthy == nullptr) return std::nullopt;
  if (unhealthy->last < running["startedAt"].text()) return std::nullopt;
  return causes::of_probe(of, *unhealthy, deaths_of(of.status));
}

std::optional<finding> of_container(const container_facts& of, const std::vector<pod_event>& events) {
  const bool over = of.status["state"]["terminated"].is_object()
                    && of.status["state"]["terminated"]["exitCode"].integer() == 0
                    && (of.never_restarted || of.role == "init container");
  if (of.status["ready"].boolean() || over) return std::nullopt;
  if (auto found = of_waiting(of, events)) return found;
  if (auto found = of_death(of, events)) return found;
  return of_running(of, events);
}

std::string role_of(const json& spec, bool initial) {
  if (!initial) return "container";
  return spec["restartPolicy"].text() == "Always" ? "sidecar" : "init container";
}

void add_containers(std::vector<finding>& to,
                    const json& pod,
                    const std::vector<pod_event>& events,
                    bool initial) {
  const json& specs = pod["spec"][initial ? "initContainers" : "containers"];
  for (const json& status :
       pod["status"][initial ? "initContainerStatuses" : "containerStatuses"].elements()) {
    const std::string name = status["name"].text();
    const json& spec = named(specs, name);
    const container_facts facts{pod, spec, status, role_of(spec, initial),
                                pod["spec"]["restartPolicy"].text() == "Never"};
    const std::vector<pod_event> own = events_of(events, name);
    if (auto found = of_container(facts, own)) {
      found->about.container = name;
      found->about.role = facts.role;
      found->about.event = last_words(own);
      to.push_back(std::move(*found));
    }
  }
}

std::optional<finding> of_scheduling(const json& pod) {
  const json& scheduled = condition(pod, "PodScheduled");
  if (scheduled["status"].text() != "False" || scheduled["reason"].text() != "Unschedulable")
    return std::nullopt;
  return causes::of_scheduling(pod, scheduled["message"].text());
}

bool waits_for_its_volumes(const json& pod) {
  for (const std::string_view list : {"initContainerStatuses", "containerStatuses"})
    for (const json& each : pod["status"][list].elements())
      if (!each["state"]["waiting"].is_object()) return false;
  return true;
}

bool may_pass(const pod_event& event) {
  return event.count < 3 && is_too_early(event.message);
}

std::optional<finding> of_node(const json& pod, const std::vector<pod_event>& events) {
  if (!waits_for_its_volumes(pod)) return std::nullopt;
  for (const std::string_view reason : {"FailedMount", "FailedAttachVolume", "FailedMapVolume"})
    if (const pod_event* failed = newest(events, reason, ""); failed != nullptr && !may_pass(*failed))
      return causes::of_volume(failed->reason, failed->message);
  if (const pod_event* failed = newest(events, "FailedCreatePodSandBox", ""); failed != nullptr)
    return causes::of_sandbox(failed->message);
  return std::nullopt;
}

/// A crash outweighs what only waits for it.
int weight(const finding& each) {
  return each.about.hopeless ? 0 : each.about.starting ? 2 : 1;
}

}  // namespace
}  // namespace kubernetes_rollout_diagnosis

bool is_ready(const json& pod) {
  return kubernetes_rollout_diagnosis::condition(pod, "Ready")["status"].text() == "True";
}

bool is_replaced(const json& pod) {
  if (pod["status"]["phase"].text() != "Failed") return false;
  for (const json& each : pod["status"]["containerStatuses"].elements())
    if (each["state"]["terminated"]["reason"].text() == "OOMKilled") return false;
  return !pod["status"]["reason"].text().empty() && pod["status"]["reason"].text() != "DeadlineExceeded";
}

std::vector<finding> findings_of(const json& pod, const std::vector<pod_event>& events) {
  using namespace kubernetes_rollout_diagnosis;
  std::vector<finding> found;
  if (is_ready(pod) || is_replaced(pod) || pod["status"]["phase"].text() == "Succeeded") return found;
  if (auto one = of_scheduling(pod)) found.push_back(std::move(*one));
  add_containers(found, pod, events, true);
  add_containers(found, pod, events, false);
  if (found.empty())
    if (auto one = of_node(pod, events)) found.push_back(std::move(*one));
  std::ranges::stable_sort(found, {}, weight);
  for (finding& each : found) {
    each.about.pod = pod["metadata"]["name"].text();
    each.about.namespace_name = pod["metadata"]["namespace"].text();
    if (each.about.event.empty()) each.about.event = last_words(events);
  }
  return found;
}

diagnosis state_of(const json& pod, const std::vector<pod_event>& events) {
  using namespace kubernetes_rollout_diagnosis;
  diagnosis found;
  found.pod = pod["metadata"]["name"].text();
  found.namespace_name = pod["metadata"]["namespace"].text();
  found.state = lower(pod["status"]["phase"].text("unknown"));
  const json& ready = condition(pod, "Ready");
  if (ready["status"].text() != "True" && !ready["reason"].text().empty())
    found.state += fmt::format(", not ready: {}", ready["message"].text(ready["reason"].text()));
  found.event = last_words(events);
  return found;
}

}  // namespace cicd::kubernetes
