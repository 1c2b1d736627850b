// Filling a step's folder with its inputs and what KEEP names, and nothing else.
#pragma once

#include <sys/stat.h>

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include <cicd/observe/query_match.hpp>
#include <cicd/run/step_folder.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/place.hpp>

namespace cicd {

namespace run_step_folder {

struct wanted_file {
  std::string from;
  const observed_file* file;
  const file_source* source = nullptr;
};

/// What stands where a file shall be, or where a folder above it shall be: left by the step itself when its
/// inputs were others. Empty when nothing is in the way.
std::string in_the_way(const std::string& folder, const std::string& path) {
  struct stat there {};
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    std::string above = folder + "/" + path.substr(0, slash);
    if (lstat(above.c_str(), &there) == 0 && !S_ISDIR(there.st_mode)) return above;
  }
  std::string to = folder + "/" + path;
  return lstat(to.c_str(), &there) == 0 && S_ISDIR(there.st_mode) ? to : std::string();
}

/// Nothing of the sources is replaced by anything but a file.
status check_way(const std::string& folder, const std::string& path) {
  const std::string other = in_the_way(folder, path);
  if (other.empty()) return {};
  return error{exit_class::step_failed,
               {},
               "what an earlier step made cannot be put over something else among the sources",
               other,
               {{"try", "let the step run in a folder of its own, without IN_SOURCE"}}};
}

status place(const std::string& folder, const std::string& path, const wanted_file& wanted) {
  if (wanted.file->mode != 0120000) return place_copy(folder, path, wanted.from, wanted.file->mode);
  const auto target = link_target(wanted.from);
  if (!target) return error{exit_class::usage, {}, "the link cannot be read", wanted.from, {}};
  return place_link(folder, path, *target);
}

bool is_right(const std::string& to, const wanted_file& wanted, shared_index& index) {
  const result<observed_file> there = index.look_at(to);
  return there && there->content == wanted.file->content && there->mode == wanted.file->mode;
}

/// Removes what an earlier filling put there and the step does not want now; gives the text of the new list.
std::string forget_others(const std::string& folder,
                          const std::map<std::string, wanted_file>& wanted,
                          std::string_view earlier) {
  while (!earlier.empty()) {
    const auto end = earlier.find('\0');
    if (end == std::string_view::npos) break;
    const std::string path(earlier.substr(0, end));
    if (!wanted.contains(path)) (void)remove_tree(folder + "/" + path);
    earlier.remove_prefix(end + 1);
  }
  std::string list;
  for (const auto& [path, file] : wanted) (list += path) += '\0';
  return list;
}

using wanted_files = std::map<std::string, wanted_file>;

std::string maker_of(const file_source& source) {
  return source.by.empty() ? "the sources" : source.by;
}

/// A foreign file is not laid over another, nor another over it.
status check_same(const std::string& path, const wanted_file& before, const wanted_file& now) {
  if (!before.source->is_foreign && !now.source->is_foreign) return {};
  if (before.file->content == now.file->content && before.file->mode == now.file->mode) return {};
  return error{exit_class::usage, {}, "two would give one file to the step's folder", path, {}}
      .with("from", maker_of(*before.source) + " and " + maker_of(*now.source))
      .with("try", "let one of them write it to a folder of its own");
}

/// The files of the sources but of `folder` itself.
result<wanted_files> wanted_in(const std::string& folder, const std::vector<file_source>& sources) {
  wanted_files wanted;
  for (const file_source& source : sources) {
    if (source.folder == folder) continue;
    const std::string start = source.below.empty() ? std::string() : source.below + "/";
    for (const observed_file& file : source.files) {
      const std::string path = start + file.path;
      const wanted_file now{source.folder + "/" + file.path, &file, &source};
      const auto [there, is_new] = wanted.try_emplace(path, now);
      if (is_new) continue;
      if (status same = check_same(path, there->second, now); !same) return std::move(same).error();
      there->second = now;
    }
  }
  return wanted;
}

status place_all(const std::string& folder, const wanted_files& wanted, bool is_source, shared_index& index) {
  for (const auto& [path, file] : wanted) {
    const std::string to = folder + "/" + path;
    if (is_right(to, file, index)) continue;
    if (is_source)
      if (status way = check_way(folder, path); !way) return way;
    if (status placed = place(folder, path, file); !placed) return placed;
  }
  return {};
}

/// What KEEP names, as paths.
class kept_paths {
 public:
  explicit kept_paths(const file_query& named) : excludes_(named.exclude) {
    for (const std::string& pattern : named.patterns) patterns_.emplace_back(pattern);
  }
  bool holds(const std::string& path) const {
    return std::ranges::any_of(patterns_, [&](const auto& one) { return holds(one, path); })
           && !excludes_.hides(path);
  }
  /// Whether something below that folder may be kept.
  bool enters(const std::string& folder) const {
    return std::ranges::any_of(patterns_, [&](const auto& one) {
      const std::string& start = one.literal().empty() ? one.start() : one.literal();
      return is_or_is_below(start, folder)
             || (is_or_is_below(folder, start) && (!one.literal().empty() || one.enters(folder)));
    });
  }

