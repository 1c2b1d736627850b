// From the first step to the record: the runners, the loop, the listeners. It asks no gate.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <future>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/shards.hpp>
#include <cicd/engine/backing_image.hpp>
#include <cicd/engine/declared_lines.hpp>
#include <cicd/engine/failed_step.hpp>
#include <cicd/engine/files_step.hpp>
#include <cicd/engine/image_step.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/engine/recorder.hpp>
#include <cicd/engine/run.hpp>
#include <cicd/engine/run_notes.hpp>
#include <cicd/engine/scan_policy.hpp>
#include <cicd/engine/scan_step.hpp>
#include <cicd/engine/scan_summary.hpp>
#include <cicd/engine/secret_guard.hpp>
#include <cicd/engine/step_function.hpp>
#include <cicd/engine/step_reports.hpp>
#include <cicd/engine/step_values.hpp>
#include <cicd/engine/test_memory.hpp>
#include <cicd/engine/zip_step.hpp>
#include <cicd/run/backing_runner.hpp>
#include <cicd/run/decorators.hpp>
#include <cicd/run/domain.hpp>
#include <cicd/run/loop.hpp>
#include <cicd/run/masked_event.hpp>
#include <cicd/run/process_runner.hpp>
#include <cicd/run/secret_runner.hpp>
#include <cicd/run/step_home.hpp>
#include <cicd/run/tool_caches_runner.hpp>

namespace cicd {

namespace engine_run {
namespace {

/// As many runs of a build tree are kept.
constexpr std::size_t most_runs = 200;
/// Where the layouts of images lie in the folder of a step that comes after them.
const std::string image_folder = ".images/";

}  // namespace
}  // namespace engine_run

class project_run::execution {
 public:
  execution(project_run& of, const std::vector<run_listener>& listeners);
  run_outcome run();

 private:
  using say_of_work = std::function<void(const std::string&)>;
  secrets_before before(const cancellation& cancelled) const {
    return {secrets_, of_.graph_, of_.delivery_.gate(), cancelled};
  }
  outcome build_image(const task& work, const cancellation& cancelled, const say_of_work& tell) const {
    if (status clean = check_image_content(work, before(cancelled)); !clean)
      return failed_outcome(std::move(clean).error());
    if (work.step->declared_function() != nullptr)
      return build_zip_step(work, limits_of_this_machine().cores, cancelled);
    if (work.step->declared_files() != nullptr) return build_files_step(work, cancelled);
    const layer_cache layers = layers_of(where_, tell);
    const auto masked = [this](const std::string& text) { return secrets_.masked(text); };
    return build_image_step(
        work, {of_.session_->around, layers, limits_of_this_machine().cores, cancelled, masked, tell});
  }
  runner& runner_for(step_kind kind) {
    if (kind == step_kind::command) return locked_commands_;
    if (kind == step_kind::image) return locked_images_;
    return locked_effects_;
  }
  void say(event_body body);
  void say_refused(const graph_step& step);
  void announce(const secret_value& value) const;
  /// The step that its tests are known by.
  std::string name_of_tests(const std::string& id) const {
    const auto step = of_.graph_.find(id);
    const cicd::step* declared = step ? of_.graph_.steps[*step].command() : nullptr;
    return declared == nullptr ? id : without_shard(id, *declared);
  }
  void warn(const errors& about) const;
  task task_for(step_index step, step_plan plan) const;
  upstream_files given_by(const graph_step& before, const graph_step& to) const;
  placeholder_values images_before(const task& work) const;
  caching_options caching();
  backing_options backing();
  run_view view() const;
  std::map<std::string, std::string> again() const {
    return commands_again(*of_.session_, of_.graph_, of_.request_, of_.wanted_, of_.ends_);
  }
  loop_options setup();
  std::string who_runs() const {
    return who(of_.session_->model.pipelines.front().source_directory, of_.session_->around);
  }
  status open_runs();
  std::vector<note> summary_notes() const;
  scan_run scans(const std::string& at) const {
    return {where_, of_.index_, of_.session_->around, secrets_.finder(), at, of_.ports_.time->now()};
  }
  errors tell_scans(run_ended& end);
  status added_to_index();
  run_outcome closed(const loop_result& result);

