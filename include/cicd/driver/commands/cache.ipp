// `cicd cache`: the size of the cache, and what is removed from it. Entries go before the blobs that only
// they used.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
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
  acts(cache, chosen, [said](const surroundings& around) { return act(*said, around); });
}

const registered_command cache_command(add);

}  // namespace
}  // namespace driver_commands_cache

}  // namespace cicd