 private:
  static bool is_or_is_below(std::string_view path, std::string_view folder) {
    return folder.empty()
           || (path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/'));
  }
  static bool holds(const observing::prepared_pattern& one, const std::string& path) {
    return one.literal().empty() ? is_or_is_below(path, one.start()) && one.matches(path)
                                 : is_or_is_below(path, one.literal());
  }

  std::vector<observing::prepared_pattern> patterns_;
  observing::prepared_excludes excludes_;
};

/// Removes from a step's folder what is neither wanted nor kept, and wanted files and folders whose rights
/// the step changed.
class pruner {
 public:
  pruner(std::string folder, const wanted_files& wanted, const kept_paths& kept)
      : folder_(std::move(folder)), wanted_(wanted), kept_(kept) {
    for (const auto& [path, file] : wanted)
      for (auto slash = path.rfind('/'); slash != std::string::npos; slash = path.rfind('/', slash - 1))
        if (!above_.insert(path.substr(0, slash)).second) break;
  }

  /// Whether something kept is there.
  result<bool> prune() {
    const auto entries = list_tree(
        folder_, [this](const std::string& path) { return above_.contains(path) || kept_.enters(path); });
    if (!entries) return emptied();
    for (const tree_entry& entry : *entries)
      if (!stays(entry))
        if (status gone = remove_tree(folder_ + "/" + entry.path); !gone) return std::move(gone).error();
    for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry)
      if (entry->kind == entry_kind::folder && !above_.contains(entry->path))
        (void)rmdir((folder_ + "/" + entry->path).c_str());
    return found_kept_;
  }

 private:
  /// The step took the rights to its folder away.
  result<bool> emptied() const {
    const std::string real = real_path(folder_).value_or(folder_);
    if (status gone = remove_tree(real); !gone) return std::move(gone).error();
    if (status made = make_folder(real); !made) return std::move(made).error();
    return false;
  }

  bool stays(const tree_entry& entry) {
    if (entry.kind == entry_kind::folder)
      return above_.contains(entry.path) ? (entry.mode & 0700U) == 0700 : kept_.enters(entry.path);
    if (const auto wanted = wanted_.find(entry.path); wanted != wanted_.end())
      return entry.kind == entry_kind::link
             || entry.mode == (wanted->second.file->mode & 0777U & ~present_umask());
    const bool is_kept = entry.kind != entry_kind::other && kept_.holds(entry.path);
    found_kept_ = found_kept_ || is_kept;
    return is_kept;
  }

  std::string folder_;
  const wanted_files& wanted_;
  const kept_paths& kept_;
  std::set<std::string, std::less<>> above_;  ///< the folders that wanted files lie in
  bool found_kept_ = false;
};

}  // namespace run_step_folder

result<bool> fill_folder(const std::string& folder,
                         const std::vector<file_source>& sources,
                         const file_query& kept,
                         shared_index& index) {
  const result<run_step_folder::wanted_files> wanted = run_step_folder::wanted_in(folder, sources);
  if (!wanted) return wanted.error();
  const run_step_folder::kept_paths names(kept);
  if (status made = make_folder(folder); !made) return std::move(made).error();
  const result<bool> found = run_step_folder::pruner(folder, *wanted, names).prune();
  if (!found) return found;
  if (status placed = run_step_folder::place_all(folder, *wanted, false, index); !placed)
    return std::move(placed).error();
  return found;
}

status fill_source_folder(const std::string& folder,
                          const std::vector<file_source>& sources,
                          const std::string& list_path,
                          shared_index& index) {
  const result<run_step_folder::wanted_files> wanted = run_step_folder::wanted_in(folder, sources);
  if (!wanted) return wanted.error();
  const auto earlier = read_file_if_there(list_path);
  const std::string before = earlier && *earlier ? **earlier : std::string();
  const std::string list = run_step_folder::forget_others(folder, *wanted, before);
  if (list != before)
    if (status kept = write_file(list_path, list, durability::fast); !kept) return kept;
  return run_step_folder::place_all(folder, *wanted, true, index);
}

}  // namespace cicd
