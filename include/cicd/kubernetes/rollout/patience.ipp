// Patience: by cause, with what was overridden and what never gets any.
#pragma once

#include <cicd/kubernetes/rollout/patience.hpp>

#include <algorithm>
#include <array>

namespace cicd::kubernetes {
namespace kubernetes_rollout_patience {
namespace {

using namespace std::chrono_literals;

/// What is given up at once where it is hopeless, and given this where it is not.
constexpr std::chrono::milliseconds may_pass = 1min;

constexpr std::array<std::pair<std::string_view, std::chrono::milliseconds>, 12> defaults{
    {{"crash-loop", 1min},
     {"image-pull", 2min},
     {"oom", 1min},
     {"unschedulable", 5min},
     {"probe", 5min},
     {"config", 0ms},
     {"quota", 1min},
     {"volume", 2min},
     {"denied", 0ms},
     {"paused", 0ms},
     {"deletion", 2min},
     {"progress", 10min}}};

bool has_symptom(const std::vector<symptom>& all, const std::string& object) {
  return std::ranges::any_of(all, [&](const symptom& each) { return std::get<0>(each.id) == object; });
}

}  // namespace
}  // namespace kubernetes_rollout_patience

std::chrono::milliseconds default_patience(const std::string& cause) {
  for (const auto& [name, length] : kubernetes_rollout_patience::defaults)
    if (name == cause) return length;
  return std::chrono::minutes(10);
}

std::chrono::milliseconds patience_of(const symptom& one, const rollout_options& options) {
  using namespace std::chrono_literals;
  const std::string& cause = one.what.about.cause;
  const auto given = options.patience.find(cause);
  const std::chrono::milliseconds usual = default_patience(cause);
  const bool waits_when_asked = usual == 0ms || cause == "progress";
  if (one.what.about.hopeless && (given == options.patience.end() || !waits_when_asked)) return 0ms;
  if (given != options.patience.end()) return given->second;
  return usual == 0ms ? kubernetes_rollout_patience::may_pass : std::max(one.what.allowed, usual);
}

rollout_verdict verdict_of(const rollout_view& view,
                           std::chrono::milliseconds at,
                           const rollout_options& options) {
  rollout_verdict verdict;
  bool over = false;
  const auto weigh = [&](const symptom& each) {
    const auto end = each.since + std::max(patience_of(each, options), settling);
    for (const auto when : {each.since + settling, end})
      if (when > at) verdict.next = std::min(verdict.next.value_or(when), when);
    over = over || at >= end;
    return at >= end;
  };
  verdict.why = view.symptoms();
  for (const symptom& each : verdict.why) weigh(each);
  for (symptom& each : view.unfinished())
    if (!kubernetes_rollout_patience::has_symptom(view.symptoms(), std::get<0>(each.id)) && weigh(each))
      verdict.why.push_back(std::move(each));
  if (const auto healed = view.healed_at(); healed && *healed > at)
    verdict.next = std::min(verdict.next.value_or(*healed), *healed);
  if (!over) verdict.why.clear();
  for (symptom& each : verdict.why) each.what.about.starting = false;
  return verdict;
}

}  // namespace cicd::kubernetes
