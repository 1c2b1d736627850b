// Paths that would lead into what is not the team's: the build's and the driver's own files, git's; names
// that an image cannot have; and logins in values. Text only: what lies there is not looked at.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/deploy_ways.hpp>

#include <algorithm>
#include <array>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/check/finish.hpp>
#include <cicd/declare/placeholders.hpp>

namespace cicd::declaring {
namespace declare_check_checks_paths {
namespace {

/// What CMake, its generators and the driver write below a build tree.
constexpr std::array<std::string_view, 18> own_names{".cicd",
                                                     ".ninja_deps",
                                                     ".ninja_log",
                                                     "_deps",
                                                     "bucket",
                                                     "build.ninja",
                                                     "CMakeCache.txt",
                                                     "CMakeFiles",
                                                     "cmake_install.cmake",
                                                     "CMakeLists.txt",
                                                     "CPackConfig.cmake",
                                                     "CTestTestfile.cmake",
                                                     "DartConfiguration.tcl",
                                                     "functions",
                                                     "Makefile",
                                                     "manifests.git",
                                                     "registry",
                                                     "Testing"};

bool is_own(const std::vector<std::string>& below_build) {
  return below_build.empty() || std::ranges::find(own_names, below_build.front()) != own_names.end();
}

/// Git refuses any case of its own folder's name, since some file systems do not tell them apart.
bool leads_into_git(const std::vector<std::string>& parts) {
  return std::ranges::any_of(parts, [](const std::string& part) { return lower(part) == ".git"; });
}

/// Whether the pattern's first parts, as many as `own` has, spell it out.
bool begins_with(const std::vector<std::string>& pattern, const std::string& own) {
  const std::size_t count = parts_of(own).size();
  if (pattern.size() < count) return false;
  return glob_matches(joined(std::span(pattern).first(count), "/"), own);
}

/// Whether `pattern` below `folder` names a file of a build tree that lies in it.
bool reaches_own(std::string_view pattern, std::string_view folder, std::string_view build_root) {
  const std::string root = joined(parts_of(build_root), "/"), above = joined(parts_of(folder), "/");
  if (root != above && !root.starts_with(above + "/")) return false;
  const std::string build = root == above ? std::string() : root.substr(above.size() + 1) + "/";
  const std::vector<std::string> parts = parts_of(pattern);
  const std::string within = joined(parts, "/");
  return std::ranges::any_of(own_names, [&](std::string_view name) {
    const std::string own = build + std::string(name);
    return begins_with(parts, own) || glob_matches(within, own + "/x") || glob_matches(within, own + "/x/x");
  });
}

/// Steps of the source folder write beside everything else that lies there.
void check_step_paths(const declaration<step>& of,
                      std::string_view source,
                      std::string_view build_root,
                      findings& found) {
  if (!of.value.in_source) return;
  const auto check = [&](std::string_view key, std::string_view keyword, const auto& patterns) {
    for (const path_pattern& each : patterns)
      if (!each.view().starts_with('!') && reaches_own(each.view(), source, build_root))
        found.add(of.at(key), path_of_the_build(keyword, each.view()));
  };
  check("outputs", "OUTPUTS", of.value.outputs);
  check("reports", "REPORTS", of.value.reports);
}

/// Names that delete what lies below (OCI image-spec, layer.md, "Whiteouts").
void check_image_paths(const declaration<image>& of, findings& found) {
  for (const file_mapping& each : of.value.files)
    for (const std::string& part : split(each.to, '/'))
      if (part.starts_with(".wh.") || part == "..") found.add(of.at("files"), impossible_in_image(each.to));
}

/// PATH of an environment that is deployed that way, or of its preview.
template <typename T>
void check_manifest_path(const draft& in, const declaration<T>& of, deploy_way via, findings& found) {
  if (!of.value.path) return;
  const placeholder_values values{{"pipeline", in.own.name}, {"environment", of.name}};
  const std::string path = with_placeholders(of.value.path.view(), values);
  const std::vector<std::string> parts = parts_of(path);
  if (leads_into_git(parts)) return found.add(of.at("path"), path_of_git("PATH", path));
  if (const std::string shortest = joined(parts, "/"); !parts.empty() && shortest != path)
    return found.add(of.at("path"), path_with_empty_parts("PATH", path, shortest));
  if (!can(via, way_feature::folder)) return;
  const bool in_repository = can(via, way_feature::repository);
  if (!in_repository && is_own(parts)) return found.add(of.at("path"), path_of_the_build("PATH", path));
  if (in_repository && (parts.empty() || parts.front() == ".cicd"))
    found.add(of.at("path"), path_of_records(path));
}

}  // namespace
}  // namespace declare_check_checks_paths

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts = split(path, '/');
  std::erase_if(parts, [](const std::string& part) { return part.empty() || part == "."; });
  return parts;
}

void check_paths(const draft& of, std::string_view build_root, findings& found) {
  using namespace declare_check_checks_paths;
  const std::string source = source_directory_of(of.own);
  for (const auto& each : of.all<step>().items()) check_step_paths(each, source, build_root, found);
  for (const auto& each : of.all<image>().items()) check_image_paths(each, found);
  for (const auto& each : of.all<environment>().items()) check_manifest_path(of, each, each.value.via, found);
  for (const auto& each : of.all<preview>().items())
    if (const auto* there = of.all<environment>().find(each.value.in.view()))
      check_manifest_path(of, each, there->value.via, found);
}

void check_logins(const call_site& of, findings& found) {
  const std::vector<std::string>& words = of.from->arguments;
  for (std::size_t at = 0; at < words.size(); ++at)
    if (login_in(words[at]).find(':') != std::string_view::npos)
      found.warn({&of, at}, login_in_value(words[at]));
}

}  // namespace cicd::declaring
