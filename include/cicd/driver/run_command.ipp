// `cicd run` and `cicd plan`: what a run says, and when its process ends.
#pragma once

#include <csignal>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/engine/image_step.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/engine/recorder.hpp>
#include <cicd/report/junit.hpp>
#include <cicd/run/build_memory.hpp>
#include <cicd/run/decorators.hpp>
#include <cicd/run/domain.hpp>
#include <cicd/run/loop.hpp>
#include <cicd/run/process_runner.hpp>
#include <cicd/run/step_home.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace driver_run {

/// More than a build of ten thousand cases writes.
constexpr std::uint64_t largest_report = 64'000'000;

error unknown_target(const session& of, const std::string& name) {
  std::vector<std::string> names;
  for (const target& one : of.targets) names.push_back(one.name);
  return error{exit_class::usage, {}, "there is no such target", name, {}}
      .with("did you mean", nearest(name, names).value_or(""))
      .with("try", "cmake --build " + shell_quoted(of.where.build_root) + " --target cicd-help");
}

/// The steps that targets (or step ids) end with.
result<std::vector<step_index>> steps_of(const session& of,
                                         const step_graph& graph,
                                         const std::vector<std::string>& targets) {
  std::vector<step_index> steps;
  for (const std::string& name : targets) {
    const target* found = of.find_target(name);
    if (found == nullptr && !graph.find(name)) return unknown_target(of, name);
    if (found != nullptr && !found->command.empty()) return not_made_of_steps(*found);
    for (const std::string& id : found == nullptr ? std::vector<std::string>{name} : found->steps)
      if (const auto step = graph.find(id)) steps.push_back(*step);
  }
  return steps;
}

/// All that one run is made of, in the order in which it is built up.
class run {
 public:
  run(const run_request& request, session& of, bool recorded)
      : request_(request),
        recorded_(recorded),
        session_(of),
        graph_(graph_of(of.model)),
        id_(new_run_id(system_clock_port().now(), getpid())),
        remembered_(of.where.journal()),
        index_(of.where.index(), of.around),
        cache_(of.where.cache, of.where.domain),
        delivery_(of.where,
                  of.around,
                  system_clock_port(),
                  {id_, request.allow_dirty, request.event, request.saved_plans, request.canary_percent,
                   !recorded, effects_cancelled_}) {}

  /// Finds what takes part and what is there. The first error's class on failure, all errors printed.
  exit_class prepare(const std::vector<std::string>& targets) {
    result<std::vector<step_index>> steps = steps_of(session_, graph_, targets);
    if (!steps) return refuse({std::move(steps).error()});
    if (status own = check_own_folder(session_.where.cache); !own) return refuse({std::move(own).error()});
    warn();
    wanted_ = closure(graph_, *steps);
    ends_ = *std::move(steps);
    observation seen = observe(session_, graph_, wanted_, remembered_, index_);
    (void)index_.save();
    for (step_index step : wanted_)
      if (status can = delivery::check(graph_.steps[step]); !can)
        seen.errors.push_back(std::move(can).error());
    if (!seen.errors.empty()) return refuse(seen.errors);
    if (status may = may_begin_unless_interrupted(); !may) return refuse({std::move(may).error()});
    memory_.emplace(session_.where, remembered_, cache_, std::move(seen.intact));
    planner_.emplace(graph_, wanted_, std::move(seen.seen), *memory_, delivery_);
    return exit_class::done;
  }

  /// A refusal that is known already is said below the plan, of what a person named.
  exit_class show_plan(bool is_named) {
    const result<std::vector<step_plan>> plan = whole_plan(*planner_);
    if (!plan) return refuse({plan.error()});
    const std::string name = joined(request_.targets, " ");
    if (request_.as_json) {
      print_json(json_of(*plan, graph_, name, event_text()));
    } else {
      print_out(fmt::format("{}{}\n", displayable(name),
                            event_text().empty() ? "" : ", on " + displayable(event_text())));
      print_out(text_of(*plan, graph_));
    }
    const exit_class saved = request_.plan_file.empty() ? exit_class::done : save_plan();
    return saved == exit_class::done && is_named ? tell_refusal() : saved;
  }

  exit_class show_nothing_but(const use_plan& then) {
    const result<std::vector<step_plan>> plan = whole_plan(*planner_);
    return plan ? then(session_, delivery_, graph_, *plan) : refuse({plan.error()});
  }

  exit_class execute();

