// The step's inputs are laid into an empty folder, the program runs there, and what it changed is read.
#pragma once

#include <algorithm>
#include <set>

#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/asked_program.hpp>
#include <cicd/engine/lock_update.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/place.hpp>

namespace cicd {

namespace engine_lock_update {
namespace {

constexpr std::chrono::minutes time_limit{30};
constexpr unsigned mode_of_link = 0120000;

std::vector<std::string> lines_without(const std::string& text, const std::string& others) {
  const std::vector<std::string> known = split(others, '\n');
  const std::set<std::string> there(known.begin(), known.end());
  std::vector<std::string> lines = split(text, '\n');
  std::erase_if(lines, [&](const std::string& each) { return there.contains(each); });
  return lines;
}

/// What the program of the step has to say where it does not end well.
error no_update(const graph_step& step, const std::vector<std::string>& words, const program_end& ended) {
  const std::string path = fmt::format("step.{}.update", step.name());
  if (ended.is == program_end::state::interrupted)
    return {exit_class::interrupted, step.id, "the update was interrupted", {}, {}};
  if (ended.is_missing) return no_such_program(step.id, *step.pipeline, path, words, ended.how);
  error failed{exit_class::step_failed,
               step.id,
               "the program of UPDATE failed: " + ended.how,
               shell_quoted(words),
               {}};
  return with_origin(std::move(failed).with("last lines", ended.last_lines), *step.pipeline, path);
}

/// The files of the set that hold something else in `there`.
result<std::vector<moved_lock>> moved(const file_set& files,
                                      const std::string& source,
                                      const std::string& there,
                                      shared_index& index) {
  std::vector<moved_lock> all;
  for (const observed_file& each : files) {
    if (each.mode == mode_of_link || !exists(there + "/" + each.path)) continue;
    const result<observed_file> now = index.look_at(there + "/" + each.path);
    if (!now) return now.error();
    if (now->content == each.content) continue;
    result<std::string> before = read_below(source, each.path), after = read_below(there, each.path);
    if (!before) return std::move(before).error();
    if (!after) return std::move(after).error();
    all.push_back({each.path, *std::move(before), *std::move(after), each.mode & 0777U});
  }
  return all;
}

result<std::vector<moved_lock>> moved_in(const std::string& folder,
                                         const graph_step& step,
                                         const session& of,
                                         const cancellation& cancelled) {
  shared_index index(of.where.index(), of.around);
  const std::string& source = step.pipeline->source_directory;
  const result<file_set> files = index.look(inputs_query(of, step));
  if (!files) return files.error();
  for (const observed_file& each : *files) {
    const std::string from = source + "/" + each.path;
    const auto target = each.mode == mode_of_link ? link_target(from) : std::nullopt;
    if (status placed =
            target ? place_link(folder, each.path, *target) : place_copy(folder, each.path, from, each.mode);
        !placed)
      return std::move(placed).error();
  }
  std::vector<std::string> words;
  for (const text& word : step.command()->update) words.push_back(word.str());
  const program_end ended =
      ask({.words = words, .folder = folder, .limit = time_limit}, of.around, cancelled);
  if (ended.is != program_end::state::yes) return no_update(step, words, ended);
  return moved(*files, source, folder, index);
}

}  // namespace
}  // namespace engine_lock_update

std::vector<std::string> moved_lock::removed() const {
  return engine_lock_update::lines_without(before, after);
}
std::vector<std::string> moved_lock::added() const {
  return engine_lock_update::lines_without(after, before);
}

result<std::vector<step_index>> steps_with_update(const session& of,
                                                  const step_graph& graph,
                                                  const std::vector<std::string>& pipelines) {
  std::vector<std::string> names;
  for (const declared_pipeline& each : of.model.pipelines) names.push_back(each.declared.name.str());
  for (const std::string& each : pipelines)
    if (std::ranges::find(names, each) == names.end())
      return error{exit_class::usage, {}, "there is no such pipeline", each, {}}
          .with("did you mean", nearest(each, names).value_or(""))
          .with("allowed", joined(names, ", "));
  std::vector<step_index> steps;
  for (step_index at = 0; at < graph.steps.size(); ++at) {
    const step* declared = graph.steps[at].command();
    const std::string name = graph.steps[at].pipeline->declared.name.str();
    const bool is_meant = pipelines.empty() || std::ranges::find(pipelines, name) != pipelines.end();
    if (declared != nullptr && !declared->update.empty() && is_meant) steps.push_back(at);
  }
  return steps;
}

result<lock_update> plan_lock_update(const session& of,
                                     const graph_step& step,
                                     const cancellation& cancelled) {
  const std::string folder = fmt::format("{}/update.{}", of.where.own(), getpid());
  (void)remove_tree(folder);
  if (status made = make_folder(folder); !made) return std::move(made).error();
  result<std::vector<moved_lock>> locks = engine_lock_update::moved_in(folder, step, of, cancelled);
  (void)remove_tree(folder);
  if (!locks) return std::move(locks).error();
  return lock_update{step.id, step.pipeline->source_directory, *std::move(locks)};
}

status apply_lock_update(const lock_update& of) {
  for (const moved_lock& each : of.locks)
    if (status written = write_file(of.folder + "/" + each.path, each.after, durability::durable, each.mode);
        !written)
      return written;
  return {};
}

}  // namespace cicd
