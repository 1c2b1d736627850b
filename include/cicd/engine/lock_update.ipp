// The step's inputs are laid into an empty folder, the program runs there, and what it changed is read. All
// that is to be written is compared with what is there before the first file is.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <unistd.h>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
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

error edited_meanwhile(const std::string& step, const std::string& path) {
  return error{exit_class::conflict, step, "the file was changed while its update ran", path, {}}.with(
      "try", "run cicd update again");
}

/// A file as it was laid into the folder of the program.
struct laid_file {
  std::string path;
  std::string leads_to;  ///< where it lies in the source folder, without links; empty: outside of it
  digest content;
  unsigned mode = 0;
};

/// Lays what the link leads to in its place: the program writes through no link into the source folder.
/// Nothing for one that leads to no file.
result<std::optional<laid_file>> lay_link(const std::string& folder,
                                          const std::string& source,
                                          const std::string& path,
                                          shared_index& index) {
  const std::string link = source + "/" + path;
  const std::optional<std::string> real = real_path(link);
  if (!real || is_folder(*real) || is_stream(*real)) {
    if (status placed = place_link(folder, path, link_target(link).value_or("")); !placed)
      return std::move(placed).error();
    return std::optional<laid_file>();
  }
  const result<observed_file> file = index.look_at(*real);
  if (!file) return file.error();
  if (status placed = place_copy(folder, path, *real, file->mode); !placed) return std::move(placed).error();
  const auto below = place_below(source, path);
  const std::string root = real_path(source).value_or(source);
  return std::optional(laid_file{path, below && *below ? path_below(*real, root) : std::string(),
                                 file->content, file->mode & 0777U});
}

result<std::vector<laid_file>> laid_in(const std::string& folder,
                                       const std::string& source,
                                       const file_set& files,
                                       shared_index& index) {
  std::vector<laid_file> all;
  for (const observed_file& each : files) {
    if (each.mode == mode_of_link) {
      result<std::optional<laid_file>> laid = lay_link(folder, source, each.path, index);
      if (!laid) return std::move(laid).error();
      if (*laid) all.push_back(**std::move(laid));
      continue;
    }
    if (status placed = place_copy(folder, each.path, source + "/" + each.path, each.mode); !placed)
      return std::move(placed).error();
    all.push_back({each.path, each.path, each.content, each.mode & 0777U});
  }
  return all;
}

/// What the program made of the file; nothing where that is what it was.
result<std::optional<moved_lock>> moved_one(const laid_file& of,
                                            const graph_step& step,
                                            const std::string& there,
                                            shared_index& index) {
  using none_or_one = std::optional<moved_lock>;
  const auto wrong = [&](exit_class kind, const char* what, const char* help) {
    error made = error{kind, step.id, what, of.path, {}}.with("try", help);
    return with_origin(std::move(made), *step.pipeline, fmt::format("step.{}.update", step.name()));
  };
  if (!exists(there + "/" + of.path))
    return wrong(exit_class::step_failed, "the program of UPDATE removed an input of the step",
                 "let it write the file anew");
  const result<observed_file> now = index.look_at(there + "/" + of.path);
  if (!now) return now.error();
  if (now->content == of.content) return none_or_one();
  if (of.leads_to.empty())
    return wrong(exit_class::usage,
                 "the program of UPDATE wrote to a link that leads out of the source folder",
                 "put the file itself there");
  const std::string& source = step.pipeline->source_directory;
  result<std::string> before = read_below(source, of.leads_to), after = read_below(there, of.path);
  if (!before) return std::move(before).error();
  if (!after) return std::move(after).error();
  if (sha256(*before) != of.content) return edited_meanwhile(step.id, source + "/" + of.leads_to);
  return none_or_one(moved_lock{of.leads_to, *std::move(before), *std::move(after), of.mode, false});
}

result<std::vector<moved_lock>> moved_in(const std::string& folder,
                                         const graph_step& step,
                                         const session& of,
                                         const cancellation& cancelled) {
  shared_index index(of.where.index(), of.around);
  const result<file_set> files = index.look(inputs_query(of, step));
  if (!files) return files.error();
  const result<std::vector<laid_file>> laid = laid_in(folder, step.pipeline->source_directory, *files, index);
  if (!laid) return laid.error();
  std::vector<std::string> words;
  for (const text& word : step.command()->update) words.push_back(word.str());
  const program_end ended =
      ask({.words = words, .folder = folder, .limit = time_limit}, of.around, cancelled);
  if (ended.is != program_end::state::yes) return no_update(step, words, ended);
  std::vector<moved_lock> all;
  for (const laid_file& each : *laid) {
    result<std::optional<moved_lock>> moved = moved_one(each, step, folder, index);
    if (!moved) return std::move(moved).error();
    if (*moved) all.push_back(**std::move(moved));
  }
  return all;
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
  for (const std::string& each : pipelines)
    if (of.model.find(each) == nullptr) return no_such_pipeline(of.model, each);
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
  return lock_update{step.id, step.pipeline->source_directory, *std::move(locks), {}};
}

status apply_lock_updates(const std::vector<lock_update>& all) {
  std::map<std::string, const moved_lock*> wanted;
  for (const lock_update& of : all)
    for (const moved_lock& each : of.locks) {
      const std::string path = of.folder + "/" + each.path;
      const auto [there, is_new] = wanted.emplace(path, &each);
      if (!is_new && there->second->after != each.after)
        return error{
            exit_class::conflict, of.step, "two updates change one file, each in its own way", path, {}}
            .with("try", "update one pipeline at a time: cicd update <pipeline>");
      const auto now = read_below_if_there(of.folder, each.path);
      if (!now) return now.error();
      if (now->has_value() == each.is_new || now->value_or("") != each.before)
        return engine_lock_update::edited_meanwhile(of.step, path);
    }
  for (const auto& [path, each] : wanted)
    if (status written = write_file(path, each->after, durability::durable, each->mode); !written)
      return written;
  return {};
}

}  // namespace cicd