 private:
  /// The gate, before anything is built, made or contacted. What is wanted is asked before what comes before
  /// it, since that is what a person named. A plan is not held up by it.
  status may_begin() {
    std::vector<const graph_step*> deploys;
    for (step_index step : wanted_)
      if (graph_.steps[step].kind == step_kind::deploy) deploys.push_back(&graph_.steps[step]);
    delivery_.will_deploy(deploys);
    if (!recorded_) return {};
    for (const graph_step* each : deploys)
      if (status may = delivery_.may_begin(*each); !may) return may;
    for (step_index step : wanted_)
      if (graph_.steps[step].kind == step_kind::publish)
        if (status may = delivery_.may_begin(graph_.steps[step]); !may) return may;
    return {};
  }

  /// The gate asks git, which may not answer: a signal ends the question, and with it the run.
  status may_begin_unless_interrupted() {
    const auto is_asked = [&](step_index step) { return !is_pure(graph_.steps[step].kind); };
    if (!recorded_ || std::ranges::none_of(wanted_, is_asked)) return may_begin();
    event_loop loop;
    std::optional<exit_class> ended;
    const std::shared_ptr<void> signals = loop.on_signal([&](int signal) {
      if (ended) return effects_cancelled_.insist();
      ended = signal == SIGINT ? exit_class::interrupted : exit_class::terminated;
      effects_cancelled_.cancel();
    });
    status may;
    loop.on_own_thread(
        [&] {
          const cancellation_scope heard(effects_cancelled_);
          may = may_begin();
        },
        [] {});
    loop.run();
    if (ended) return error{*ended, {}, "the run was interrupted before anything was started", {}, {}};
    return may;
  }

  exit_class tell_refusal() {
    for (step_index step : ends_)
      if (status may = delivery_.may_begin(graph_.steps[step]); !may) return refuse({std::move(may).error()});
    return exit_class::done;
  }

  /// What is wrong with stored state and stops nothing.
  void warn() const {
    errors all;
    if (session_.no_home) all.push_back(*session_.no_home);
    if (const std::size_t lines = remembered_.damaged(); lines > 0)
      all.push_back(
          error{exit_class::corrupt,
                {},
                fmt::format("{} damaged, and passed over: their steps come from the cache or run again",
                            lines == 1 ? "a line is" : fmt::format("{} lines are", lines)),
                session_.where.journal(),
                {}});
    print_warnings(all);
  }

  exit_class refuse(const errors& all) {
    print_errors(all);
    if (!recorded_) return all.front().kind;
    recorder record(session_.where, id_);
    record.hear(event_now(started()));
    (void)record.finish(all.front().kind, {}, {}, all.front());
    return all.front().kind;
  }

  /// The contract "saved plan": what each deploy to a cluster would do, for `deploy --plan`.
  exit_class save_plan() {
    json deploys(json::array{});
    for (step_index step : wanted_)
      for (const delivery::planned_wave& each : delivery_.last_plans(graph_.steps[step].id)) {
        json one = saved_plan_of(each.plan, each.wanted.record);
        one.set("step", graph_.steps[step].id);
        deploys.push(std::move(one));
      }
    if (deploys.elements().empty())
      return refuse(
          {error{exit_class::usage,
                 {},
                 "there is no deploy to a cluster in this plan to be saved",
                 joined(request_.targets, " "),
                 {{"allowed",
                   "a target such as deploy-prod of an environment VIA kubectl whose images are made"}}}});
    json saved(json::object{});
    saved.set("schema", 1);
    saved.set("deploys", std::move(deploys));
    if (status written = write_given(request_.plan_file, pretty(saved)); !written)
      return refuse({written.error()});
    return exit_class::done;
  }

  std::string event_text() const {
    if (request_.event.kind == ref_kind::none) return {};
    return (request_.event.kind == ref_kind::tag ? "tag " : "branch ") + request_.event.name;
  }

  run_started started() const {
    run_started begin{.id = id_,
                      .folder = session_.where.run(id_),
                      .target = joined(request_.targets, " "),
                      .commit = {},
                      .branch = {},
                      .who = {},
                      .steps = {}};
    if (!session_.model.pipelines.empty()) {
      const git_state git = git_state_of(session_.model.pipelines.front().source_directory, session_.around);
      begin.commit = git.commit.value_or("");
      begin.branch = git.built_branch.value_or("");
    }
    for (step_index step : wanted_) begin.steps.push_back(graph_.steps[step].id);
    return begin;
  }

  event event_now(event_body body) const {
    const auto elapsed = system_clock_port().elapsed() - begun_;
    return {system_clock_port().now(), elapsed, std::move(body)};
  }