  project_run& of_;
  const workspace& where_;
  const std::vector<run_listener> listeners_;
  std::set<std::string> told_refused_;  ///< deploys
  std::set<std::string> scanned_;       ///< steps whose reports, if they have any, are those of now
  step_home home_;
  recorder record_;
  test_memory tests_;
  std::future<std::string> who_;  ///< who runs it: git is asked while steps run
  std::optional<run_index> runs_;
  std::optional<error> runs_failure_;                          ///< why the index of runs is not used
  std::map<std::string, std::chrono::milliseconds> expected_;  ///< by step id
  event_loop loop_;
  const say_event say_ = [this](event_body body) { say(std::move(body)); };
  const std::string holder_ = fmt::format("{} (process {})", of_.id_, getpid());
  const std::unique_ptr<process_port> processes_;
  secret_store& secrets_;
  secret_folder secret_files_;
  process_runner commands_;
  secret_runner trusted_commands_;
  backing_runner served_commands_;
  tool_caches_runner caching_commands_;
  background_runner images_, effects_;
  caching_runner cached_commands_, cached_images_;
  retrying_runner retried_;  ///< each attempt begins in a folder as the first one found it
  locking_runner locked_commands_, locked_images_, locked_effects_;
  run_loop steps_;
};

project_run::execution::execution(project_run& of, const std::vector<run_listener>& listeners)
    : of_(of),
      where_(of.session_->where),
      listeners_(listeners),
      home_(of.session_->around, where_.build_root),
      record_(where_, of.id_),
      tests_(where_),
      processes_(of.ports_.processes(loop_)),
      secrets_(of.secrets_),
      secret_files_(memory_folders(of.session_->around), of.id_),
      commands_(loop_,
                *processes_,
                say_,
                {.around = &of.session_->around,
                 .secrets = [this] { return secrets_.finder(); },
                 .learn = [this](const task& work) { return learn_secret_values(work, secrets_); }}),
      trusted_commands_(
          commands_,
          loop_,
          secrets_,
          secret_files_,
          {.may_have = [this](const task& work) { return of_.delivery_.gate().may_have_secrets(*work.step); },
           .announce = [this](const secret_value& value) { announce(value); },
           .name_of_left =
               [this](const used_value& of) {
                 return name_of_secret_value(of_.graph_.steps[of.from], of.name);
               }}),
      served_commands_(trusted_commands_, loop_, *processes_, secrets_, of.index_, say_, backing()),
      caching_commands_(served_commands_, loop_, where_, of.session_->around, holder_, say_),
      images_(loop_,
              say_,
              [this](const task& work, const cancellation& cancelled, const auto& tell) {
                return build_image(work, cancelled, tell);
              }),
      effects_(
          loop_,
          say_,
          [this](const task& work, const cancellation& cancelled, const auto& tell) {
            if (work.step->kind() == step_kind::publish)
              if (status clean = check_published(work, where_, before(cancelled)); !clean)
                return failed_outcome(std::move(clean).error());
            return of_.delivery_.act(work, tell);
          },
          of.effects_cancelled_),
      cached_commands_(
          caching_commands_, loop_, where_, of.index_, of.cache_, of.remembered_, caching(), say_),
      cached_images_(images_, loop_, where_, of.index_, of.cache_, of.remembered_, caching(), say_),
      retried_(cached_commands_, say_),
      locked_commands_(retried_, loop_, where_, of.remembered_, holder_, say_),
      locked_images_(cached_images_, loop_, where_, of.remembered_, holder_, say_),
      locked_effects_(effects_, loop_, where_, of.remembered_, holder_, say_),
      steps_(
          *of.planner_,
          loop_,
          [this](step_kind kind) -> runner& { return runner_for(kind); },
          [this](step_index step, step_plan plan) { return task_for(step, std::move(plan)); },
          say_,
          setup()) {}

/// Every event passes here, on its way to the record and the listeners, and is masked. What is fetched by
/// others than steps is announced no later than here.
void project_run::execution::say(event_body body) {
  for (const secret_value& value : secrets_.newly_fetched()) announce(value);
  if (const auto* begun = std::get_if<step_started>(&body); begun != nullptr && begun->attempt == 1)
    if (const auto step = of_.graph_.find(begun->step))
      if (auto deploy = of_.begun_of(of_.graph_.steps[*step])) say(*std::move(deploy));
  if (const auto* end = std::get_if<step_ended>(&body); end != nullptr && end->failure)
    if (const auto step = of_.graph_.find(end->step)) say_refused(of_.graph_.steps[*step]);
  if (auto* end = std::get_if<step_ended>(&body); end != nullptr && end->failure)
    end->failure = with_declared_lines(*std::move(end->failure), *of_.session_);
  event happened = of_.event_now(masked(std::move(body), *secrets_.finder()));
  if (auto* end = std::get_if<step_ended>(&happened.body)) tests_.hear(*end, name_of_tests(end->step));
  const auto* ended = std::get_if<step_ended>(&happened.body);
  if (ended != nullptr && ended->outcome <= step_outcome::timed_out) scanned_.insert(ended->step);
  of_.gathered_.hear(happened, ended == nullptr ? std::string() : name_of_tests(ended->step));
  record_.hear(happened);
  for (const run_listener& each : listeners_)
    if (each.hear) each.hear(happened);
  if (of_.notifiers_) of_.notifiers_->hear(happened);
}

/// Once for each deploy.
void project_run::execution::say_refused(const graph_step& step) {
  if (auto why = of_.refusal_of(step); why && told_refused_.insert(step.id).second) say(*std::move(why));
}

void project_run::execution::announce(const secret_value& value) const {
  for (const run_listener& each : listeners_)
    if (each.mask) each.mask(value);
}

void project_run::execution::warn(const errors& about) const {
  for (const run_listener& each : listeners_)
    if (each.warn) each.warn(about);
}

task project_run::execution::task_for(step_index step, step_plan plan) const {
  const graph_step& about = of_.graph_.steps[step];
  task work;
  work.step = &about;
  work.seen = &of_.planner_->seen(step);
  work.plan = std::move(plan);
  work.folder = folder_of(*of_.session_, about);
  work.source = about.pipeline->source_directory;
  if (work.folder != work.source) work.home = home_.folder();
  work.log = where_.run(of_.id_) + "/" + flat_name(about.id) + ".log";
  if (is_pure(about.kind())) {
    work.upstream = of_.planner_->upstream_of(step);
    work.parts = of_.planner_->parts_now(step);
    work.late = images_before(work);
    for (const upstream_result& before : work.upstream)
      work.late.insert(before.values.begin(), before.values.end());
    if (about.command() != nullptr && about.command()->run)
      work.late[program_placeholder] = program_of_function(*of_.session_, *about.command());
  }
  return work;
}

/// An image's layout has a place of its own in the step's folder; in the sources it has none, and lies where
/// it was made.
upstream_files project_run::execution::given_by(const graph_step& before, const graph_step& to) const {
  upstream_files given{
      outputs_query(*of_.session_, before),
      {},
      before.id,
      before.pipeline != to.pipeline || (to.command() != nullptr && joins_shards(*to.command()))};
  if (const auto& tests = of_.planner_->seen(*of_.graph_.find(before.id)).tests; tests && tests->empty())
    return {};
  if (before.kind() != step_kind::image) return given;
  if (to.runs_in_source()) return {};
  given.made.root += "/layout";
  given.made.patterns = {"**"};
  given.below = engine_run::image_folder + word_of_image(before, to);
  return given;
}

/// What `{image.layout}` and the like stand for: of each image by its word in AFTER, of the only one by
/// `image` too.
placeholder_values project_run::execution::images_before(const task& work) const {
  placeholder_values values;
  std::size_t count = 0;
  std::string layout, digest;
  for (step_index before : work.step->after) {
    const graph_step& image = of_.graph_.steps[before];
    const auto& made = of_.planner_->result_of(before);
    if (image.kind() != step_kind::image || !made) continue;
    const std::string word = word_of_image(image, *work.step);
    layout = work.step->runs_in_source() ? folder_of(*of_.session_, image) + "/layout"
                                         : work.folder + "/" + engine_run::image_folder + word;
    digest = made->artifact;
    values[word + ".layout"] = layout;
    values[word + ".digest"] = digest;
    ++count;
  }
  if (count == 1) {
    values["image.layout"] = layout;
    values["image.digest"] = digest;
  }
  return values;
}

caching_options project_run::execution::caching() {
  caching_options ask;
  ask.upstream_outputs = [this](const task& work) {
    std::vector<upstream_files> all;
    for (step_index before : work.step->after)
      if (upstream_files one = given_by(of_.graph_.steps[before], *work.step); !one.made.patterns.empty())
        all.push_back(std::move(one));
    return all;
  };
  ask.look_at_inputs = [this](const task& work) -> result<file_set> {
    const file_query query = inputs_query(*of_.session_, *work.step);
    return query.patterns.empty() && work.step->kind() == step_kind::image ? file_set{}
                                                                           : of_.index_.look(query);
  };
  ask.read_reports = cases_in;
  ask.may_keep = [this](const task& work, const cached_step& made) {
    return check_outputs(work, made, secrets_);
  };
  ask.take_values = [this](const task& work, bool is_good) { return take_values(work, is_good, secrets_); };
  ask.explain = [this](const task& work, const outcome& end) {
    return why_it_failed(*of_.session_, of_.graph_, work, end);
  };
  ask.summary_of = tests_summary;
  ask.judge = [this](const task& work, outcome& end) {
    const std::string kept_at = where_.run(of_.id_) + "/" + flat_name(work.step->id);
    if (work.step->is_scan()) return judge_scan(work, end, scans(kept_at));
    if (end.how != step_outcome::failed || end.failure) return;
    if (const result<file_set> files = of_.index_.look(findings_in(work.folder, *work.step)))
      end.failure = findings_of(work, *files, kept_at, *secrets_.finder());
  };
  ask.make_folder = [this](const task& work) { return home_.prepare(work.folder); };
  ask.place_history = [this](const task& work) {
    return place_history(*work.seen->git, work.folder, of_.session_->around);
  };
  ask.place_warning = [this] { return home_.warning(); };
  return ask;
}

backing_options project_run::execution::backing() {
  return {.around = &of_.session_->around,
          .holder = holder_,
          .home = [this] { return home_.prepare_services(); },
          .port_locks = where_.cache + "/ports.locks",
          .log = [this](const std::string& name) { return where_.run(of_.id_) + "/" + name + ".log"; },
          .may_have_secrets =
              [this](const task& work) { return of_.delivery_.gate().may_have_secrets(*work.step); },
          .end_step = [this](const std::string& step) { commands_.end_step(step); },
          .contain =
              [this](service_start& of, const backing_service& declared, const cancellation& cancelled) {
                return contain_service(of, declared, *of_.session_, cancelled);
              }};
}

run_view project_run::execution::view() const {
  run_view of{.here = of_.session_->folder_of_person(), .commands = again(), .given = of_.given()};
  for (step_index step : of_.wanted_) {
    const graph_step& about = of_.graph_.steps[step];
    const std::string folder = folder_of(*of_.session_, about), &source = about.pipeline->source_directory;
    of.source_folders[folder] = source;
    of.folders[about.id] = folder;
    if (folder != source) of.links[home_.folder_of(folder)] = folder;
    add_module_folders(about, folder, of.source_folders);
  }
  return of;
}

loop_options project_run::execution::setup() {
  loop_options options;
  options.jobs = [this] { return jobs_for(of_.session_->around.get("CICD_JOBS"), limits_of_this_machine()); };
  // A push to a manifest repository takes all with it that are ready.
  options.runs_beside = [](const graph_step& step) {
    return step.kind() == step_kind::deploy && can(step.place()->via, way_feature::repository)
           && step.place()->verify.empty() && step.place()->parts.empty();
  };
  options.tick = [this] {
    for (const run_listener& each : listeners_)
      if (each.tick) each.tick(of_.ports_.time->elapsed() - of_.begun_);
  };
  options.expected = [this] { return expected_; };
  options.before_first = [this] { return open_runs(); };
  options.at_end = [this](runner::manner how) { served_commands_.end_shared(how); };
  options.stops_at_refusal = !of_.request_.is_of_event;
  return options;
}

/// The index may be lost: only damage to it is an error.
status project_run::execution::open_runs() {
  who_ = std::async(std::launch::async, [this] { return who_runs(); });
  result<run_index> opened = run_index::open(where_.state + "/runs.sqlite", where_.build_root);
  if (!opened) {
    if (opened.error().kind != exit_class::cannot_save) return std::move(opened).error();
    runs_failure_ = std::move(opened).error();
    return {};
  }
  runs_ = *std::move(opened);
  expected_ = runs_->expected(where_.build_root);
  return {};
}

status project_run::execution::added_to_index() {
  status added = runs_->add(record_.summary());
  if (added || added.error().kind != exit_class::cannot_save) return added;
  runs_failure_ = std::move(added).error();
  return {};
}

std::vector<note> project_run::execution::summary_notes() const {
  std::vector<note> notes;
  for (step_index step : of_.wanted_)
    for (note& one : of_.delivery_.where_it_is(of_.graph_.steps[step])) notes.push_back(std::move(one));
  notes.push_back({"record", where_.run(of_.id_)});
  for (note& one : notes_of_demo(*of_.session_, of_.graph_, of_.wanted_)) notes.push_back(std::move(one));
  return notes;
}

/// What the scans that were asked for found together; gives what is to be said of it although nothing fails.
errors project_run::execution::tell_scans(run_ended& end) {
  const auto board = scan_board_of(*of_.session_, of_.graph_, of_.wanted_, scans({}), &scanned_);
  if (!board || board.made->scans.empty()) return {};
  if (record_.did_something()) {
    const std::vector<note> notes = scan_notes(*board.made, where_.run(of_.id_) + "/scans.sarif");
    end.summary.insert(end.summary.begin(), notes.begin(), notes.end());
  }
  for (const run_listener& each : listeners_)
    if (each.scans) each.scans(board.made->scans);
  errors told = warnings_of(*board.made);
  for (const error& each : told) say(step_warning{each.subject, each.what});
  return told;
}

run_outcome project_run::execution::closed(const loop_result& result) {
  run_outcome outcome{.kind = result.outcome, .id = of_.id_, .failed_step = result.failed_step};
  const std::string rerun = result.failed_step.empty() ? std::string() : again()[result.failed_step];
  if (record_.did_something() && !result.left_running)
    record_.set_who(who_.valid() ? who_.get() : who_runs());
  std::optional<error> failure = result.failure;
  if (failure) failure = of_.as_told({*std::move(failure)}).front();
  status kept = record_.finish(outcome.kind, result.failed_step, rerun, failure);
  if (result.left_running) return outcome;
  if (kept && runs_ && record_.did_something()) kept = added_to_index();
  if (record_.did_something()) {
    tests_.save(of_.ports_.time->now());
    forget_old_runs(where_, engine_run::most_runs);
    home_.sweep();
  }
  // A name that holds a secret may have been made before it was found.
  (void)of_.index_.save([by = secrets_.finder()](std::string_view path) { return by->is_in(path); });
  if (runs_failure_) warn({*runs_failure_});
  if (kept) return outcome;
  outcome.errors.push_back(std::move(kept).error());
  if (outcome.kind == exit_class::done) outcome.kind = exit_class::cannot_save;
  return outcome;
}

run_outcome project_run::execution::run() {
  secret_files_.sweep();
  sweep_secret_values(*of_.session_, of_.graph_, holder_);
  const run_view seen = view();
  for (const run_listener& each : listeners_)
    if (each.begin) each.begin(seen);
  say(of_.started());
  loop_result result = steps_.run();
  if (result.outcome == exit_class::done && !of_.left_out_.empty()) {
    result.outcome = of_.left_out_.front().kind;
    result.failure = of_.left_out_.front();
  }
  for (const graph_step& each : of_.graph_.steps) say_refused(each);
  run_ended end{.outcome = result.outcome,
                .duration = of_.ports_.time->elapsed() - of_.begun_,
                .failure = {},
                .summary = {}};
  if (result.failed_step.empty()) end.failure = result.failure;
  if (result.outcome == exit_class::done && record_.did_something()) end.summary = summary_notes();
  const errors of_scans = tell_scans(end);
  say(std::move(end));
  if (!of_scans.empty()) warn(of_scans);
  if (!result.left_running)
    if (const errors unsaid = of_.end_of_notices(result.outcome); !unsaid.empty()) warn(unsaid);
  run_outcome outcome = closed(result);
  outcome.errors.insert(outcome.errors.end(), of_.left_out_.begin(), of_.left_out_.end());
  outcome.left_running = result.left_running ? of_.shared_from_this() : nullptr;
  return outcome;
}

run_outcome project_run::execute(const std::vector<run_listener>& listeners) {
  (void)make_own_folder(session_->where.cache);
  if (!session_->where.domain.empty())
    forget_old_domains(session_->where, std::chrono::system_clock::to_time_t(ports_.time->now()));
  const auto work = std::make_shared<execution>(*this, listeners);
  run_outcome outcome = work->run();
  // The threads that are left use all of it.
  struct kept {
    std::shared_ptr<void> of, work;
  };
  if (outcome.left_running) outcome.left_running = std::make_shared<kept>(kept{outcome.left_running, work});
  return outcome;
}

}  // namespace cicd
