// Declarations for tests, written as in a CMakeLists.txt: one call a line, words apart by spaces, quotes
// around what has spaces.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/model.hpp>

namespace cicd::tests {

inline std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const bool quoted = text[at] == '"';
    const auto end = std::min(text.find(quoted ? '"' : ' ', at + (quoted ? 1 : 0)), text.size());
    words.emplace_back(text.substr(at + (quoted ? 1 : 0), end - at - (quoted ? 1 : 0)));
    at = end + 1;
  }
  return words;
}

/// Calls in `/src/CMakeLists.txt`, as CMake would have recorded them.
inline recorded_calls written(std::string_view lines) {
  recorded_calls made{
      .tree = {.source_root = "/src", .build_root = "/build", .target_prefix = {}, .template_path = {}},
      .calls = {}};
  std::map<std::string, int> counts;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const auto open = line.find('('), close = line.rfind(')');
    if (open == line.npos) continue;
    const std::string function(line.substr(line.find_first_not_of(' '), open - line.find_first_not_of(' ')));
    made.calls.push_back(
        {.where = {.list_file = "/src/CMakeLists.txt", .function = function, .which = ++counts[function]},
         .directory = "/src",
         .arguments = words_in(line.substr(open + 1, close - open - 1))});
  }
  return made;
}

inline std::filesystem::path source_root() {
  return CICD_SOURCE_ROOT;
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Templates by name and text.
inline template_source templates(std::map<std::string, std::string> texts) {
  return {.read = [texts](const std::string& name) -> std::optional<std::string> {
            const auto found = texts.find(name);
            if (found == texts.end()) return std::nullopt;
            return found->second;
          },
          .names =
              [texts] {
                std::vector<std::string> names;
                for (const auto& each : texts) names.push_back(each.first);
                return names;
              }};
}

/// The templates that cicd brings, with their skeletons.
inline template_source own_templates() {
  namespace fs = std::filesystem;
  const fs::path root = source_root() / "templates";
  std::map<std::string, std::string> texts;
  for (const auto& each : fs::directory_iterator(root))
    texts[each.path().filename()] = file_text(each.path() / "template.json");
  template_source made = templates(std::move(texts));
  made.files = [root](const std::string& name) -> result<std::vector<template_file>> {
    std::vector<template_file> files;
    for (const auto& each : fs::recursive_directory_iterator(root / name))
      if (!each.is_directory() || each.is_symlink())
        files.push_back(
            {each.path().lexically_relative(root / name), each.is_symlink() ? "" : file_text(each.path()),
             (each.status().permissions() & fs::perms::owner_exec) != fs::perms::none, !each.is_symlink()});
    return files;
  };
  return made;
}

inline model_or_errors model_from(std::string_view lines, const template_source& from = own_templates()) {
  return model_of(written(lines), from);
}

/// All errors as a person reads them.
inline std::string errors_of(std::string_view lines, const template_source& from = own_templates()) {
  std::string all;
  for (const error& each : model_from(lines, from).errors) all += text_of(each);
  return all;
}

}  // namespace cicd::tests
