#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>

#include <cicd/run/folder.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace run_folder {

struct wanted_file {
  std::string from;
  const observed_file* file;
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

status make_way(const std::string& folder, const std::string& path, bool is_source) {
  const std::string other = in_the_way(folder, path);
  if (other.empty()) return {};
  if (!is_source) return remove_tree(other);
  return error{exit_class::step_failed,
               {},
               "what an earlier step made cannot be put over something else among the sources",
               other,
               {{"try", "let the step run in a folder of its own, without IN_SOURCE"}}};
}

status place(const std::string& to, const wanted_file& wanted) {
  if (status made = make_folder(to.substr(0, to.rfind('/'))); !made) return made;
  if (status copied = copy_entry(wanted.from, to); !copied) return copied;
  if (wanted.file->mode != 0120000) {
    (void)chmod(to.c_str(), wanted.file->mode & 0777U);
    (void)utimensat(AT_FDCWD, to.c_str(), nullptr, 0);
  }
  return {};
}

bool is_right(const std::string& to, const wanted_file& wanted, shared_index& index) {
  const result<observed_file> there = index.look_at(to);
  return there && there->content == wanted.file->content && there->mode == wanted.file->mode;
}

/// Removes what an earlier filling put there and nobody wants now; gives the text of the new list.
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

}  // namespace run_folder

status fill_folder(const std::string& folder,
                   const std::vector<file_source>& sources,
                   const std::string& list_path,
                   shared_index& index) {
  std::map<std::string, run_folder::wanted_file> wanted;
  const bool is_source =
      std::ranges::any_of(sources, [&](const file_source& source) { return source.folder == folder; });
  for (const file_source& source : sources)
    if (source.folder != folder)
      for (const observed_file& file : source.files)
        wanted[file.path] = {source.folder + "/" + file.path, &file};
  if (status made = make_folder(folder); !made) return made;
  const auto earlier = read_file_if_there(list_path);
  const std::string before = earlier && *earlier ? **earlier : std::string();
  const std::string list = run_folder::forget_others(folder, wanted, before);
  if (list != before)
    if (status kept = write_file(list_path, list, durability::fast); !kept) return kept;
  for (const auto& [path, file] : wanted) {
    const std::string to = folder + "/" + path;
    if (run_folder::is_right(to, file, index)) continue;
    if (status way = run_folder::make_way(folder, path, is_source); !way) return way;
    if (status placed = run_folder::place(to, file); !placed) return placed;
  }
  return {};
}

}  // namespace cicd
