// Which variables and cache entries are taken over, by their names and by where their paths lead.
#pragma once

#include <cicd/engine/clean_configure.hpp>

#include <algorithm>
#include <map>

#include <cicd/base/text.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_clean_configure {
namespace {

constexpr std::string_view between = ":;,= \t\n\"'";

bool lies_in(std::string_view path, const std::string& folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// The pieces of a text that may be paths.
std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(between), text.size());
    if (end > 0) all.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

/// Where the path leads, also one of which the last parts are not there.
std::string led_to(const std::string& path) {
  std::string at = normal_path(path), behind;
  while (at.size() > 1) {
    if (const auto real = real_path(at)) return *real + behind;
    const auto slash = at.rfind('/');
    if (slash == at.npos || slash == 0) break;
    behind.insert(0, at.substr(slash));
    at.erase(slash);
  }
  return normal_path(path);
}

/// By these CMake is led to files: `<package>_ROOT`, `CMAKE_TOOLCHAIN_FILE`, `CMAKE_PROJECT_INCLUDE`.
bool leads_cmake(std::string_view name) {
  return name.starts_with("CMAKE_") || name.ends_with("_ROOT") || name.ends_with("_DIR");
}

/// A text of CMAKE_… or of a package, that names a file of whichever project is configured.
bool is_of_project(const std::string& name, const std::string& value) {
  if (name == "CMAKE_BUILD_TYPE") return true;
  if (!leads_cmake(name) || value.empty()) return false;
  const bool is_of_files = !name.starts_with("CMAKE_") || name.ends_with("_FILE") || name.ends_with("_PATH")
                           || name.ends_with("_INCLUDE") || name.ends_with("_INCLUDE_BEFORE")
                           || name.ends_with("_LAUNCHER") || name.ends_with("_DIRS");
  const bool is_program = name.ends_with("_LAUNCHER") && value.find('/') == value.npos;
  return is_of_files && !is_program && std::ranges::any_of(pieces_of(value), [](const std::string& each) {
           return !each.starts_with('/');
         });
}

bool is_of_tools(std::string_view name) {
  constexpr std::string_view before = "CMAKE_", behind = "_COMPILER";
  if (name == "CMAKE_MAKE_PROGRAM" || name == "cicd_DIR") return true;
  if (!name.starts_with(before) || !name.ends_with(behind) || name.size() <= before.size() + behind.size())
    return false;
  name = name.substr(before.size(), name.size() - before.size() - behind.size());
  return std::ranges::all_of(name, [](char each) { return each >= 'A' && each <= 'Z'; });
}

}  // namespace
}  // namespace engine_clean_configure

untrusted_folders::untrusted_folders(const std::vector<std::string>& folders) {
  for (const std::string& each : folders)
    for (std::string one : std::vector{normal_path(each), real_path(each).value_or(normal_path(each))})
      if (one.size() > 1 && std::ranges::find(folders_, one) == folders_.end())
        folders_.push_back(std::move(one));
}

bool untrusted_folders::hold(const std::string& path) const {
  using namespace engine_clean_configure;
  const std::string plain = normal_path(path), led = led_to(path);
  return std::ranges::any_of(
      folders_, [&](const std::string& folder) { return lies_in(plain, folder) || lies_in(led, folder); });
}

bool untrusted_folders::are_named_in(std::string_view text) const {
  using namespace engine_clean_configure;
  // One of which the name holds what stands between paths is in no piece whole.
  if (std::ranges::any_of(folders_, [&](const std::string& folder) {
        return folder.find_first_of(between) != folder.npos && text.find(folder) != text.npos;
      }))
    return true;
  return std::ranges::any_of(pieces_of(text), [&](const std::string& each) {
    const auto slash = each.find('/');  // `-I/opt/x`, `file:///opt/x`
    return slash != each.npos && hold(each.substr(slash));
  });
}

surroundings without_folders(const surroundings& around, const untrusted_folders& folders) {
  using namespace engine_clean_configure;
  std::map<std::string, std::string, std::less<>> kept;
  for (const auto& [name, value] : around.all()) {
    if (name == "PATH") {
      std::vector<std::string> programs = split(value, ':');
      std::erase_if(programs,
                    [&](const std::string& each) { return !each.starts_with('/') || folders.hold(each); });
      kept.emplace(name, joined(programs, ":"));
    } else if (!is_of_project(name, value) && !folders.are_named_in(value)) {
      kept.emplace(name, value);
    }
  }
  return surroundings(std::move(kept)).of_account(around.account_home());
}

std::vector<std::string> settings_of_tools(std::string_view cache, const untrusted_folders& folders) {
  using namespace engine_clean_configure;
  std::vector<std::string> words;
  for (const std::string& line : split(cache, '\n')) {
    const auto colon = line.find(':'), equals = line.find('=');
    if (colon == line.npos || equals == line.npos || equals < colon || !is_of_tools(line.substr(0, colon)))
      continue;
    const std::string path = line.substr(equals + 1);
    if (path.starts_with('/') && path.find(';') == path.npos && !folders.hold(path))
      words.push_back("-D" + line.substr(0, colon) + "=" + path);
  }
  return words;
}

}  // namespace cicd
