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
      there->steps.push_back(step.id);
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
  // CLI11 calls back a command after the subcommands that it has.
  cache->callback([&chosen, said, listed, dirs] {
    chosen = [said, listed, is_dirs = dirs->parsed()](const surroundings& around) {
      return is_dirs ? list_folders(*listed, around) : act(*said, around);
    };
  });
}

const registered_command cache_command(add);

}  // namespace
}  // namespace driver_commands_cache

}  // namespace cicd
