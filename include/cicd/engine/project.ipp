// Opening, planning, running.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/engine/project.hpp>
#include <cicd/engine/rehearsal.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace engine_project {
namespace {

/// What `cicd plan` shows without any word: every step but those of branches' copies.
std::vector<std::string> all_steps(const session& of) {
  std::vector<std::string> steps;
  for (const graph_step& step : graph_of(of.model).steps)
    if (!step.is_of_branch()) steps.push_back(step.id);
  return steps;
}

std::string absolute(const std::string& path, const std::string& below) {
  return normal_path(path.starts_with('/') ? path : below + "/" + path);
}

error no_root(std::string what, const std::string& folder) {
  return error{exit_class::usage, {}, std::move(what), folder, {{"allowed", "a folder"}}};
}

/// The folders are there, the build tree's for its user alone.
status check_roots(const project_roots& roots, const build_tree& tree) {
  if (roots.source_root.empty() || !is_folder(tree.source_root))
    return no_root("the source folder is not there", roots.source_root);
  if (roots.build_root.empty()) return no_root("no build folder is given", roots.build_root);
  if (status made = make_folder(tree.build_root); !made) return made;
  return make_own_folder(tree.build_root + "/.cicd");
}

or_errors<project_plan> no_plan(or_errors<project_plan> so_far, error why) {
  so_far.errors = {std::move(why)};
  return so_far;
}

/// A function needs a program that runs nothing else; a value that reads as the keyword has a backslash.
errors functions_in(const recorded_calls& calls) {
  errors all;
  for (const call& each : calls.calls)
    if ((each.where.function == "pipeline_step" || each.where.function == "pipeline_scan")
        && std::ranges::find(each.arguments, "RUN") != each.arguments.end())
      all.push_back(error{
          exit_class::usage,
          each.arguments[0] + "/" + each.arguments[1],
          "a function is run for pipelines of a C++ file that CMake compiles, and not for those of a "
          "program of its own",
          {},
          {}}.with("declared at", each.where.text(calls.tree.source_root))
                        .with("try",
                              "COMMAND, such as this program with an argument of its own; or "
                              "add_pipeline(… SOURCE pipeline.cpp)"));
  return all;
}

error not_to_be_run(std::string what, std::optional<std::string> value, std::string help) {
  return error{exit_class::usage, {}, std::move(what), std::move(value), {}}.with("try", std::move(help));
}

/// What is known of a deploy before its images are made, and how the rest becomes known.
std::vector<std::string> foreseen(project_run& run, step_index step) {
  const graph_step& of = run.graph().steps[step];
  std::vector<std::string> lines = run.deliveries().foreseen(of);
  if (!lines.empty() && !run.request().rehearses_event)
    lines.push_back(fmt::format("! the image is not made yet: {} {}.publish, then plan again",
                                run.of().build_command(), of.pipeline->declared.name.view()));
  return lines;
}

/// What is wrong with the question itself.
status check_run(const project& of, const project_request& request) {
  if (request.targets.empty() && request.event.kind == ref_kind::none)
    return not_to_be_run("there is nothing to run", {}, "a target such as orders.image");
  if (of.only_plans(request.targets))
    return not_to_be_run("this target plans and runs nothing", joined(request.targets, " "), "plan()");
  return {};
}

/// The targets are those that the event sets off, where none is named.
status take_event(const session& of, project_request& request) {
  if (request.event.kind == ref_kind::none) return {};
  if (status here = check_event(of, request.event); !here) return here;
  if (!request.targets.empty()) return {};
  result<std::vector<std::string>> targets = targets_of_event(of, request.event);
  if (!targets) return std::move(targets).error();
  request.targets = *std::move(targets);
  request.is_of_event = true;
  return {};
}

/// Of one pipeline all that an event sets off goes on, or nothing.
void hold_back(project_run& run, std::vector<step_plan>& steps) {
  const auto& all = run.graph().steps;
  std::map<const declared_pipeline*, std::string> refused;
  for (const step_plan& each : steps)
    if (run.deliveries().gate().is_refused_in_plan(all[each.step]))
      refused.emplace(all[each.step].pipeline, all[each.step].id);
  for (step_plan& each : steps) {
    const graph_step& of = all[each.step];
    const auto why = refused.find(of.pipeline);
    if (of.kind() != step_kind::deploy || why == refused.end() || each.what == decision::up_to_date
        || run.deliveries().gate().is_refused_in_plan(of))
      continue;
    each.reasons.push_back(
        fmt::format("would not be deployed: {} is refused (--keep-going deploys it)", why->second));
  }
}

}  // namespace
}  // namespace engine_project

std::string project_plan::event_text() const {
  const git_event& event = request().event;
  if (event.kind == ref_kind::none) return {};
  return (event.kind == ref_kind::tag ? "tag " : "branch ") + event.name;
}

