// For each step a decision and its reasons, out of what was seen and what is remembered.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/plan/change_reach.hpp>
#include <cicd/plan/plan.hpp>

namespace cicd {

std::string_view word_for(decision what) {
  switch (what) {
    case decision::up_to_date: return "up-to-date";
    case decision::reuse: return "reuse";
    case decision::run: return "run";
    case decision::depends: return "depends";
    case decision::not_run: return "not-run";
    case decision::unaffected: return "unaffected";
  }
  return "depends";
}

digest given_by(const step_result& of) {
  if (of.values.empty()) return of.outputs;
  std::string all = hex(of.outputs);
  for (const auto& [name, value] : of.values)
    all += fmt::format(" {}:{}:{}{}", name.size(), value.size(), name, value);
  return sha256(all);
}

upstream_result upstream_of(const graph_step& of,
                            step_index before,
                            const step_graph& in,
                            const step_result& gave) {
  upstream_result made{in.steps[before].id, gave.outputs};
  for (const used_value& each : of.values)
    if (const auto value = gave.values.find(each.name); each.from == before && value != gave.values.end())
      made.values.emplace_back(each.written, value->second);
  return made;
}

planner::planner(const step_graph& graph,
                 std::vector<step_index> wanted,
                 std::vector<observed_step> seen,
                 const memory& remembered,
                 effect_planner& effects,
                 change_reach* reach)
    : graph_(graph),
      wanted_(std::move(wanted)),
      seen_(std::move(seen)),
      results_(graph.steps.size()),
      remembered_(remembered),
      effects_(effects),
      reach_(reach) {}

std::vector<upstream_result> planner::upstream_of(step_index step) const {
  std::vector<upstream_result> upstream;
  for (step_index before : graph_.steps[step].after)
    if (results_[before])
      upstream.push_back(cicd::upstream_of(graph_.steps[step], before, graph_, *results_[before]));
  return upstream;
}

key_parts planner::parts_now(step_index step) const {
  return parts_of(graph_.steps[step], seen_[step], upstream_of(step));
}

std::vector<std::string> planner::missing_before(step_index step) const {
  std::vector<std::string> missing;
  for (step_index before : graph_.steps[step].after)
    if (!results_[before]) missing.push_back("depends on " + graph_.steps[before].id);
  return missing;
}

std::vector<std::string> planner::reasons_for(step_index step,
                                              const std::optional<memory::last_success>& last) const {
  if (!last) return {"never ran here"};
  const key_parts before = remembered_.parts(graph_.steps[step].id);
  if (before.empty()) return {"what it ran with last is not known"};
  std::vector<std::string> reasons = reasons_between(before, parts_now(step));
  if (reasons.empty()) reasons.emplace_back("its outputs were changed or removed");
  return reasons;
}

step_plan planner::decide_pure(step_index step) {
  const graph_step& about = graph_.steps[step];
  step_plan plan{.step = step,
                 .what = decision::run,
                 .key = key_of(about, seen_[step], upstream_of(step)),
                 .reasons = {},
                 .details = {},
                 .result = {}};
  if (seen_[step].tests && seen_[step].tests->empty()) {
    plan.what = decision::up_to_date;
    plan.details = {"no test is left for this shard"};
    plan.result = step_result{plan.key, digest_of(file_set()), {}};
    return plan;
  }
  if (about.command() != nullptr && about.command()->always) {
    plan.reasons = {"declared ALWAYS"};
    return plan;
  }
  const auto last = remembered_.last(about.id);
  if (last && last->intact && last->result.key == plan.key) {
    plan.what = decision::up_to_date;
    plan.result = last->result;
    return plan;
  }
  plan.reasons = reasons_for(step, last);
  if (!about.runs_in_source()) plan.result = remembered_.cached(plan.key);
  if (plan.result) plan.what = decision::reuse;
  return plan;
}

std::vector<std::string> planner::reached_by(step_index step) const {
  return reach_ == nullptr ? std::vector<std::string>() : reach_->reasons(step, results_);
}

std::optional<planner::artifacts> planner::images_of(step_index step) const {
  artifacts images;
  if (graph_.steps[step].promotes())
    return missing_before(step).empty() ? std::optional(images) : std::nullopt;
  for (step_index index : wanted_) {
    const graph_step& one = graph_.steps[index];
    if (one.kind() != step_kind::image || one.pipeline != graph_.steps[step].pipeline) continue;
    if (!results_[index]) return std::nullopt;
    images.emplace_back(one.id, results_[index]->artifact);
  }
  return images;
}

/// An effect is planned as soon as the images are known, also before they are published.
std::optional<planner::question> planner::question_for(step_index step) const {
  if (reach_ != nullptr && reach_->leave_out(step, results_)) return std::nullopt;
  auto images = is_pure(graph_.steps[step].kind()) ? std::nullopt : images_of(step);
  if (!images) return std::nullopt;
  return [&effects = effects_, &about = graph_.steps[step], step, images = *std::move(images)] {
    result<step_plan> plan = effects.plan(about, images);
    if (plan) plan->step = step;
    return plan;
  };
}

void planner::answered(const step_plan& plan) {
  if (plan.what == decision::up_to_date) results_[plan.step] = plan.result.value_or(step_result{});
}

result<step_plan> planner::decide(step_index step) {
  if (const auto ask = question_for(step)) {
    result<step_plan> plan = (*ask)();
    if (plan) answered(*plan);
    return plan;
  }
  if (reach_ != nullptr && reach_->leave_out(step, results_)) {
    results_[step] = step_result{};
    return step_plan{.step = step,
                     .what = decision::unaffected,
                     .key = {},
                     .reasons = {"what is before it gives what it gave"},
                     .details = {},
                     .result = {}};
  }
  if (std::vector<std::string> missing = missing_before(step); !missing.empty())
    return step_plan{.step = step,
                     .what = decision::depends,
                     .key = {},
                     .reasons = std::move(missing),
                     .details = {},
                     .result = {}};
  step_plan plan = decide_pure(step);
  if (plan.result) results_[step] = plan.result;
  return plan;
}

result<std::vector<step_plan>> whole_plan(planner& plans) {
  std::vector<step_plan> all;
  for (step_index step : plans.wanted()) {
    result<step_plan> plan = plans.decide(step);
    if (!plan) return std::move(plan).error();
    all.push_back(*std::move(plan));
  }
  return all;
}

namespace plan_plan {
namespace {

/// Of backing services.
std::vector<std::string> names_of(const std::vector<dns_label>& needs) {
  std::vector<std::string> names;
  for (const dns_label& each : needs) names.push_back(each.str());
  return names;
}

}  // namespace
}  // namespace plan_plan

json json_of(const std::vector<step_plan>& plan,
             const step_graph& graph,
             std::string_view target,
             std::string_view event,
             const planned_change& change) {
  json steps{json::array{}};
  for (const step_plan& one : plan) {
    const graph_step& about = graph.steps[one.step];
    std::vector<std::string> after;
    for (step_index before : about.after) after.push_back(graph.steps[before].id);
    json step;
    step.set("step", about.id);
    step.set("pure", is_pure(about.kind()));
    step.set("decision", word_for(one.what));
    step.set("key", one.key ? json(hex(one.key)) : json());
    step.set("after", json_texts(after));
    if (about.command() != nullptr && !about.command()->needs.empty())
      step.set("needs", json_texts(plan_plan::names_of(about.command()->needs)));
    step.set("reasons", json_texts(one.reasons));
    step.set("details", json_texts(one.details));
    if (!change.text.empty()) step.set("affected", json_texts(one.affected_by));
    steps.push(std::move(step));
  }
  json document;
  document.set("schema", 1);
  document.set("target", target);
  if (!event.empty()) document.set("event", event);
  if (!change.text.empty()) document.set("change", change.text).set("gone", json_texts(change.gone));
  document.set("steps", std::move(steps));
  return document;
}

std::string text_of(const std::vector<step_plan>& plan, const step_graph& graph) {
  std::size_t widest = 0;
  for (const step_plan& one : plan) widest = std::max(widest, graph.steps[one.step].id.size());
  std::string text;
  for (const step_plan& one : plan) {
    const std::string first =
        one.reasons.empty() || one.what == decision::up_to_date ? std::string() : joined(one.reasons, ", ");
    text += fmt::format("  {:<{}}  {:<10}  {}", graph.steps[one.step].id, widest, word_for(one.what),
                        displayable(first));
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
    if (const step* command = graph.steps[one.step].command();
        command != nullptr && !command->needs.empty() && one.what == decision::run)
      text += "      beside " + joined(plan_plan::names_of(command->needs), ", ") + "\n";
    for (const std::string& line : one.details) text += "      " + displayable(line) + "\n";
  }
  return text;
}

}  // namespace cicd