  task task_for(step_index step, step_plan plan) {
    const graph_step& about = graph_.steps[step];
    task work;
    work.step = &about;
    work.seen = &planner_->seen(step);
    work.plan = std::move(plan);
    work.folder = folder_of(session_, about);
    work.source = about.pipeline->source_directory;
    if (home_ && work.folder != work.source) work.home = home_->folder();
    work.log = session_.where.run(id_) + "/" + flat_name(about.id) + ".log";
    if (is_pure(about.kind)) {
      work.upstream = planner_->upstream_of(step);
      work.parts = planner_->parts_now(step);
    }
    return work;
  }

  caching_options caching() {
    caching_options ask;
    ask.upstream_outputs = [this](const task& work) {
      std::vector<file_query> queries;
      for (step_index before : work.step->after)
        if (file_query query = outputs_query(session_, graph_.steps[before]); !query.patterns.empty())
          queries.push_back(std::move(query));
      return queries;
    };
    ask.look_at_inputs = [this](const task& work) -> result<file_set> {
      const file_query query = inputs_query(session_, *work.step);
      return query.patterns.empty() && work.step->picture != nullptr ? file_set{} : index_.look(query);
    };
    ask.read_reports = [](const std::string& folder, const file_set& reports) {
      std::vector<test_case> all;
      for (const observed_file& file : reports) {
        const result<std::string> text = read_below(folder, file.path, {.limit = largest_report});
        if (!text) continue;
        if (result<std::vector<test_case>> cases = read_junit(*text))
          all.insert(all.end(), cases->begin(), cases->end());
      }
      return all;
    };
    ask.make_folder = [this](const task& work) { return home_->prepare(work.folder); };
    ask.place_warning = [this] { return home_->warning(); };
    return ask;
  }

  console_options console_setup() const {
    console_options options;
    options.how_much = request_.how_much;
    options.rerun = session_.build_command();
    options.here = session_.folder_of_person();
    options.exists = [](const std::string& path) { return exists(path); };
    for (step_index step : wanted_) {
      const graph_step& about = graph_.steps[step];
      const std::string folder = folder_of(session_, about), &source = about.pipeline->source_directory;
      options.source_folders[folder] = source;
      if (folder != source) options.links[home_->folder_of(folder)] = folder;
    }
    return options;
  }

  std::vector<note> summary_notes() const;
  status added_to_index(const run_summary& summary);
  exit_class close(recorder& record, const loop_result& result);

  const run_request& request_;
  bool recorded_;  ///< a plan leaves nothing behind
  session& session_;
  step_graph graph_;
  std::string id_;
  std::chrono::milliseconds begun_ = system_clock_port().elapsed();
  journal remembered_;
  shared_index index_;
  step_cache cache_;
  cancellation effects_cancelled_;  ///< what is being planned and done
  delivery delivery_;
  std::vector<step_index> wanted_, ends_;
  std::optional<build_memory> memory_;
  std::optional<planner> planner_;
  std::optional<step_home> home_;
  std::optional<run_index> runs_;
  std::optional<error> runs_failure_;                          ///< why the index of runs is not used
  std::map<std::string, std::chrono::milliseconds> expected_;  ///< by step id
};

std::vector<note> run::summary_notes() const {
  std::vector<note> notes;
  for (step_index step : wanted_)
    for (note& one : delivery_.where_it_is(graph_.steps[step])) notes.push_back(std::move(one));
  notes.push_back({"record", session_.where.run(id_)});
  const std::optional<std::string> demo = session_.around.get("CICD_DEMO");
  if (!demo) return notes;
  const std::string launcher = shell_quoted(session_.where.own() + "/cicd");
  notes.push_back({"run", shell_quoted(*demo)});
  for (step_index step : wanted_)
    if (graph_.steps[step].kind == step_kind::command && graph_.steps[step].id.ends_with("/test"))
      notes.push_back({"log", launcher + " logs " + shell_quoted(flat_name(graph_.steps[step].id))});
  notes.push_back({"history", launcher + " history"});
  for (const char* command : {" plan deploy-stage", " explain service.replicas", " status"})
    notes.push_back({"try next", launcher + command});
  return notes;
}

/// The index may be lost: only damage to it is an error.
status run::added_to_index(const run_summary& summary) {
  status added = runs_->add(summary);
  if (added || added.error().kind != exit_class::cannot_save) return added;
  runs_failure_ = std::move(added).error();
  return {};
}

