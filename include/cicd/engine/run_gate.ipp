// What a run asks the gate before its first step: of all that was named, and of what an event sets off.
#pragma once

#include <algorithm>
#include <set>

#include <cicd/base/unicode.hpp>
#include <cicd/engine/run.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

/// Of what is checked out here; empty of what is built elsewhere, or promoted by hand.
std::string project_run::saved_commit_of(const graph_step& step) const {
  const declared_pipeline& of = *step.pipeline;
  if (of.is_elsewhere() || request_.by_hand.contains(of.declared.name.view())) return {};
  return git_state_of(of.repository(), session_->around).commit.value_or("");
}

/// A plan of another commit is refused before anything of this one is made.
status project_run::check_saved_commits() const {
  for (step_index step : ends_) {
    const graph_step& of = graph_.steps[step];
    const auto saved = request_.saved_commits.find(of.id);
    if (saved == request_.saved_commits.end()) continue;
    const std::string commit = saved_commit_of(of);
    if (commit.empty() || commit == saved->second) continue;
    return error{
        exit_class::policy,
        of.id,
        "the saved plan is of another commit",
        displayable(saved->second.substr(0, 7)),
        {{"there", commit.substr(0, 7)}, {"try", "make the plan again, look at it, and deploy that one"}}};
  }
  return {};
}

/// The gate, before anything is built, made or contacted. What is wanted is asked before what comes before
/// it, since that is what a person named. A plan is not held up by it.
status project_run::may_begin() {
  if (!is_recorded()) return {};
  if (status same = check_saved_commits(); !same) return same;
  if (status may = may_build(); !may) return may;
  for (const graph_step* each : delivery_.gate().deploys())
    if (status may = delivery_.gate().may_begin(*each); !may) return may;
  for (step_index step : wanted_)
    if (graph_.steps[step].kind() == step_kind::publish)
      if (status may = delivery_.gate().may_begin(graph_.steps[step]); !may) return may;
  return {};
}

bool project_run::needs_secrets(step_index step) const {
  const cicd::step* const declared = graph_.steps[step].command();
  if (declared == nullptr) return false;
  const auto has_secrets = [](const observed_service& each) {
    return !each.declared->secrets.empty() || secret_named_in(each.declared->url.view());
  };
  return !declared->secrets.empty() || !declared->secret_values.empty()
         || std::ranges::any_of(planner_->seen(step).services, has_secrets);
}

/// What a run for this event would not run, and what comes after that.
void project_run::leave_out_what_needs_secrets(std::vector<step_plan>& all) {
  std::set<step_index> left_out;
  for (step_plan& each : all) {
    const graph_step& step = graph_.steps[each.step];
    if (!is_pure(step.kind()) || (each.what != decision::run && each.what != decision::depends)) continue;
    const auto before =
        std::ranges::find_if(step.after, [&](step_index at) { return left_out.contains(at); });
    const status may = needs_secrets(each.step) ? delivery_.gate().may_have_secrets(step) : status();
    if (may && before == step.after.end()) continue;
    left_out.insert(each.step);
    each.what = decision::not_run;
    each.reasons = {may ? graph_.steps[*before].id + " is not run" : may.error().what};
  }
}

/// Of the pull request that set this run off: what its base branch declares.
result<base_branch> project_run::base() {
  const std::lock_guard hold(base_mutex_);
  if (!base_)
    base_ = base_of_request(*session_, ci_event_of(session_->around), !request_.rehearses_event,
                            &effects_cancelled_);
  if (!*base_) return base_->error();
  return (**base_)->branch;
}

/// APPROVAL_TO_BUILD is no less than what the base branch says, also of what changes nothing outside. Of one
/// that cannot be read it is known by a word of its files alone: what is asked of the base besides is
/// refused.
status project_run::look_at_base(const std::function<void(const errors&)>& warn) {
  const ci_event event = ci_event_of(session_->around);
  if (event.kind != event_kind::pull_request) return {};
  const result<base_branch> read = base();
  if (read) return {};
  if (read.error().kind == exit_class::interrupted || may_ask_to_build(*session_, event, &effects_cancelled_))
    return read.error();
  error unknown = read.error();
  unknown.what = "it is not known whether a build needs an approval: " + unknown.what;
  if (warn) warn({std::move(unknown)});
  return {};
}

