// Lists and reads.
#pragma once

#include <cicd/engine/adopt/repository.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/system/files.hpp>

namespace cicd::source_files {

namespace engine_adopt_repository {
namespace {

constexpr std::size_t most_files = 50'000;
constexpr std::uint64_t largest_file = 1'000'000;
constexpr int deepest = 8;

/// Folders that hold what a tool fetched or made.
bool is_looked_into(const std::string& folder) {
  constexpr std::string_view made[] = {"node_modules", "vendor", "target",   "build",      "dist",
                                       "out",          "venv",   "testdata", "__pycache__"};
  const std::string_view name = name_of(folder);
  return !name.starts_with('.') && std::ranges::find(made, name) == std::ranges::end(made)
         && std::ranges::count(folder, '/') < deepest;
}

}  // namespace
}  // namespace engine_adopt_repository

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}
std::string folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::string(slash == path.npos ? std::string_view() : path.substr(0, slash));
}
std::string path_in(std::string_view folder, std::string_view file) {
  return folder.empty() ? std::string(file) : fmt::format("{}/{}", folder, file);
}
bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() || (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

result<repository> repository::open(const std::string& root) {
  using namespace engine_adopt_repository;
  repository made;
  made.root_ = root;
  result<std::vector<tree_entry>> entries = list_tree(root, is_looked_into);
  if (!entries) return std::move(entries).error();
  for (const tree_entry& each : *entries)
    if (each.kind == entry_kind::file || each.kind == entry_kind::link) made.files_.push_back(each.path);
  if (made.files_.size() > most_files)
    return error{exit_class::usage, "adopt", "the folder has too many files", root, {}}
        .with("allowed", fmt::format("at most {}", most_files))
        .with("try", "cicd adopt --sources <the folder of one service>");
  return made;
}

bool repository::has(const std::string& path) const {
  if (!path.ends_with('/')) return std::ranges::binary_search(files_, path);
  const auto first = std::ranges::lower_bound(files_, path);
  return first != files_.end() && first->starts_with(path);
}

std::optional<std::string> repository::text(const std::string& path) {
  if (!has(path)) return std::nullopt;
  result<std::optional<std::string>> read =
      read_below_if_there(root_, path, {.limit = engine_adopt_repository::largest_file});
  if (!read) return unread.push_back({path, read.error().what, {}}), std::nullopt;
  if (!*read) return std::nullopt;
  if ((*read)->starts_with("\xff\xfe") || (*read)->starts_with("\xfe\xff"))
    return unread.push_back({path, "it is UTF-16", "iconv -f UTF-16 -t UTF-8"}), std::nullopt;
  if ((*read)->starts_with("\xef\xbb\xbf")) (*read)->erase(0, 3);
  return *std::move(read);
}

const file_facts& repository::facts(const std::string& path) {
  const auto known = facts_.find(path);
  if (known != facts_.end()) return known->second;
  const std::optional<std::string> read = text(path);
  return facts_.emplace(path, read ? facts_of(path, *read) : file_facts{.path = path}).first->second;
}

}  // namespace cicd::source_files
