// The form of a folder of CACHE_DIRS, and the table of the tools that are known.
#pragma once

#include <cicd/declare/values/cached_folder.hpp>

#include <algorithm>
#include <array>
#include <string>

#include <cicd/base/text.hpp>

namespace cicd {

namespace declare_values_cached_folder {
namespace {

constexpr std::array<tool_cache, 8> tools{{
    {"~/.m2/repository", "Maven", "MAVEN_OPTS", "-Dmaven.repo.local="},
    {.folder = "~/.m2/wrapper",
     .tool = "Maven's wrapper",
     .variable = "MAVEN_USER_HOME",
     .tells_above = true,
     .locks = true},
    {.folder = "~/.npm", .tool = "npm", .variable = "npm_config_cache", .locks = true},
    {.folder = "~/.cache/pip", .tool = "pip", .variable = "PIP_CACHE_DIR", .locks = true},
    {.folder = "~/.cache/go-build", .tool = "Go", .variable = "GOCACHE", .locks = true},
    {.folder = "~/go/pkg/mod", .tool = "Go", .variable = "GOMODCACHE", .locks = true},
    {.folder = "~/.cargo",
     .tool = "Cargo",
     .variable = "CARGO_HOME",
     .locks = true,
     .parts = "registry git",
     .beside = "config.toml config"},
    {.folder = "~/.gradle",
     .tool = "Gradle",
     .variable = "GRADLE_USER_HOME",
     .locks = true,
     .parts = "caches wrapper",
     .beside = "init.gradle init.gradle.kts"},
}};

std::string_view folder_in(std::string_view word) {
  const auto equals = word.find('=');
  return equals != word.npos && variable_name::accepts(word.substr(0, equals)) ? word.substr(equals + 1)
                                                                               : word;
}

}  // namespace
}  // namespace declare_values_cached_folder

std::span<const tool_cache> known_tool_caches() {
  return declare_values_cached_folder::tools;
}

std::optional<cached_folder> cached_folder::parse(std::string_view word) {
  const std::string_view folder = declare_values_cached_folder::folder_in(word);
  if (!outside_folder::accepts(folder)) return {};
  const std::string_view variable = folder == word ? std::string_view() : word.substr(0, word.find('='));
  return cached_folder{outside_folder::from(folder), variable_name::from(variable)};
}

std::string cached_folder::guess(std::string_view word) {
  std::string folder(declare_values_cached_folder::folder_in(word));
  const std::string before(word.substr(0, word.size() - folder.size()));
  for (const std::string_view home : {"$HOME/", "${HOME}/", "$ENV{HOME}/"})
    if (folder.starts_with(home)) folder = "~/" + folder.substr(home.size());
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  const bool is_at_home = std::ranges::any_of(
      known_tool_caches(), [&](const tool_cache& each) { return each.folder.substr(2) == folder; });
  if (is_at_home) folder = "~/" + folder;
  return parse(before + folder) ? before + folder : std::string();
}

std::string cached_folder::text() const {
  return variable ? variable.str() + "=" + folder.str() : folder.str();
}

const tool_cache* cached_folder::known() const {
  const auto all = known_tool_caches();
  const auto found = std::ranges::find(all, folder.view(), &tool_cache::folder);
  return variable || found == all.end() ? nullptr : &*found;
}

}  // namespace cicd
