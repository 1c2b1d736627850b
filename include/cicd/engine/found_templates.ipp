// Templates as folders, and what lies beside this program.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/engine/found_templates.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_found_templates {
namespace {

constexpr std::uint64_t largest_file = 1'000'000;

std::string folder_above(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? std::string() : path.substr(0, slash);
}

/// The folder of `folders` that has the template; empty where none does.
std::string folder_of(const std::vector<std::string>& folders, const std::string& name) {
  const auto has_it = [&](const std::string& each) { return exists(each + "/" + name + "/template.json"); };
  const auto found = std::ranges::find_if(folders, has_it);
  return found == folders.end() ? std::string() : *found + "/" + name;
}

result<std::vector<template_file>> files_in(const std::string& folder) {
  std::vector<template_file> files;
  result<std::vector<tree_entry>> entries = list_tree(folder);
  if (!entries) return std::move(entries).error();
  for (tree_entry& each : *entries) {
    if (each.kind == entry_kind::folder) continue;
    template_file file{.path = each.path, .text = {}, .is_executable = (each.mode & 0111U) != 0};
    file.is_plain = each.kind == entry_kind::file && each.size <= largest_file;
    if (file.is_plain) {
      result<std::string> text = read_below(folder, each.path);
      if (!text) return std::move(text).error();
      file.text = *std::move(text);
    }
    files.push_back(std::move(file));
  }
  return files;
}

/// `<prefix>` of `<prefix>/bin/cicd`.
std::string prefix_of_this_program() {
  return folder_above(folder_above(real_path("/proc/self/exe").value_or("")));
}

/// What `find_package(cicd)` found in a build tree; empty where it took cicd in another way.
std::string package_of_tree(const std::string& build_root) {
  const auto cache = read_file_if_there(build_root + "/CMakeCache.txt");
  if (build_root.empty() || !cache || !*cache) return {};
  for (const std::string& line : split(**cache, '\n'))
    if (line.starts_with("cicd_DIR:")) {
      const std::string found = line.substr(line.find('=') + 1);
      return exists(found + "/cicd-config.cmake") ? found : std::string();
    }
  return {};
}

/// Whether CMake looks in this prefix by itself: the system's, and those whose programs are on PATH.
bool is_searched(const std::string& prefix, const surroundings& around) {
  if (prefix == "/usr" || prefix == "/usr/local") return true;
  return std::ranges::any_of(split(around.get_or("PATH", ""), ':'), [&](const std::string& each) {
    const std::string folder = normal_path(each);
    return folder == prefix + "/bin" || folder == prefix + "/sbin";
  });
}

}  // namespace
}  // namespace engine_found_templates

std::vector<std::string> template_folders(const surroundings& around) {
  std::vector<std::string> folders = split(around.get_or("CICD_TEMPLATE_PATH", ""), ':');
  std::erase(folders, "");
  // A program of a template is started elsewhere.
  std::error_code none;
  for (std::string& each : folders)
    if (!each.starts_with('/')) each = normal_path(std::filesystem::current_path(none).string() + "/" + each);
  return folders;
}

std::vector<std::string> installed_templates() {
  const std::string folder = engine_found_templates::prefix_of_this_program() + "/share/cicd/templates";
  return is_folder(folder) ? std::vector<std::string>{folder} : std::vector<std::string>();
}

template_source templates_in(std::vector<std::string> folders) {
  template_source source;
  source.read = [folders](const std::string& name) -> result<std::optional<std::string>> {
    if (!dns_label::accepts(name)) return std::optional<std::string>();
    for (const std::string& folder : folders)
      if (auto text = read_below_if_there(folder, name + "/template.json"); !text || *text) return text;
    return std::optional<std::string>();
  };
  source.names = [folders] {
    std::vector<std::string> names;
    for (const std::string& folder : folders)
      if (const auto entries = list_tree(
              folder, [](const std::string& below) { return below.find('/') == std::string::npos; }))
        for (const tree_entry& entry : *entries)
          if (entry.path.ends_with("/template.json"))
            names.push_back(entry.path.substr(0, entry.path.find('/')));
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  };
  source.folder = [folders](const std::string& name) {
    return engine_found_templates::folder_of(folders, name);
  };
  source.files = [folders](const std::string& name) -> result<std::vector<template_file>> {
    const std::string folder = engine_found_templates::folder_of(folders, name);
    return folder.empty() ? std::vector<template_file>() : engine_found_templates::files_in(folder);
  };
  return source;
}

std::vector<std::string> words_to_find_package(const std::string& build_root,
                                               const std::vector<std::string>& templates,
                                               const surroundings& around) {
  using namespace engine_found_templates;
  std::string package = package_of_tree(build_root);
  for (const std::string& each : templates)  // a checkout, by add_subdirectory or FetchContent
    if (package.empty() && exists(folder_above(each) + "/cmake/sources/cicd-config.cmake"))
      package = folder_above(each) + "/cmake/sources";
  const std::string prefix = prefix_of_this_program();
  for (const std::string& each :
       {prefix + "/share/cmake/cicd", real_path("/proc/self/exe").value_or("") + "/../package"})
    if (package.empty() && exists(normal_path(each) + "/cicd-config.cmake")) package = normal_path(each);
  const std::string_view below = "/share/cmake/cicd";
  if (package.empty()
      || (package.ends_with(below) && is_searched(package.substr(0, package.size() - below.size()), around)))
    return {};
  return {"-Dcicd_DIR=" + package};
}

}  // namespace cicd
