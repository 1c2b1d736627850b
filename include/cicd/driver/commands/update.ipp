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
#include <cicd/engine/base_update.hpp>
#include <cicd/engine/declared_lines.hpp>
#include <cicd/engine/lock_update.hpp>
#include <cicd/image/base_lock.hpp>
#include <cicd/system/clock.hpp>
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
  json made = members_of("of", of.step, "folder", of.folder, "locks", all);
  if (of.step != base_lock_name) return made;
  json bases = json::array{};
  for (const changed_base& each : of.bases)
    bases.push(members_of("reference", each.reference, "before", each.before, "after", each.after, "changes",
                          json_texts(each.lines)));
  return made.set("bases", std::move(bases));
}

/// What a line of a lock pins, and to what.
struct pin {
  std::string name, to;  ///< `to`: empty where the line pins nothing
};

pin pin_in(const std::string& line) {
  const auto start = line.find_first_not_of(" \t");
  const auto blank = start == line.npos ? start : line.find(' ', start);
  if (blank == line.npos || line[start] == '#') return {line, {}};
  return {line.substr(0, blank), line.substr(blank + 1)};
}

/// By its name the one line that has it; of a name that several lines have, an empty pin.
std::map<std::string, pin> single_pins(const std::vector<std::string>& lines) {
  std::map<std::string, pin> all;
  for (const std::string& each : lines) {
    pin one = pin_in(each);
    const auto [there, is_new] = all.try_emplace(one.name, one);
    if (!is_new) there->second.to.clear();
  }
  std::erase_if(all, [](const auto& each) { return each.second.to.empty(); });
  return all;
}

/// `  libc6 2.36-9 -> 2.36-10` where both sides have the name once, else `- libfoo 1.0`, `+ libbar 2.1`.
std::string changes_of(const moved_lock& of) {
  const auto older = single_pins(of.removed()), newer = single_pins(of.added());
  std::string text;
  for (const std::string& line : of.removed()) {
    const std::string name = pin_in(line).name;
    text += older.contains(name) && newer.contains(name)
                ? fmt::format("  {}\n", displayable(line + " -> " + newer.at(name).to))
                : fmt::format("  - {}\n", displayable(line));
  }
  for (const std::string& line : of.added())
    if (const std::string name = pin_in(line).name; !older.contains(name) || !newer.contains(name))
      text += fmt::format("  + {}\n", displayable(line));
  return text;
}

std::string bases_text(const lock_update& of) {
  std::string text;
  for (const changed_base& each : of.bases) {
    const bool is_other = !each.before.empty() && each.before != each.after;
    text += fmt::format("  {} {}{}\n", each.reference, is_other ? each.before + " -> " : "", each.after);
    for (const std::string& line : each.lines) text += fmt::format("    {}\n", line);
  }
  return text;
}

std::string text_of(const lock_update& of, bool is_dry) {
  if (of.locks.empty()) return fmt::format("{}: nothing newer\n{}", of.step, bases_text(of));
  if (!of.bases.empty())
    return fmt::format("{}{}\n{}", of.step, is_dry ? " would change" : "", bases_text(of));
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

void print(const std::vector<lock_update>& all, const words& said) {
  if (said.json) {
    json updates = json::array{};
    for (const lock_update& each : all) updates.push(json_of(each));
    print_json(members_of("schema", 1, "dry_run", said.dry_run, "updates", updates));
    return;
  }
  if (all.empty()) print_out("nothing to update: no step has UPDATE, and no image stands on a tag\n");
  for (const lock_update& each : all) print_out(text_of(each, said.dry_run));
  if (!said.dry_run) print_out(next_of(all));
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
    if (planned)
      all.push_back(*std::move(planned));
    else
      wrong.push_back(with_declared_lines(planned.error(), *opened));
  }
  result<std::vector<lock_update>> bases =
      plan_base_updates(*opened, graph, said.pipelines, system_clock_port().now(), watching.asked());
  if (watching.asked().cancelled()) return watching.kind();
  if (bases)
    for (lock_update& each : *bases) all.push_back(std::move(each));
  else
    wrong.push_back(with_declared_lines(std::move(bases).error(), *opened));
  if (wrong.empty() && !said.dry_run)
    if (status done = apply_lock_updates(all); !done) wrong.push_back(std::move(done).error());
  if (wrong.empty() || (said.dry_run && !all.empty())) print(all, said);
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