std::string project_plan::text() const {
  const std::string event = event_text();
  const planned_change& change = of_->change();
  const std::string gone =
      change.gone.empty() ? "" : "  declared no longer: " + displayable(joined(change.gone, ", ")) + "\n";
  // Of a change the targets may be all steps, and are seldom what a person looks for.
  return fmt::format("{}{}{}\n{}{}", is_of_yet_to_come_ ? "rehearsal on HEAD\n" : "",
                     displayable(change.text.empty() ? joined(request().targets, " ") : change.text),
                     event.empty() ? "" : ", on " + displayable(event), text_of(steps_, graph()), gone);
}

json project_plan::as_json() const {
  return json_of(steps_, graph(), joined(request().targets, " "), event_text(), of_->change());
}

or_errors<project> project::open(const session_request& request, surroundings around, run_ports ports) {
  return made_of(open_session(request, std::move(around)), std::move(ports));
}

or_errors<project> project::made_of(or_errors<session> opened, run_ports ports) {
  or_errors<project> made{.errors = std::move(opened.errors), .warnings = std::move(opened.warnings)};
  if (opened) made.made = project(std::make_unique<session>(*std::move(opened.made)), std::move(ports));
  return made;
}

or_errors<project> project::of(const std::vector<pipeline>& pipelines,
                               const project_roots& roots,
                               surroundings around,
                               run_ports ports,
                               const char* caller) {
  using namespace engine_project;
  recorded_calls calls{.tree = {.source_root = absolute(roots.source_root, present_folder()),
                                .build_root = absolute(roots.build_root, present_folder()),
                                .target_prefix = {},
                                .template_path = roots.template_path},
                       .calls = {}};
  if (status good = check_roots(roots, calls.tree); !good) return {.errors = {std::move(good).error()}};
  const std::string file = roots.declared_in.empty() ? caller : roots.declared_in;
  const typed_place from{absolute(file, calls.tree.source_root), calls.tree.source_root,
                         roots.declared_in.empty() ? calls.tree.source_root : std::string()};
  for (const pipeline& each : pipelines)
    for (call& one : calls_of(each, from)) calls.calls.push_back(std::move(one));
  if (errors wrong = functions_in(calls); !wrong.empty()) return {.errors = std::move(wrong)};
  return made_of(session_of(calls, calls.tree.build_root, std::move(around)), std::move(ports));
}

bool project::only_plans(const std::vector<std::string>& targets) const {
  return std::ranges::any_of(targets, [&](const std::string& name) {
    const target* found = session_->find_target(name);
    return found != nullptr && found->plans_only;
  });
}

or_errors<project_plan> project::plan(project_request request) const {
  or_errors<project_plan> made;
  if (status can = check_rehearsal(*session_, request.event, made.warnings); !can)
    return engine_project::no_plan(std::move(made), std::move(can).error());
  if (request.rehearses_event)
    if (status can = check_rehearsed_request(*session_, made.warnings); !can)
      return engine_project::no_plan(std::move(made), std::move(can).error());
  const bool is_of_yet_to_come = !made.warnings.empty();
  if (request.targets.empty() && request.event.kind != ref_kind::none) {
    result<std::vector<std::string>> targets = targets_of_event(*session_, request.event);
    if (!targets) return engine_project::no_plan(std::move(made), std::move(targets).error());
    request.targets = *std::move(targets);
    request.is_of_event = true;
  }
  if (request.targets.empty()) request.targets = engine_project::all_steps(*session_);
  const auto run =
      std::make_shared<project_run>(session_, std::move(request), project_run::purpose::plan, ports_);
  made.errors = run->as_told(run->prepare(
      [&](const errors& about) { made.warnings.insert(made.warnings.end(), about.begin(), about.end()); }));
  if (!made.errors.empty()) return made;
  result<std::vector<step_plan>> steps = run->plan();
  if (!steps) return engine_project::no_plan(std::move(made), std::move(steps).error());
  for (step_plan& each : *steps)
    if (each.what == decision::depends) each.details = engine_project::foreseen(*run, each.step);
  if (run->request().is_of_event && !run->request().keep_going) engine_project::hold_back(*run, *steps);
  made.made = project_plan(run, *std::move(steps), is_of_yet_to_come);
  return made;
}

run_outcome project::run(const project_request& asked, const std::vector<run_listener>& listeners) const {
  project_request request = asked;
  status can = engine_project::check_run(*this, request);
  if (can) can = engine_project::take_event(*session_, request);
  if (!can) return {.kind = can.error().kind, .errors = {can.error()}};
  const auto run = std::make_shared<project_run>(session_, request, project_run::purpose::run, ports_);
  errors wrong = run->prepare([&](const errors& about) {
    for (const run_listener& each : listeners)
      if (each.warn) each.warn(about);
  });
  return wrong.empty() ? run->execute(listeners) : run->refused(std::move(wrong), listeners);
}

}  // namespace cicd
