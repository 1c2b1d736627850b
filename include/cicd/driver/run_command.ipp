// Prints what a plan or a run gives; the console is one listener of it.
#pragma once

#include <unistd.h>

#include <optional>

#include <cicd/base/text.hpp>
#include <cicd/driver/ci_reports.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/ci_log.hpp>
#include <cicd/observe/ci_masks.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_run_command {
namespace {

/// Warnings of the declarations are said where CMake configures.
std::optional<project> opened(const run_request& request, surroundings around, exit_class& failure) {
  or_errors<project> of = project::open(request.tree, std::move(around));
  of.warnings.clear();
  return made_or_said(std::move(of), failure);
}

/// The terminal as it hears of a run.
class terminal {
 public:
  terminal(const surroundings& around, const run_request& request, std::string folds)
      : around_(around),
        how_much_(request.how_much),
        ci_system_(request.is_captured ? std::string() : ci_event_of(around).system),
        folds_(request.is_captured ? std::string() : std::move(folds)) {}

  run_listener listener() {
    return {.begin = [this](const run_view& view) { begin(view); },
            .hear = [this](const event& happened) { hear(happened); },
            .tick =
                [this](std::chrono::milliseconds elapsed) {
                  if (screen_->wants_ticks()) screen_->tick(elapsed);
                },
            .warn = print_warnings,
            .mask = [this](const secret_value& value) { tell_ci(value); }};
  }

 private:
  void begin(const run_view& view) {
    console_options options;
    options.how_much = how_much_;
    options.commands = view.commands;
    options.here = view.here;
    options.exists = [](const std::string& path) { return exists(path); };
    options.source_folders = view.source_folders;
    options.links = view.links;
    options.given = view.given;
    options.ci_system = folds_;
    screen_.emplace(standard_sinks(around_), std::move(options));
  }

  void hear(const event& happened) {
    const auto* end = std::get_if<step_ended>(&happened.body);
    if (end == nullptr || !end->failure) return screen_->hear(happened);
    event here = happened;
    std::get<step_ended>(here.body).failure = as_called_here(*end->failure);
    screen_->hear(here);
  }

  /// Raw, since no other form is a command to it.
  void tell_ci(const secret_value& value) const {
    for (const std::string& line : mask_for(ci_system_, value).lines) write_all(STDOUT_FILENO, line + "\n");
  }

  const surroundings& around_;
  verbosity how_much_;
  std::string ci_system_;  ///< empty: none listens
  std::string folds_;      ///< likewise, whose log may fold
  std::optional<console> screen_;
};

exit_class save(const project_plan& plan, const std::string& file) {
  const result<json> saved = plan.saved();
  if (!saved) return refused(saved.error());
  if (status written = write_given_privately(file, pretty(*saved)); !written) return refused(written.error());
  return exit_class::done;
}

exit_class failures_of(const project_plan& plan) {
  const errors all = plan.failures();
  print_errors(all);
  return all.empty() ? exit_class::done : all.front().kind;
}

/// A refusal that is known already is said below the plan, of what a person named.
exit_class show(const project_plan& plan, const run_request& request) {
  if (request.as_json)
    print_json(plan.as_json());
  else
    print_out(plan.text());
  if (const exit_class failed = failures_of(plan); failed != exit_class::done) return failed;
  const bool is_saved = !request.plan_file.empty();
  if (!request.targets.empty() || request.event.kind != ref_kind::none)
    if (status may = plan.may_begin(is_saved); !may) return refused(may.error());
  return is_saved ? save(plan, request.plan_file) : exit_class::done;
}

exit_class planned(const project& of, const run_request& request) {
  exit_class failure = exit_class::usage;
  const std::optional<project_plan> plan = made_or_said(of.plan(request), failure);
  return plan ? show(*plan, request) : failure;
}

/// Without a word of its own where the command prints JSON.
run_outcome run(const project& of, const run_request& request, std::vector<run_listener> also) {
  const std::string system = ci_log_system(of.tree().around);
  terminal screen(of.tree().around, request, system);
  ci_reports reports(of.tree(), system, joined(request.targets, " "),
                     !request.is_captured && !request.as_json);
  if (!request.as_json) also.push_back(screen.listener());
  also.push_back(reports.listener());
  run_outcome outcome = of.run(request, also);
  if (outcome.left_running) _exit(static_cast<int>(outcome.kind));
  print_errors(outcome.errors);
  reports.tell(outcome);
  return outcome;
}

}  // namespace
}  // namespace driver_run_command

exit_class plan_and(const run_request& request,
                    surroundings around,
                    const std::function<exit_class(const project_plan& plan)>& then) {
  exit_class failure = exit_class::usage;
  const std::optional<project> of = driver_run_command::opened(request, std::move(around), failure);
  if (!of) return failure;
  const std::optional<project_plan> plan = made_or_said(of->plan(request), failure);
  if (!plan) return failure;
  failure = driver_run_command::failures_of(*plan);
  return failure == exit_class::done ? then(*plan) : failure;
}

exit_class plan_targets(const run_request& request, surroundings around) {
  exit_class failure = exit_class::usage;
  const std::optional<project> of = driver_run_command::opened(request, std::move(around), failure);
  return of ? driver_run_command::planned(*of, request) : failure;
}

exit_class run_targets(const run_request& request, surroundings around) {
  exit_class failure = exit_class::usage;
  const std::optional<project> of = driver_run_command::opened(request, std::move(around), failure);
  if (!of) return failure;
  if (!of->only_plans(request.targets)) return driver_run_command::run(*of, request, {}).kind;
  return driver_run_command::planned(*of, request);
}

run_outcome run_and_show(const run_request& request,
                         surroundings around,
                         const std::vector<run_listener>& also) {
  exit_class failure = exit_class::usage;
  const std::optional<project> of = driver_run_command::opened(request, std::move(around), failure);
  if (!of) return {.kind = failure, .errors = {}, .id = {}, .failed_step = {}, .left_running = {}};
  return driver_run_command::run(*of, request, also);
}

}  // namespace cicd