exit_class run::close(recorder& record, const loop_result& result) {
  exit_class outcome = result.outcome;
  std::string rerun =
      result.failed_step.empty()
          ? std::string()
          : session_.build_command() + " " + shell_quoted(replaced_all(result.failed_step, "/", "."));
  if (record.did_something() && !result.left_running)
    record.set_who(who(session_.model.pipelines.front().source_directory, session_.around));
  status kept = record.finish(outcome, result.failed_step, rerun, result.failure);
  if (result.left_running) return outcome;
  if (kept && runs_ && record.did_something()) kept = added_to_index(record.summary());
  if (record.did_something()) {
    forget_old_runs(session_.where, 200);
    home_->sweep();
  }
  (void)index_.save();
  if (runs_failure_) print_warnings({*runs_failure_});
  if (kept) return outcome;
  print_errors({kept.error()});
  return outcome == exit_class::done ? exit_class::cannot_save : outcome;
}

exit_class run::execute() {
  (void)make_own_folder(session_.where.cache);
  if (!session_.where.domain.empty())
    forget_old_domains(session_.where, std::chrono::system_clock::to_time_t(system_clock_port().now()));
  home_.emplace(session_.around, session_.where.build_root);
  recorder record(session_.where, id_);
  console screen(standard_sinks(session_.around), console_setup());
  const say_event say = [&](event_body body) {
    const event happened = event_now(std::move(body));
    record.hear(happened);
    screen.hear(happened);
  };
  say(started());

  event_loop loop;
  const std::unique_ptr<process_port> processes = system_processes(loop);
  process_runner commands(loop, *processes, say, {.around = &session_.around});
  background_runner image_builder(
      loop, say, [&](const task& work, const cancellation& cancelled, const auto& tell) {
        return build_image_step(work, session_.around, layers_of(session_.where, tell),
                                limits_of_this_machine().cores, cancelled);
      });
  background_runner effects(
      loop, say,
      [&](const task& work, const cancellation&, const auto& tell) { return delivery_.act(work, tell); },
      effects_cancelled_);
  caching_runner cached_commands(commands, loop, session_.where, index_, cache_, remembered_, caching(), say);
  caching_runner cached_images(image_builder, loop, session_.where, index_, cache_, remembered_, caching(),
                               say);
  retrying_runner retried(cached_commands, say);  // each attempt begins in a folder as the first one found it
  const std::string holder = fmt::format("{} (process {})", id_, getpid());
  locking_runner locked_commands(retried, loop, session_.where, remembered_, holder, say);
  locking_runner locked_images(cached_images, loop, session_.where, remembered_, holder, say);
  locking_runner locked_effects(effects, loop, session_.where, remembered_, holder, say);
  const auto runner_for = [&](step_kind kind) -> runner& {
    if (kind == step_kind::command) return locked_commands;
    if (kind == step_kind::image) return locked_images;
    return locked_effects;
  };

  loop_options options;
  options.jobs = [&] { return jobs_for(session_.around.get("CICD_JOBS"), limits_of_this_machine()); };
  options.tick = [&] {
    if (screen.wants_ticks()) screen.tick(system_clock_port().elapsed() - begun_);
  };
  options.expected = [&] { return expected_; };
  options.before_first = [&]() -> status {
    result<run_index> opened =
        run_index::open(session_.where.state + "/runs.sqlite", session_.where.build_root);
    if (!opened) {
      if (opened.error().kind != exit_class::cannot_save) return std::move(opened).error();
      runs_failure_ = std::move(opened).error();
      return {};
    }
    runs_ = *std::move(opened);
    expected_ = runs_->expected(session_.where.build_root);
    return {};
  };
  run_loop steps(
      *planner_, loop, runner_for,
      [this](step_index step, step_plan plan) { return task_for(step, std::move(plan)); }, say, options);
  const loop_result result = steps.run();

  run_ended end{.outcome = result.outcome,
                .duration = system_clock_port().elapsed() - begun_,
                .failure = {},
                .summary = {}};
  if (result.failed_step.empty()) end.failure = result.failure;
  if (result.outcome == exit_class::done && record.did_something()) end.summary = summary_notes();
  say(std::move(end));
  const exit_class outcome = close(record, result);
  if (result.left_running) _exit(static_cast<int>(outcome));
  return outcome;
}

/// Opens the session or prints why not.
std::unique_ptr<session> opened_session(const session_request& request,
                                        surroundings around,
                                        exit_class& failure) {
  session_or_errors opened = open_session(request, std::move(around));
  print_errors(opened.errors);
  if (!opened.opened) failure = opened.errors.empty() ? exit_class::usage : opened.errors.front().kind;
  return std::move(opened.opened);
}

/// The deploys that a git event sets off.
std::vector<std::string> targets_of_event(const session& of, const git_event& event) {
  std::vector<std::string> targets;
  for (const declared_pipeline& pipeline : of.model.pipelines)
    for (const environment& place : pipeline.declared.environments)
      if (place.on.kind == event.kind && ref_matches(place.on.pattern.view(), event.name))
        targets.push_back(pipeline.declared.name.str() + ".deploy-" + place.name.str());
  return targets;
}

