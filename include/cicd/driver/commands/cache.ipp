// `cicd cache`: the size of the cache, and what is removed from it. Entries go before the blobs that only
// they used. `cicd cache dirs`: the folders that tools keep for themselves (CACHE_DIRS).
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/counted.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/handed_on.hpp>
#include <cicd/run/tool_caches.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace driver_commands_cache {
namespace {

struct words {
  bool as_json = false;
  int remove_older_than_days = -1;
};

struct dirs_words {
  session_request tree;
  bool as_json = false;
};

struct cache_size {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
};

/// Less the folders that steps run in.
cache_size size_of(const std::string& folder) {
  cache_size size;
  if (const auto entries = list_tree(folder, [](const std::string& below) { return below != "work"; }))
    for (const tree_entry& entry : *entries)
      if (entry.kind == entry_kind::file) {
        ++size.files;
        size.bytes += entry.size;
      }
  return size;
}

exit_class act(const words& request, const surroundings& around) {
  const std::string folder = around.cache_folder();
  std::size_t removed = 0;
  if (request.remove_older_than_days >= 0)
    for (const char* part : {"/steps", "/layers", "/blobs", "/domains", "/typed"})
      removed +=
          remove_own_files(folder + part, std::chrono::system_clock::to_time_t(system_clock_port().now())
                                              - std::time_t{86'400} * request.remove_older_than_days);
  const cache_size size = size_of(folder);
  if (request.as_json) {
    json document;
    document.set("schema", 1);
    document.set("folder", folder);
    document.set("files", static_cast<std::int64_t>(size.files));
    document.set("bytes", size.bytes);
    document.set("removed", static_cast<std::int64_t>(removed));
    print_json(document);
    return exit_class::done;
  }
  if (request.remove_older_than_days >= 0) print_out(fmt::format("{} removed\n", counted(removed, "file")));
  print_out(fmt::format("{}  {} in {}\n", folder, human_size(size.bytes), counted(size.files, "file")));
  return exit_class::done;
}

/// A folder of CACHE_DIRS, and the steps that use it.
struct used_folder {
  cache_place place;
  std::vector<std::string> steps{}, names{};  ///< `names`: what of the folder is kept; empty: all
  cache_size size{};
};

/// What its variables say of the folders, without a look at its inputs.
observed_step variables_of(const step& of, const surroundings& around) {
  observed_step seen;
  for (const assignment& one : of.env) seen.assignments.emplace_back(one.name.str(), one.value);
  for (const variable_name& name : of.pass_env)
    if (const auto value = around.get(name.view())) seen.variables.emplace_back(name.str(), *value);
  return seen;
}

std::vector<used_folder> folders_of(const session& of) {
  std::vector<used_folder> all;
  const step_graph graph = graph_of(of.model);
  workspace trusted = of.where;
  trusted.domain.clear();
  for (const graph_step& step : graph.steps) {
    if (step.command() == nullptr) continue;
    for (cache_place& each :
         cache_places_of(step, variables_of(*step.command(), of.around), trusted, of.around)) {
      auto there =
          std::ranges::find(all, each.trusted, [](const used_folder& one) { return one.place.trusted; });
      if (there == all.end()) there = all.insert(all.end(), used_folder{std::move(each)});
      // Two of one step may lead to one folder by a link.
      if (there->steps.empty() || there->steps.back() != step.id) there->steps.push_back(step.id);
    }
  }
  for (used_folder& each : all) {
    const tool_cache* known = each.place.declared.known();
    if (known != nullptr && !known->parts.empty()) each.names = split(known->parts, ' ');
    if (each.names.empty()) each.size = size_of(each.place.trusted);
    for (const std::string& name : each.names) {
      const cache_size part = size_of(each.place.trusted + "/" + name);
      each.size.files += part.files, each.size.bytes += part.bytes;
    }
  }
  return all;
}

json json_of(const used_folder& of) {
  json one;
  one.set("folder", of.place.trusted);
  one.set("declared", of.place.declared.text());
  one.set("names", json_texts(of.names));
  one.set("steps", json_texts(of.steps));
  one.set("files", static_cast<std::int64_t>(of.size.files));
  one.set("bytes", of.size.bytes);
  return one;
}

exit_class list_folders(const dirs_words& said, surroundings around) {
  exit_class failure = exit_class::done;
  const std::optional<session> opened = open_or_say(said.tree, std::move(around), failure);
  if (!opened) return failure;
  const std::vector<used_folder> all = folders_of(*opened);
  if (said.as_json) {
    json folders = json::array{};
    for (const used_folder& each : all) folders.push(json_of(each));
    print_json(members_of("schema", 1, "folders", folders));
    return exit_class::done;
  }
  if (all.empty()) print_out("no step has CACHE_DIRS\n");
  for (const used_folder& each : all)
    print_out(fmt::format("{}  {} in {}\n  {}\n", displayable(each.place.trusted),
                          human_size(each.size.bytes), counted(each.size.files, "file"),
                          joined(each.steps, ", ")));
  return exit_class::done;
}

struct hand_on_words {
  session_request tree;
  std::string file;
  std::vector<std::string> files, targets, plans;
  bool as_json = false;
};

json json_of(const handed_on& of, const std::string& file) {
  return members_of("file", file, "steps", json_texts(of.steps), "left_out", json_texts(of.left_out), "plans",
                    json_texts(of.plans), "bytes", of.bytes);
}

std::string text_of(const handed_on& of, const std::string& file) {
  std::string text =
      fmt::format("{}  {}, {}\n", displayable(file), human_size(of.bytes), counted(of.steps.size(), "step"));
  if (!of.left_out.empty())
    text += fmt::format("  not in it, since no cache has it: {}\n", joined(of.left_out, ", "));
  if (!of.plans.empty()) text += fmt::format("  saved plans: {}\n", joined(of.plans, ", "));
  return text;
}

exit_class save_results(const hand_on_words& said, surroundings around) {
  exit_class failure = exit_class::done;
  const std::optional<session> opened = open_or_say(said.tree, std::move(around), failure);
  if (!opened) return failure;
  const result<handed_on> made = hand_on(*opened, said.targets, said.plans, said.file);
  if (!made) return refused(made.error());
  if (said.as_json)
    print_json(members_of("schema", 1, "files", list_of(json_of(*made, said.file))));
  else
    print_out(text_of(*made, said.file));
  return exit_class::done;
}

/// A folder stands for the files in it that end in `.cicd`.
std::vector<std::string> files_named(const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& each : names) {
    if (!is_folder(each)) {
      files.push_back(each);
      continue;
    }
    if (const auto entries = list_tree(each, [](const std::string&) { return false; }))
      for (const tree_entry& one : *entries)
        if (one.kind == entry_kind::file && one.path.ends_with(".cicd"))
          files.push_back(each + "/" + one.path);
  }
  return files;
}

exit_class load_results(const hand_on_words& said, surroundings around) {
  exit_class failure = exit_class::done;
  const std::optional<session> opened = open_or_say(said.tree, std::move(around), failure);
  if (!opened) return failure;
  json rows(json::array{});
  std::string text;
  for (const std::string& each : files_named(said.files)) {
    const result<handed_on> taken = take_over_from(*opened, each);
    if (!taken) return refused(taken.error());
    rows.push(json_of(*taken, each));
    text += text_of(*taken, each);
  }
  if (said.as_json)
    print_json(members_of("schema", 1, "files", std::move(rows)));
  else
    print_out(text.empty() ? "no job before this one handed on anything\n" : text);
  return exit_class::done;
}

CLI::App* add_save(CLI::App* cache, const std::shared_ptr<hand_on_words>& said) {
  CLI::App* save = with_tree(
      cache->add_subcommand("save", "write what targets gave here to a file, for other jobs of this CI run"),
      said->tree);
  save->add_option("file", said->file, "where to")->required()->type_name("FILE");
  save->add_option("target", said->targets, "targets or steps, with all before them")->required();
  save->add_option("--plan", said->plans, "a file of cicd plan --out that goes along")->type_name("FILE");
  return with_json(save, said->as_json);
}

CLI::App* add_load(CLI::App* cache, const std::shared_ptr<hand_on_words>& said) {
  CLI::App* load = with_tree(
      cache->add_subcommand("load", "take what other jobs of this CI run saved, of this commit alone"),
      said->tree);
  load->add_option("file", said->files, "the files, or a folder with them")->required()->type_name("FILE");
  return with_json(load, said->as_json);
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* cache =
      with_json(app.add_subcommand("cache", "the size of the cache; with --remove-older-than, a smaller one"),
                said->as_json);
  cache
      ->add_option("--remove-older-than", said->remove_older_than_days,
                   "remove entries older than that many days")
      ->check(CLI::Range(0, 36'500))
      ->type_name("DAYS");
  const auto listed = std::make_shared<dirs_words>();
  CLI::App* dirs = with_json(
      with_tree(cache->add_subcommand("dirs",
                                      "list the folders that tools keep for the steps of this build "
                                      "tree (CACHE_DIRS), with their sizes"),
                listed->tree),
      listed->as_json);
  const auto kept = std::make_shared<hand_on_words>(), taken = std::make_shared<hand_on_words>();
  CLI::App* save = add_save(cache, kept);
  CLI::App* load = add_load(cache, taken);
  // CLI11 calls back a command after the subcommands that it has.
  cache->callback([&chosen, said, listed, kept, taken, dirs, save, load] {
    chosen = [=, is_dirs = dirs->parsed(), saves = save->parsed(),
              loads = load->parsed()](const surroundings& around) {
      return is_dirs ? list_folders(*listed, around)
             : saves ? save_results(*kept, around)
             : loads ? load_results(*taken, around)
                     : act(*said, around);
    };
  });
}

const registered_command cache_command(add);

}  // namespace
}  // namespace driver_commands_cache

}  // namespace cicd
