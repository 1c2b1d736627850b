// The environment of this process, read once, and the standard folders that follow from it.
#pragma once

#include <cicd/system/environment.hpp>

#include <pwd.h>
#include <unistd.h>

namespace cicd {

namespace system_environment {
namespace {

/// An absolute folder from `variable` as the XDG base directory specification asks, else `otherwise`.
std::string base_folder(const surroundings& from, std::string_view variable, const std::string& otherwise) {
  const auto value = from.get(variable);
  return value && value->starts_with('/') ? *value : otherwise;
}

}  // namespace
}  // namespace system_environment

surroundings::surroundings(std::map<std::string, std::string, std::less<>> variables)
    : variables_(std::move(variables)) {}

surroundings surroundings::of_process() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view word = *each;
    const std::size_t equals = word.find('=');
    if (equals == word.npos || equals == 0) continue;
    variables.emplace(word.substr(0, equals), word.substr(equals + 1));
  }
  const passwd* account = getpwuid(getuid());
  return surroundings(std::move(variables)).of_account(account == nullptr ? "" : account->pw_dir);
}

std::optional<std::string> surroundings::get(std::string_view name) const {
  const auto found = variables_.find(name);
  return found == variables_.end() ? std::nullopt : std::optional(found->second);
}

std::string surroundings::get_or(std::string_view name, std::string_view otherwise) const {
  return get(name).value_or(std::string(otherwise));
}

std::vector<std::string> surroundings::lines() const {
  std::vector<std::string> all;
  for (const auto& [name, value] : variables_) all.push_back(name + '=' + value);
  return all;
}

void surroundings::keep_from_commands(const std::set<std::string, std::less<>>& names) {
  kept_.insert(names.begin(), names.end());
}

surroundings surroundings::for_commands() const {
  surroundings rest = *this;
  for (const std::string& name : kept_) rest.variables_.erase(name);
  return rest;
}

surroundings surroundings::of_account(std::string home) const {
  surroundings same = *this;
  same.account_home_ = std::move(home);
  return same;
}

std::string surroundings::home() const {
  const std::string named = get_or("HOME", {});
  return named.empty() ? "/" : named;
}

std::string surroundings::cache_folder() const {
  if (const auto named = get("CICD_CACHE_DIR"); named && !named->empty()) return *named;
  return system_environment::base_folder(*this, "XDG_CACHE_HOME", home() + "/.cache") + "/cicd";
}

std::string surroundings::state_folder() const {
  if (const auto named = get("CICD_STATE_DIR"); named && !named->empty()) return *named;
  return system_environment::base_folder(*this, "XDG_STATE_HOME", home() + "/.local/state") + "/cicd";
}

}  // namespace cicd
