// What comes before the first step: targets to steps, what is there, the gate.
#pragma once

#include <csignal>

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/deliver/way_of_parts.hpp>
#include <cicd/engine/declared_lines.hpp>
#include <cicd/engine/image_inputs.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/engine/own_places.hpp>
#include <cicd/engine/recorder.hpp>
#include <cicd/engine/run.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/ci_masks.hpp>
#include <cicd/observe/configured_files.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/run/masked_event.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace engine_run {
namespace {

error unknown_target(const session& of, const std::string& name) {
  std::vector<std::string> names, deploys;
  for (const target& one : of.targets) names.push_back(of.cmake_name(one));
  for (const declared_pipeline& each : of.model.pipelines)
    for (const environment& place : each.declared.environments)
      if (place.name.view() == name)
        deploys.push_back(each.declared.name.str() + ".deploy-" + place.name.str());
  return error{exit_class::usage, {}, "there is no such target", name, {}}
      .with("did you mean", deploys.empty() ? nearest(name, names).value_or("") : joined(deploys, ", "))
      .with("try", of.is_configured()
                       ? "cmake --build " + shell_quoted(of.where.build_root) + " --target cicd-help"
                       : std::string());
}

/// A name of --allow-dirty that is of nothing would let nothing through.
status check_allow_dirty(const session& of, const std::set<std::string, std::less<>>& names) {
  std::vector<std::string> known{"publish"};
  for (const declared_pipeline& each : of.model.pipelines)
    for (const environment& place : each.declared.environments)
      if (std::ranges::find(known, place.name.view()) == known.end()) known.push_back(place.name.str());
  for (const std::string& each : names)
    if (std::ranges::find(known, each) == known.end())
      return error{exit_class::usage, {}, "--allow-dirty: there is no such environment", each, {}}
          .with("did you mean", nearest(each, known).value_or(""))
          .with("allowed", joined(known, ", "));
  return {};
}

/// Else a step would be started with a placeholder for a word.
error nothing_generated(const session& of) {
  return error{
      exit_class::usage, {}, "the generator expressions of the declarations have no text yet", {}, {}}
      .with("caused by", "CMake configured this build tree and did not generate it")
      .with("try", "cmake " + shell_quoted(of.where.build_root));
}

/// Of a CI system that has a program for it. A log that it does not mask has our masks all the same.
void tell_ci_program(const secret_value& value, const surroundings& around) {
  const ci_mask how = mask_for(ci_event_of(around).system, value);
  if (how.program.empty()) return;
  (void)run_to_end({.words = how.program, .directory = "/", .environment = around.lines()},
                   {.input = how.input, .limit = std::chrono::milliseconds(10'000)});
}

}  // namespace
}  // namespace engine_run

project_run::project_run(std::shared_ptr<const session> of,
                         project_request request,
                         purpose why,
                         run_ports ports)
    : session_(std::move(of)),
      request_(std::move(request)),
      why_(why),
      ports_(std::move(ports)),
      graph_(graph_of(session_->model)),
      id_(new_run_id(ports_.time->now(), getpid())),
      begun_(ports_.time->elapsed()),
      remembered_(session_->where.journal()),
      index_(session_->where.index(), session_->around),
      cache_(session_->where.cache, session_->where.domain),
      secrets_(declared_source(session_->around),
               [this](const secret_value& value) { engine_run::tell_ci_program(value, session_->around); }),
      delivery_(session_->where,
                session_->around,
                *ports_.time,
                {id_,
                 request_.allow_dirty,
                 request_.event,
                 request_.saved_plans,
                 request_.canary_percent,
                 request_.take_over,
                 !is_recorded(),
                 effects_cancelled_,
                 [this](const declared_pipeline& pipeline) {
                   return image_inputs_of(*session_, graph_, pipeline, index_);
                 },
                 [this](const declared_pipeline& pipeline) {
                   return image_materials_of(*session_, graph_, pipeline, index_, remembered_);
                 },
                 request_.ask_gates,
                 request_.by_hand,
                 [this](const secret& of, const std::string& folder, const cancellation& cancelled) {
                   return secrets_.value_of(of, folder, cancelled);
                 },
                 [this](const declared_pipeline& pipeline, const std::string& commit) {
                   return fitted_text(gathered_.of(pipeline.declared.name.str(), commit));
                 },
                 request_.may_act,
                 [this](const std::string& text) { return secrets_.masked(text); },
                 [this] { return base(); },
                 request_.rehearses_event,
                 request_.is_foretold,
                 request_.takes_changes}) {
  if (!is_recorded()) return;
  notifiers_ = std::make_unique<notifiers>(notifier_ports{
      .declared = session_->model,
      .around = session_->around,
      .time = *ports_.time,
      .gate = delivery_.gate(),
      .secrets = [this](const secret& of, const std::string& folder,
                        const cancellation& cancelled) { return secrets_.value_of(of, folder, cancelled); },
      .masked = [this](const std::string& text) { return secrets_.masked(text); },
      .commit_of =
          [this](const std::string& name) {
            if (const auto by_hand = request_.by_hand.find(name); by_hand != request_.by_hand.end())
              return by_hand->second.commit;
            const declared_pipeline* const found = session_->model.find(name);
            return found == nullptr ? std::string()
                                    : git_state_of(found->repository(), session_->around).commit.value_or("");
          }});
}

errors project_run::as_told(errors all) const {
  for (error& each : all) each = with_declared_lines(masked(std::move(each), *secrets_.finder()), *session_);
  return all;
}

result<std::vector<step_plan>> project_run::plan() {
  result<std::vector<step_plan>> all = whole_plan(*planner_);
  const std::shared_ptr<const secret_finder> secrets = secrets_.finder();
  if (!all) return as_told({std::move(all).error()}).front();
  leave_out_what_needs_secrets(*all);
  for (step_plan& each : *all) {
    if (each.what == decision::not_run) continue;
    each.affected_by = planner_->reached_by(each.step);
    const bool is_told = !delivery_.gate().refused_in_plan(graph_.steps[each.step]);
    if (is_told && !each.affected_by.empty() && each.what != decision::up_to_date)
      each.reasons = each.affected_by;
  }
  for (step_plan& each : *all)
    for (std::vector<std::string>* texts : {&each.reasons, &each.details, &each.affected_by})
      for (std::string& text : *texts) text = secrets->masked(text);
  return all;
}

/// The steps that targets (or step ids) end with.
result<std::vector<step_index>> project_run::steps_of_targets() const {
  std::vector<step_index> steps;
  for (const std::string& name : request_.targets) {
    const target* found = session_->find_target(name);
    if (found == nullptr && !graph_.find(name)) return engine_run::unknown_target(*session_, name);
    if (found != nullptr && !found->command.empty()) return not_made_of_steps(*found);
    for (const std::string& id : found == nullptr ? std::vector<std::string>{name} : found->steps)
      if (const auto step = graph_.find(id)) steps.push_back(*step);
  }
  return steps;
}

/// A repository within the source tree, of which git lists no file.
errors project_run::repositories_left_out() {
  errors all;
  for (const std::string& each : index_.with([](file_index& index) { return index.repositories_left_out(); }))
    all.push_back(
        {exit_class::usage,
         {},
         "a git repository inside the source tree is not among the inputs: changes in it are not seen",
         each,
         {{"try", "name its files in INPUTS, make it a submodule, or add it to .gitignore"}}});
  return all;
}

/// Class `usage` where no wanted step can take fields over: the option would have no effect.
status project_run::check_take_over() const {
  const auto can_take = [&](step_index step) {
    const graph_step& each = graph_.steps[step];
    return each.place() != nullptr && can(each.place()->via, way_feature::take_over);
  };
  if (request_.take_over.empty() || std::ranges::any_of(wanted_, can_take)) return {};
  return error{
      exit_class::usage,
      {},
      "nothing that is named deploys to a cluster, so no fields can be taken over",
      joined(request_.targets, " "),
      {{"allowed", "--take-over with a deploy of an environment VIA kubectl, such as orders.deploy-prod"}}};
}

errors project_run::prepare(const std::function<void(const errors&)>& warn) {
  if (session_->has_unknown_texts) return {engine_run::nothing_generated(*session_)};
  if (auto changed = change_since_configure(session_->model.tree.cpp_files))
    return {std::move(*changed).with("try", "cmake " + shell_quoted(session_->where.build_root))};
  result<std::vector<step_index>> steps = steps_of_targets();
  if (!steps) return {std::move(steps).error()};
  if (status known = engine_run::check_allow_dirty(*session_, request_.allow_dirty); !known)
    return {std::move(known).error()};
  if (status own = check_own_places(*session_); !own) return {std::move(own).error()};
  if (status own = check_own_folder(session_->where.cache); !own) return {std::move(own).error()};
  if (const errors found = damage(); warn && !found.empty()) warn(found);
  forget_earlier_files(session_->where);
  ends_ = *std::move(steps);
  if (errors wrong = bring_sources(); !wrong.empty()) return wrong;
  promote_by_hand();
  wanted_ = closure(graph_, ends_);
  tell_deploys();
  observation seen = observe(*session_, graph_, wanted_, remembered_, index_);
  (void)index_.save();
  if (const errors left = repositories_left_out(); warn && !left.empty()) warn(left);
  for (step_index step : wanted_)
    if (status can = delivery_.check(graph_.steps[step]); !can) seen.errors.push_back(std::move(can).error());
  if (status can = check_take_over(); !can) seen.errors.push_back(std::move(can).error());
  if (!seen.errors.empty()) return std::move(seen.errors);
  memory_.emplace(remembered_, cache_, std::move(seen.intact));
  errors cannot;
  const status kept = unless_interrupted([&] {
    cannot = keep_affected(seen.seen);
    return status();
  });
  if (!kept) return {kept.error()};
  if (!cannot.empty()) return cannot;
  const status may = unless_interrupted([this, &warn] {
    if (status known = look_at_base(warn); !known) return known;
    return request_.is_of_event && is_recorded() ? may_begin_event() : may_begin();
  });
  if (!may) return {may.error()};
  if (ends_.empty() && !left_out_.empty()) return left_out_;
  order_wanted(graph_, wanted_);
  planner_.emplace(graph_, wanted_, std::move(seen.seen), *memory_, delivery_, reach());
  const status asked = unless_interrupted([this] {
    leave_out_what_is_published();
    return status();
  });
  if (!asked) return {asked.error()};
  return {};
}

/// Of a change: what it does not reach is not wanted.
errors project_run::keep_affected(const std::vector<observed_step>& seen) {
  if (!request_.affected.is_wanted) return {};
  or_errors<change_found> found =
      change_since(*session_, request_.affected, graph_, wanted_, seen, *memory_, &effects_cancelled_);
  if (!found) {
    if (!request_.affected.or_all) return std::move(found.errors);
    const error& why = found.errors.front();
    change_.text = "all steps, since it is not known what the change reaches: " + why.what
                   + (why.value ? ": '" + displayable(*why.value) + "'" : "");
    return {};
  }
  const std::size_t all = wanted_.size();
  reach_.emplace(graph_, std::move(found->changes));
  const std::size_t reached = reach_->count_in(wanted_);
  change_.gone = std::move(found->gone);
  change_.text = fmt::format("affected since {}, {}: {} of {}", found->base.commit.substr(0, 7),
                             found->base.how, reached, counted(all, "step"));
  std::erase_if(ends_, [&](step_index step) { return !reach_->may_reach(step); });
  wanted_ = closure(graph_, ends_);
  tell_deploys();
  return {};
}

/// Of what is built elsewhere: the newest commit counts, unless one was chosen, which is there already.
errors project_run::bring_sources() {
  std::vector<const declared_pipeline*> chosen, others;
  for (step_index step : ends_) {
    const declared_pipeline* of = graph_.steps[step].pipeline;
    (request_.by_hand.contains(of->declared.name.view()) ? chosen : others).push_back(of);
  }
  errors wrong;
  const status asked = unless_interrupted([&] {
    for (const auto& [all, need] :
         {std::pair{&chosen, clone_need::there}, std::pair{&others, clone_need::fresh}})
      for (error& each : bring_clones(*all, need, session_->around, &effects_cancelled_))
        wrong.push_back(std::move(each));
    return status();
  });
  if (!asked) return {asked.error()};
  return wrong;
}

/// Before the first of them is looked at: what lies in one place is read at once.
void project_run::tell_deploys() {
  std::vector<const graph_step*> deploys;
  for (step_index step : wanted_)
    if (graph_.steps[step].kind() == step_kind::deploy) deploys.push_back(&graph_.steps[step]);
  delivery_.gate().will_deploy(std::move(deploys));
}

/// Whether the gate or a registry is asked before the first step.
bool project_run::asks_outside() const {
  if (!approved_to_build().empty()) return true;
  if (ci_event_of(session_->around).kind == event_kind::pull_request) return true;  // its base branch is read
  return std::ranges::any_of(wanted_, [&](step_index step) { return !is_pure(graph_.steps[step].kind()); });
}

/// git and registries may not answer: a signal ends the question, and with it the run.
status project_run::unless_interrupted(const std::function<status()>& work) {
  if (!is_recorded() || (!asks_outside() && !request_.affected.is_wanted)) return work();
  event_loop loop;
  std::optional<exit_class> ended;
  const std::shared_ptr<void> signals = loop.on_signal([&](int signal) {
    if (ended) return effects_cancelled_.insist();
    ended = signal == SIGINT ? exit_class::interrupted : exit_class::terminated;
    effects_cancelled_.cancel();
  });
  status done;
  loop.on_own_thread(
      [&] {
        const cancellation_scope heard(effects_cancelled_);
        done = work();
      },
      [] {});
  loop.run();
  if (ended) return error{*ended, {}, "the run was interrupted before anything was started", {}, {}};
  return done;
}

/// By step: whether it, or one before it, would be built.
std::vector<bool> project_run::would_build() {
  std::vector<bool> builds(graph_.steps.size(), false);
  for (step_index step : wanted_) {
    const graph_step& each = graph_.steps[step];
    builds[step] = std::ranges::any_of(each.after, [&](step_index before) { return builds[before]; });
    if (!is_pure(each.kind())) continue;
    const result<step_plan> plan = planner_->decide(step);
    if (plan && (plan->what == decision::run || plan->what == decision::depends)) builds[step] = true;
  }
  return builds;
}

/// What comes before a publish is not asked where the registry has the artifact of this commit: it would be
/// built and tested a second time, and might come out as other bytes. A registry that does not answer is told
/// of by the publish.
void project_run::leave_out_what_is_published() {
  const auto is_publish = [&](step_index step) { return graph_.steps[step].kind() == step_kind::publish; };
  if (std::ranges::none_of(wanted_, is_publish)) return;
  const std::vector<bool> builds = would_build();
  std::map<step_index, std::vector<step_index>> left_out;
  for (step_index step : wanted_) {
    if (!is_publish(step) || !builds[step]) continue;
    const auto made = delivery_.published(graph_.steps[step]);
    if (made && *made) left_out.emplace(step, std::exchange(graph_.steps[step].after, {}));
  }
  if (left_out.empty()) return;
  wanted_ = closure(graph_, ends_);
  std::set<const declared_pipeline*> make_images;
  for (step_index step : wanted_)
    if (graph_.steps[step].kind() == step_kind::image) make_images.insert(graph_.steps[step].pipeline);
  // What another step needs here is made, and then it is published as ever.
  for (auto& [step, after] : left_out)
    if (make_images.contains(graph_.steps[step].pipeline)) graph_.steps[step].after = std::move(after);
  wanted_ = closure(graph_, ends_);
  std::vector<observed_step> seen = planner_->seen();
  planner_.emplace(graph_, wanted_, std::move(seen), *memory_, delivery_, reach());
}

/// What a person promotes is not what is checked out: nothing is built for it.
void project_run::promote_by_hand() {
  for (step_index step : ends_) {
    graph_step& each = graph_.steps[step];
    if (!request_.by_hand.contains(each.pipeline->declared.name.view())) continue;
    each.is_by_hand = true;
    each.after.clear();
    each.after_if_wanted.clear();
    each.others.clear();
  }
}

/// What is wrong with stored state and stops nothing.
errors project_run::damage() const {
  errors all;
  if (session_->no_home) all.push_back(*session_->no_home);
  if (const std::size_t lines = remembered_.damaged(); lines > 0)
    all.push_back(error{exit_class::corrupt,
                        {},
                        fmt::format("{} damaged, and ignored: their steps come from the cache or run again",
                                    lines == 1 ? "a line is" : fmt::format("{} lines are", lines)),
                        session_->where.journal(),
                        {}});
  return all;
}

namespace engine_run {
namespace {

error is_not_known_yet(const graph_step& step) {
  return error{exit_class::usage,
               step.id,
               "its plan cannot be saved: what it would deploy is not made yet",
               {},
               {{"try", "make its images first, then the plan"}}};
}

/// What is kept of a way whose objects no server compares: what an approval of it would be bound to.
json saved_of_way(const graph_step& step, const std::vector<approvable>& would, const secret_finder& by) {
  json one(json::object{});
  one.set("schema", 1).set("step", step.id).set("pipeline", step.pipeline->declared.name.str());
  one.set("environment", step.place()->name.str());
  one.set("version", would.empty() ? std::string() : would.front().version);
  std::vector<std::string> lines = would.empty() ? std::vector<std::string>() : would.front().lines;
  for (std::string& each : lines) each = by.masked(each);
  one.set("changes", json_texts(lines));
  return one.set("approval", would.empty() ? std::string() : would.front().digest);
}

}  // namespace
}  // namespace engine_run

result<json> project_run::saved_plan(const std::vector<step_plan>& planned) const {
  using namespace engine_run;
  json deploys(json::array{});
  for (const step_plan& each : planned) {
    const graph_step& step = graph_.steps[each.step];
    if (step.kind() != step_kind::deploy) continue;
    if (each.what == decision::depends) return is_not_known_yet(step);
    const std::string commit = saved_commit_of(step);
    const auto add = [&](const graph_step& of, json one) {
      one.set("step", of.id);
      if (of.part_of != nullptr) one.set("part_of", step.id);
      if (!commit.empty()) one.set("commit", commit);
      deploys.push(std::move(one));
    };
    for (const graph_step& one : steps_with_parts(step)) {
      const auto waves = delivery_.last_plans(one);
      for (const planned_wave& wave : waves)
        add(one, saved_plan_of(wave.plan, wave.wanted.record).set("approval", wave.approval));
      if (waves.empty()) add(one, saved_of_way(one, delivery_.last_own_approvable(one), *secrets_.finder()));
    }
  }
  if (deploys.elements().empty())
    return error{exit_class::usage,
                 {},
                 "there is no deploy in this plan to be saved",
                 joined(request_.targets, " "),
                 {{"allowed", "a target such as deploy-prod, of what is made"}}};
  json saved(json::object{});
  saved.set("schema", 1);
  saved.set("deploys", std::move(deploys));
  if (!request_.take_over.empty()) saved.set("take_over", json_texts(request_.take_over));
  return saved;
}

run_started project_run::started() const {
  run_started begin{.id = id_,
                    .folder = session_->where.run(id_),
                    .target = joined(request_.targets, " "),
                    .commit = {},
                    .branch = {},
                    .who = {},
                    .steps = {},
                    .change = change_.text};
  if (!session_->model.pipelines.empty()) {
    const git_state git = git_state_of(session_->model.pipelines.front().source_directory, session_->around);
    const bool by_hand = !request_.by_hand.empty();
    begin.commit = by_hand ? request_.by_hand.begin()->second.commit : git.commit.value_or("");
    begin.branch = by_hand ? std::string() : git.built_branch.value_or("");
  }
  for (step_index step : wanted_) begin.steps.push_back(graph_.steps[step].id);
  return begin;
}

event project_run::event_now(event_body body) const {
  return {ports_.time->now(), ports_.time->elapsed() - begun_, std::move(body)};
}

}  // namespace cicd
