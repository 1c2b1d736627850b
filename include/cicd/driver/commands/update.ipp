// `cicd update`: moves what pins versions, such as the lock of an image's base, to newer ones, and shows what
// changed.
#pragma once

#include <map>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/declared_lines.hpp>
#include <cicd/engine/lock_update.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_update {
namespace {

struct words {
  session_request tree;
  std::vector<std::string> pipelines;
  bool json = false, dry_run = false;
};

json json_of(const lock_update& of) {
  json all = json::array{};
  for (const moved_lock& each : of.locks)
    all.push(members_of("path", each.path, "removed", json_texts(each.removed()), "added",
                        json_texts(each.added())));
  return members_of("of", of.step, "folder", of.folder, "locks", all);
}

/// A line of a lock as a name and what it is pinned to.
std::pair<std::string, std::string> pin_in(const std::string& line) {
  const auto blank = line.find(' ');
  if (line.starts_with('#') || blank == line.npos) return {line, {}};
  return {line.substr(0, blank), line.substr(blank + 1)};
}

/// `  libc6 2.36-9 -> 2.36-10`, `- libfoo 1.0`, `+ libbar 2.1`.
std::string changes_of(const moved_lock& of) {
  std::map<std::string, std::string> newer;
  for (const std::string& line : of.added()) newer.insert(pin_in(line));
  std::string text;
  for (const std::string& line : of.removed()) {
    const auto [name, pin] = pin_in(line);
    const auto same = newer.find(name);
    text += same == newer.end() || pin.empty()
                ? fmt::format("  - {}\n", displayable(line))
                : fmt::format("  {}\n", displayable(line + " -> " + same->second));
    if (same != newer.end() && !pin.empty()) newer.erase(same);
  }
  for (const std::string& line : of.added())
    if (const auto left = newer.find(pin_in(line).first); left != newer.end())
      text += fmt::format("  + {}\n", displayable(line));
  return text;
}

std::string text_of(const lock_update& of, bool is_dry) {
  if (of.locks.empty()) return fmt::format("{}: nothing newer\n", of.step);
  std::string text;
  for (const moved_lock& each : of.locks)
    text += fmt::format("{}: {}{}\n{}", of.step, each.path, is_dry ? " would change" : "", changes_of(each));
  return text;
}

std::string next_of(const std::vector<lock_update>& all) {
  std::string files;
  for (const lock_update& each : all)
    for (const moved_lock& one : each.locks)
      files += " " + shell_quoted(path_below(each.folder + "/" + one.path, present_folder()));
  return files.empty() ? std::string() : fmt::format("next: git add{0} && git commit\n", files);
}

exit_class act(const words& said, surroundings around) {
  exit_class kind = exit_class::done;
  const std::optional<session> opened = open_or_say(said.tree, std::move(around), kind);
  if (!opened) return kind;
  const step_graph graph = graph_of(opened->model);
  const result<std::vector<step_index>> steps = steps_with_update(*opened, graph, said.pipelines);
  if (!steps) return refused(steps.error());
  const interrupts watching;
  std::vector<lock_update> all;
  errors wrong;
  for (const step_index at : *steps) {
    result<lock_update> planned = plan_lock_update(*opened, graph.steps[at], watching.asked());
    if (watching.asked().cancelled()) return watching.kind();
    status done = planned ? status() : status(planned.error());
    if (done && !said.dry_run) done = apply_lock_update(*planned);
    if (!done)
      wrong.push_back(with_declared_lines(done.error(), *opened));
    else
      all.push_back(*std::move(planned));
    if (done && !said.json) print_out(text_of(all.back(), said.dry_run));
  }
  json updates = json::array{};
  for (const lock_update& each : all) updates.push(json_of(each));
  if (said.json)
    print_json(members_of("dry_run", said.dry_run, "updates", updates));
  else if (steps->empty())
    print_out("nothing to update: no step has UPDATE\n");
  else if (!said.dry_run)
    print_out(next_of(all));
  print_errors(wrong);
  return wrong.empty() ? exit_class::done : wrong.front().kind;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* update = with_json(
      with_tree(app.add_subcommand("update", "move what pins versions to newer ones, and show what changed"),
                said->tree),
      said->json);
  update->add_option("pipeline", said->pipelines, "whose locks; default: of all");
  update->add_flag("--dry-run", said->dry_run, "print what would change");
  acts(update, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command update_command(add);

}  // namespace
}  // namespace driver_commands_update

}  // namespace cicd
