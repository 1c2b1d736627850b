// What a rollout's view answers: readiness, lines, symptoms in their order, pods worth a closer look.
#pragma once

#include <cicd/kubernetes/rollout/rollout_view.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd::kubernetes {
namespace kubernetes_rollout_rollout_answers {
namespace {

constexpr std::size_t widest_event = 120;

bool after_crashes(const symptom& one) {
  return one.what.about.cause == "crash-loop" || one.what.about.cause == "oom";
}

finding end_of(std::string state, std::string likely, std::string help, bool hopeless) {
  finding found;
  found.about.cause = "progress";
  found.about.state = std::move(state);
  found.about.likely = std::move(likely);
  found.about.help = std::move(help);
  found.about.hopeless = hopeless;
  return found;
}

int restarts_in(const json& pod) {
  std::int64_t sum = 0;
  for (const std::string_view list : {"initContainerStatuses", "containerStatuses"})
    for (const json& each : pod["status"][list].elements()) sum += each["restartCount"].integer();
  return static_cast<int>(sum);
}

std::string name_of(const json& object) {
  return object["metadata"]["name"].text();
}

std::string resume_help(const json& object) {
  const std::string name_space = object["metadata"]["namespace"].text("default");
  if (object["kind"].text() == "Job")
    return fmt::format(R"(kubectl -n {} patch job {} --type merge -p '{{"spec":{{"suspend":false}}}}')",
                       name_space, name_of(object));
  return fmt::format("kubectl -n {} rollout resume deployment {}", name_space, name_of(object));
}

/// Only a person ends it: no time helps.
finding of_pause(const json& object) {
  finding found =
      end_of("paused", "it was paused by hand, and nothing of it is rolled out until it is resumed",
             resume_help(object), true);
  found.about.cause = "paused";
  return found;
}

}  // namespace
}  // namespace kubernetes_rollout_rollout_answers

using namespace kubernetes_rollout_rollout_answers;

std::string rollout_view::title(const workload& of) const {
  return of.object["kind"].text() + " " + name_of(of.object);
}

int rollout_view::restarts(const workload& of) const {
  int sum = 0;
  for (const std::string& uid : of.pods) sum += restarts_in(pods_.at(uid).object);
  return sum;
}

/// What ends or stops the whole object, beside its pods.
void rollout_view::note_end(const workload& of, moment at) {
  const std::string kind = of.object["kind"].text();
  if (of.gone)
    return note(of, end_of("deleted", "it was deleted during the rollout", "deploy again", true), at);
  if (of.state.paused && of.state.observed && !of.state.done) return note(of, of_pause(of.object), at);
  if (!of.state.past_deadline) return;
  bool explained = false;
  for (auto& [key, each] : symptoms_) {
    if (std::get<0>(key) != of.uid || !each.present) continue;
    explained = true;
    if (kind == "Job") each.what.about.hopeless = true;
  }
  if (explained) return;
  note(of,
       end_of(of.state.words, "it made no progress within the time that it declares", "kubectl describe",
              true),
       at);
}

bool rollout_view::ready(moment at) const {
  for (const workload& each : workloads_)
    if (!each.state.done || each.gone) return false;
  for (const auto& [key, each] : symptoms_)
    if (after_crashes(each) && (each.present || at - each.last_seen < healing)) return false;
  return true;
}

std::optional<rollout_view::moment> rollout_view::healed_at() const {
  std::optional<moment> last;
  for (const auto& [key, each] : symptoms_)
    if (after_crashes(each) && !each.present)
      last = std::max(last.value_or(moment{0}), each.last_seen + healing);
  return last;
}

std::vector<std::string> rollout_view::lines() const {
  std::vector<std::string> texts;
  for (const workload& each : workloads_) {
    std::string line = name_of(each.object) + " " + text_of(each.state, each.object, restarts(each));
    if (!each.state.done && !each.last_event.empty()) line += "; " + cut_to(each.last_event, widest_event);
    texts.push_back(displayable(line));
  }
  return texts;
}

std::vector<symptom> rollout_view::symptoms() const {
  std::vector<symptom> found;
  for (const auto& [key, each] : symptoms_)
    if (each.present) found.push_back(each);
  std::ranges::stable_sort(found, {}, &symptom::since);
  return found;
}

const rollout_view::known_pod* rollout_view::worst_pod(const workload& of) const {
  const known_pod* worst = nullptr;
  for (const std::string& uid : of.pods) {
    const known_pod& pod = pods_.at(uid);
    if (!is_ready(pod.object) && (worst == nullptr || pod.seen < worst->seen)) worst = &pod;
  }
  return worst;
}

std::vector<symptom> rollout_view::unfinished() const {
  std::vector<symptom> found;
  for (const workload& each : workloads_) {
    if (each.state.done) continue;
    symptom one{{each.uid, "progress", ""}, {}, each.moved, each.moved, true};
    diagnosis& about = one.what.about;
    if (const known_pod* pod = worst_pod(each); pod != nullptr)
      about = state_of(pod->object, events_about(pod->object["metadata"]["uid"].text()));
    else
      about.state = text_of(each.state, each.object, restarts(each));
    about.cause = "progress";
    about.object = title(each);
    about.namespace_name = each.object["metadata"]["namespace"].text();
    about.likely = "it made no step forward for too long, and nothing says why";
    about.help =
        fmt::format("kubectl -n {} describe {}", about.namespace_name,
                    about.pod.empty() ? lower(each.object["kind"].text()) + " " + name_of(each.object)
                                      : "pod " + about.pod);
    found.push_back(std::move(one));
  }
  return found;
}

std::vector<waiting_pod> rollout_view::waiting_pods() const {
  std::vector<waiting_pod> found;
  for (const workload& each : workloads_)
    for (const std::string& uid : each.pods) {
      const known_pod& pod = pods_.at(uid);
      if (is_ready(pod.object) || pod.object["status"]["phase"].text() == "Succeeded") continue;
      found.push_back({uid, name_of(pod.object), pod.object["metadata"]["namespace"].text(), each.uid,
                       !pod.found.empty(), pod.seen});
    }
  return found;
}

}  // namespace cicd::kubernetes