/// The pipelines of which no step is run without an approval of the commit.
std::set<const declared_pipeline*> project_run::approved_to_build() const {
  std::set<const declared_pipeline*> all;
  for (step_index step : wanted_) {
    const graph_step& each = graph_.steps[step];
    const bool is_for_preview = each.branch_copy() != nullptr && each.branch_copy()->approval_to_build;
    const bool is_by_base = base_ && *base_
                            && builds_with_approval((**base_)->branch, *each.pipeline,
                                                    each.branch_copy() == nullptr ? nullptr : each.place());
    if (is_by_base || is_for_preview || each.pipeline->declared.approval_to_build) all.insert(each.pipeline);
  }
  return all;
}

status project_run::may_build() {
  for (const declared_pipeline* each : approved_to_build())
    if (status may = delivery_.gate().may_build(*each); !may) return may;
  return {};
}

/// Whether what it comes FROM is deployed by the same run, and not refused.
bool project_run::comes_after_from(step_index step, const std::set<step_index>& refused) const {
  const graph_step& of = graph_.steps[step];
  return std::ranges::any_of(of.after_if_wanted, [&](step_index before) {
    return graph_.steps[before].place() != nullptr && graph_.steps[before].pipeline == of.pipeline
           && std::ranges::binary_search(wanted_, before) && !refused.contains(before);
  });
}

/// Whether one deploy is refused; where others of its pipeline would go on without it, by all that is known
/// before anything is built.
status project_run::check_deploy(step_index step, const std::set<step_index>& refused) {
  const graph_step& of = graph_.steps[step];
  if (status may = delivery_.gate().may_begin(of); !may) return may;
  const auto is_with_it = [&](step_index each) {
    return graph_.steps[each].kind() == step_kind::deploy && graph_.steps[each].pipeline == of.pipeline;
  };
  if (std::ranges::count_if(ends_, is_with_it) < 2) return {};
  return delivery_.check_not_refused(of, comes_after_from(step, refused));
}

/// The wanted steps that may not be run, since their pipeline may not be built or they may not publish; why
/// is among what is left out, once for each pipeline.
std::set<step_index> project_run::not_to_be_run() {
  std::set<const declared_pipeline*> refused;
  const auto ask = [&](const declared_pipeline* of, const status& may) {
    if (!may && refused.insert(of).second) left_out_.push_back(may.error());
    return static_cast<bool>(may);
  };
  for (const declared_pipeline* each : approved_to_build()) ask(each, delivery_.gate().may_build(*each));
  std::set<step_index> steps;
  for (step_index step : wanted_) {
    const graph_step& of = graph_.steps[step];
    const bool publishes = of.kind() == step_kind::publish && !refused.contains(of.pipeline);
    if (publishes ? !ask(of.pipeline, delivery_.gate().may_begin(of)) : refused.contains(of.pipeline))
      steps.insert(step);
  }
  return steps;
}

/// Of one pipeline all that an event sets off goes on, or nothing; pipelines do not hold each other up. What
/// is asked of the rest is no different from what was asked here.
status project_run::may_begin_event() {
  const std::set<step_index> stopped = not_to_be_run();
  std::set<const declared_pipeline*> refused;
  std::set<step_index> refused_steps;
  std::ranges::sort(ends_);
  for (step_index step : ends_) {
    const graph_step& of = graph_.steps[step];
    const bool is_stopped = std::ranges::any_of(closure(graph_, {step}),
                                                [&](step_index before) { return stopped.contains(before); });
    if (!is_stopped) {
      const status may = of.kind() == step_kind::deploy ? check_deploy(step, refused_steps) : status();
      if (may) continue;
      if (effects_cancelled_.cancelled()) return may;
      left_out_.push_back(may.error());
    }
    refused.insert(of.pipeline);
    refused_steps.insert(step);
  }
  std::erase_if(ends_, [&](step_index step) {
    return request_.keep_going ? refused_steps.contains(step) : refused.contains(graph_.steps[step].pipeline);
  });
  wanted_ = closure(graph_, ends_);
  tell_deploys();
  return {};
}

status project_run::may_begin_named(bool is_saved) {
  if (status may = may_build(); !may) return may;
  for (step_index step : ends_) {
    if (status may = delivery_.gate().may_begin(graph_.steps[step]); !may) return may;
    // A plan ends as its run would: what comes FROM an environment that the same run deploys to waits for
    // that.
    const bool waits_for_this_run =
        comes_after_from(step, {})
        && delivery_.gate().is_waiting_in_plan(graph_.steps[step], gate_rule::from);
    // A saved plan is what the person who approves looks at.
    const bool waits_for_a_person =
        is_saved && delivery_.gate().is_waiting_in_plan(graph_.steps[step], gate_rule::approval);
    if (waits_for_this_run || waits_for_a_person) continue;
    if (std::optional<error> refused = delivery_.gate().refused_in_plan(graph_.steps[step]))
      return *std::move(refused);
  }
  return {};
}

}  // namespace cicd
