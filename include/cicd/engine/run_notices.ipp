// What a run tells of its deploys before they begin and of the files of a step, and those who are notified of
// it.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/engine/recorder.hpp>
#include <cicd/engine/run.hpp>
#include <cicd/run/masked_event.hpp>

namespace cicd {

std::optional<deploy_started> project_run::begun_of(const graph_step& step) {
  if (step.kind() != step_kind::deploy || step.is_of_branch()) return {};
  const std::optional<deploy_decision> decided = delivery_.gate().decision_of(step.id);
  if (!decided || decided->refused) return {};
  const changed_place at{step.pipeline->declared.name.str(), step.place()->name.str(), {}};
  return deploy_started{at, decided->to, decided->before, decided->announced, decided->approved_by};
}

std::optional<deploy_refused> project_run::refusal_of(const graph_step& step) {
  if (step.kind() != step_kind::deploy || step.is_of_branch()) return {};
  std::optional<deploy_decision> decided = delivery_.gate().decision_of(step.id);
  if (!decided || !decided->refused) return {};
  const changed_place at{step.pipeline->declared.name.str(), step.place()->name.str(), {}};
  const gate_refusal& why = *decided->refused;
  return deploy_refused{at,        decided->to, decided->before, std::string(word_of(why.rule)),
                        why.waits, why.until,   why.why,         std::move(decided->announced)};
}

std::function<std::vector<std::string>(const std::string&, std::string_view)> project_run::given() const {
  return [this](const std::string& step, std::string_view path) {
    std::vector<std::string> found;
    const auto at = graph_.find(step);
    if (!at || path.empty()) return found;
    const std::string end = "/" + std::string(path);
    for (const observed_file& each : planner_->seen(*at).inputs)
      if (each.path == path || each.path.ends_with(end))
        found.push_back(graph_.steps[*at].pipeline->source_directory + "/" + each.path);
    return found;
  };
}

errors project_run::end_of_notices(exit_class outcome) const {
  constexpr std::chrono::seconds usual{10}, interrupted{2};
  return notifiers_ ? as_told(notifiers_->finish(is_interruption(outcome) ? interrupted : usual)) : errors();
}

run_outcome project_run::refused(errors all, const std::vector<run_listener>& listeners) {
  all = as_told(std::move(all));
  recorder record(session_->where, id_);
  const auto say = [&](event_body body) {
    const event happened = event_now(masked(std::move(body), *secrets_.finder()));
    record.hear(happened);
    if (notifiers_) notifiers_->hear(happened);
  };
  say(started());
  for (const graph_step& each : graph_.steps)
    if (auto why = refusal_of(each)) say(*std::move(why));
  const exit_class kind = all.front().kind;
  say(run_ended{
      .outcome = kind, .duration = ports_.time->elapsed() - begun_, .failure = all.front(), .summary = {}});
  const errors unsaid = end_of_notices(kind);
  for (const run_listener& each : listeners)
    if (each.warn && !unsaid.empty()) each.warn(unsaid);
  (void)record.finish(kind, {}, {}, all.front());
  return {.kind = kind, .errors = std::move(all), .id = id_, .failed_step = {}, .left_running = {}};
}

}  // namespace cicd
