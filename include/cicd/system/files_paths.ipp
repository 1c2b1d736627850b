// Paths as text, and with links resolved.
#pragma once

#include <cicd/system/files.hpp>

#include <climits>
#include <cstdlib>

namespace cicd {

std::string normal_path(std::string_view path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    const bool goes_up = part == "..";
    if (part.empty() || part == ".") continue;
    if (goes_up && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!goes_up || !absolute) {
      parts.push_back(part);
    }
  }
  std::string normal = absolute ? "/" : "";
  for (const std::string_view part : parts) {
    if (!normal.empty() && normal.back() != '/') normal += '/';
    normal += part;
  }
  return normal.empty() ? "." : normal;
}

std::string path_below(std::string_view path, std::string_view folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
  const std::size_t start = folder == "/" ? 1 : folder.size() + 1;
  const bool below = path.size() > start && path.starts_with(folder) && path[start - 1] == '/';
  return std::string(below ? path.substr(start) : path);
}

std::optional<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> resolved(realpath(path.c_str(), nullptr), &std::free);
  return resolved == nullptr ? std::nullopt : std::optional<std::string>(resolved.get());
}

}  // namespace cicd
