// Finding a step's folder in a text and putting the source folder in its place.
#pragma once

#include <cicd/report/paths.hpp>

#include <algorithm>
#include <cctype>
#include <vector>

namespace cicd {

namespace report_paths {
namespace {

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

/// Whether `folder` stands at `at` as a whole path, not as the start or the end of a longer name.
bool stands_at(std::string_view text, std::size_t at, std::string_view folder) {
  if (folder.empty() || text.compare(at, folder.size(), folder) != 0) return false;
  if (at > 0 && is_name_character(text[at - 1])) return false;
  const std::size_t end = at + folder.size();
  return end == text.size() || text[end] == '/' || !is_name_character(text[end]);
}

/// Where the path that begins at the front may end, the longest first: names can hold spaces, and messages
/// put signs after a path.
std::vector<std::size_t> possible_ends(std::string_view rest) {
  const std::size_t last = std::min(rest.find_first_of("\n\r\t\"'<>|*?:,;()[]"), rest.size());
  std::vector<std::size_t> ends{last};
  for (std::size_t at = last; at-- > 1 && ends.size() < 8;)
    if (rest[at] == ' ' || (rest[at] == '.' && (at + 1 == last || rest[at + 1] == ' '))) ends.push_back(at);
  return ends;
}

bool is_in_sources(std::string_view rest,
                   const std::string& source,
                   const std::function<bool(const std::string&)>& exists) {
  if (!exists) return true;
  const auto ends = possible_ends(rest);
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::size_t end) { return exists(source + std::string(rest.substr(0, end))); });
}

/// The longest of `folders`, which are absolute, that stands at `at`. A run may have ten thousand: what the
/// text begins with is the last that is not after it, or begins with what the two have in common.
const std::pair<const std::string, std::string>* folder_at(
    std::string_view text, std::size_t at, const std::map<std::string, std::string>& folders) {
  constexpr std::size_t longest_path = 4096;
  if (text[at] != '/') return nullptr;
  std::string_view rest = text.substr(at, longest_path);
  while (!rest.empty()) {
    auto found = folders.upper_bound(std::string(rest));
    if (found == folders.begin()) return nullptr;
    --found;
    const std::string& folder = found->first;
    if (stands_at(text, at, folder)) return &*found;
    const auto differs = std::mismatch(rest.begin(), rest.end(), folder.begin(), folder.end()).first;
    const auto same = static_cast<std::size_t>(differs - rest.begin());
    if (same == 0) return nullptr;
    rest = rest.substr(0, same == folder.size() ? same - 1 : same);
  }
  return nullptr;
}

std::string with_links(std::string_view text, const readable_paths& paths) {
  std::string changed;
  for (std::size_t at = 0; at < text.size();) {
    const auto* best = folder_at(text, at, paths.links);
    changed += best == nullptr ? std::string(1, text[at]) : best->second;
    at += best == nullptr ? 1 : best->first.size();
  }
  return changed;
}

std::string with_sources(std::string_view text, const readable_paths& paths) {
  std::string changed;
  for (std::size_t at = 0; at < text.size();) {
    const auto* best = folder_at(text, at, paths.source_folders);
    if (best && is_in_sources(text.substr(at + best->first.size()), best->second, paths.exists)) {
      changed.append(best->second);
      at += best->first.size();
    } else {
      changed.push_back(text[at++]);
    }
  }
  return changed;
}

}  // namespace
}  // namespace report_paths

std::string readable_paths::in(std::string_view text) const {
  std::string changed = report_paths::with_sources(report_paths::with_links(text, *this), *this);
  if (here.empty()) return changed;
  std::string shown;
  for (std::size_t at = 0; at < changed.size();) {
    const bool below =
        report_paths::stands_at(changed, at, here) && changed.compare(at + here.size(), 1, "/") == 0;
    // `file:///…` stays absolute.
    if (below && !(at > 0 && changed[at - 1] == '/'))
      at += here.size() + 1;
    else
      shown.push_back(changed[at++]);
  }
  return shown;
}

}  // namespace cicd
