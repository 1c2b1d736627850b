// CACHE_DIRS: folders outside, which a tool can be told of. Text only: what lies there is not looked at.
#pragma once

#include <cicd/declare/check/checks.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include <cicd/declare/check/finish.hpp>
#include <cicd/declare/step_variables.hpp>

namespace cicd::declaring {
namespace declare_check_checks_caches {
namespace {

bool lies_in(std::string_view path, std::string_view folder) {
  return !folder.empty() && path.starts_with(folder)
         && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// The keyword that gives the step the variable of one of its CACHE_DIRS besides; empty: none.
std::string_view giver_of(const std::string& variable, const step& of) {
  const auto is_it = [&](const auto& each) { return each.name.view() == variable; };
  if (std::ranges::any_of(of.env, is_it)) return "ENV";
  for (const variable_name& each : of.pass_env)
    if (each.view() == variable) return "PASS_ENV";
  for (const secret_use& each : of.secrets)
    if (each.variable_for(of.as_file) == variable) return "SECRETS";
  const auto count = std::ranges::count_if(of.cache_dirs, [&](const cached_folder& each) {
    return each.variable && each.variable.view() == variable;
  });
  return count > 1 ? "CACHE_DIRS" : std::string_view();
}

void check_variable(const cached_folder& one, const place& where, const step& of, findings& found) {
  const std::string variable = one.variable.str();
  if (is_own_variable(variable)) return found.add(where, variable_of_cicd("CACHE_DIRS", variable));
  if (steers_programs(variable)) return found.add(where, variable_of_cache(variable, one.folder.view(), {}));
  if (const std::string_view other = giver_of(variable, of); !other.empty())
    found.add(where, variable_of_cache(variable, one.folder.view(), other));
}

void check_step(const declaration<step>& of,
                std::string_view source,
                std::string_view build_root,
                findings& found) {
  if (of.at("cache_shared") && !of.at("cache_dirs"))
    found.add(of.at("cache_shared"), missing_counterpart("CACHE_SHARED", "CACHE_DIRS"));
  for (std::size_t at = 0; at < of.value.cache_dirs.size(); ++at) {
    const cached_folder& one = of.value.cache_dirs[at];
    const place where = word_at(of, "cache_dirs", at);
    if (lies_in(one.folder.view(), build_root))
      found.add(where, cache_in_sources(one.folder.view(), "the build tree"));
    else if (lies_in(one.folder.view(), source))
      found.add(where, cache_in_sources(one.folder.view(), "the source folder"));
    else if (one.variable)
      check_variable(one, where, of.value, found);
    else if (one.known() == nullptr)
      found.add(where, unknown_cache(one.folder.view()));
  }
}

}  // namespace
}  // namespace declare_check_checks_caches

void check_caches(const draft& of, std::string_view build_root, findings& found) {
  const std::string source = source_directory_of(of.own);
  for (const auto& each : of.all<step>().items())
    declare_check_checks_caches::check_step(each, source, build_root, found);
}

}  // namespace cicd::declaring