error nothing_follows(const session& of, const git_event& event) {
  std::vector<std::string> followed;
  for (const declared_pipeline& pipeline : of.model.pipelines)
    for (const environment& place : pipeline.declared.environments)
      if (place.on.kind != ref_kind::none)
        followed.push_back(fmt::format("{} ({} {})", place.name.view(),
                                       place.on.kind == ref_kind::tag ? "tag" : "branch",
                                       place.on.pattern.view()));
  return error{
      exit_class::usage,
      {},
      event.kind == ref_kind::tag ? "no environment follows this tag" : "no environment follows this branch",
      event.name,
      {}}
      .with("allowed", joined(followed, ", "));
}

/// A tag stands for one commit. What is checked out is planned: where that is another one, or the tag is yet
/// to come, that is said.
status check_rehearsed_tag(const session& of, const git_event& event) {
  std::set<std::string> seen;
  for (const declared_pipeline& pipeline : of.model.pipelines) {
    const std::string& folder = pipeline.source_directory;
    const git_state git = git_state_of(folder, of.around);
    if (!git.commit || !seen.insert(git.top).second) continue;
    const std::optional<std::string> tagged = commit_of_tag(folder, event.name, of.around);
    if (!tagged) {
      print_warnings({error{exit_class::usage,
                            pipeline.declared.name.str(),
                            "there is no such tag: what is checked out is planned as if it bore it",
                            event.name,
                            {}}
                          .with("did you mean", nearest(event.name, tags_in(folder, of.around)).value_or(""))
                          .with("try", "git fetch --tags")});
    } else if (*tagged != *git.commit) {
      return error{
          exit_class::usage,
          pipeline.declared.name.str(),
          "this tag is on another commit than what is checked out, and that is what would be deployed",
          event.name,
          {{"tagged", tagged->substr(0, 7)},
           {"checked out", git.short_commit()},
           {"try", fmt::format("git -C {} worktree add ../{} {}, configure that and plan there",
                               shell_quoted(git.top), shell_quoted(flat_name(event.name)),
                               shell_quoted(event.name))}}};
    }
  }
  return {};
}

}  // namespace driver_run

exit_class run_targets(const run_request& request, surroundings around) {
  exit_class failure = exit_class::usage;
  const std::unique_ptr<session> of = driver_run::opened_session(request.tree, std::move(around), failure);
  if (!of) return failure;
  const bool plans_only = std::ranges::any_of(request.targets, [&](const std::string& name) {
    const target* found = of->find_target(name);
    return found != nullptr && found->plans_only;
  });
  driver_run::run one(request, *of, !plans_only);
  if (const exit_class ready = one.prepare(request.targets); ready != exit_class::done) return ready;
  return plans_only ? one.show_plan(true) : one.execute();
}

exit_class plan_and(const run_request& request, surroundings around, const use_plan& then) {
  exit_class failure = exit_class::usage;
  const std::unique_ptr<session> of = driver_run::opened_session(request.tree, std::move(around), failure);
  if (!of) return failure;
  driver_run::run one(request, *of, false);
  if (const exit_class ready = one.prepare(request.targets); ready != exit_class::done) return ready;
  return one.show_nothing_but(then);
}

exit_class plan_targets(const run_request& request, surroundings around) {
  exit_class failure = exit_class::usage;
  const std::unique_ptr<session> of = driver_run::opened_session(request.tree, std::move(around), failure);
  if (!of) return failure;
  run_request asked = request;
  if (asked.event.kind == ref_kind::tag)
    if (status is_here = driver_run::check_rehearsed_tag(*of, asked.event); !is_here) {
      print_errors({is_here.error()});
      return is_here.error().kind;
    }
  if (asked.targets.empty() && asked.event.kind != ref_kind::none) {
    asked.targets = driver_run::targets_of_event(*of, asked.event);
    if (asked.targets.empty()) {
      print_errors({driver_run::nothing_follows(*of, asked.event)});
      return exit_class::usage;
    }
  }
  if (asked.targets.empty())
    for (const declared_pipeline& pipeline : of->model.pipelines)
      for (const graph_step& step : graph_of(of->model).steps)
        if (step.pipeline == &pipeline && !step.is_of_branch()) asked.targets.push_back(step.id);
  driver_run::run one(asked, *of, false);
  if (const exit_class ready = one.prepare(asked.targets); ready != exit_class::done) return ready;
  return one.show_plan(!request.targets.empty());
}

}  // namespace cicd
