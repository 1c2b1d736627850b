// Opens the files of the time zone database; what they say is read elsewhere.
#pragma once

#include <cicd/engine/time_zones.hpp>

#include <chrono>

#include <cicd/declare/values/time_zone.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_time_zones {
namespace {

std::optional<std::vector<clock_change>> changes_to_come(const std::string& path) {
  const result<std::optional<std::string>> text = read_file_if_there(path);
  if (!text || !*text) return std::nullopt;
  const std::int64_t now = std::chrono::system_clock::to_time_t(system_clock_port().now());
  constexpr std::int64_t two_years = std::int64_t{2} * 365 * 86'400;
  return clock_changes_in(**text, now, now + two_years);
}

/// Names as in `America/Sao_Paulo`; those that begin in lower case are other files and folders.
std::vector<std::string> zone_names(const std::string& folder) {
  std::vector<std::string> names;
  const auto is_wanted = [](const std::string& below) { return !below.empty() && below.front() < 'a'; };
  if (const auto entries = list_tree(folder, is_wanted))
    for (const tree_entry& entry : *entries)
      if (entry.kind != entry_kind::folder && is_wanted(entry.path)) names.push_back(entry.path);
  return names;
}

}  // namespace
}  // namespace engine_time_zones

zone_source zones_of_machine(const std::string& folder) {
  if (const auto utc = read_file_if_there(folder + "/UTC"); !utc || !*utc) return {};
  return {.changes =
              [folder](const std::string& name) {
                return engine_time_zones::changes_to_come(folder + "/" + name);
              },
          .names = [folder] { return engine_time_zones::zone_names(folder); }};
}

}  // namespace cicd
