#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <map>

#include <cicd/run/folder.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace run_folder {

struct wanted_file {
  std::string from;
  const observed_file* file;
};

status place(const std::string& to, const wanted_file& wanted) {
  if (is_folder(to))
    if (status removed = remove_tree(to); !removed) return removed;
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
std::string forget_others(const std::string& folder, const std::map<std::string, wanted_file>& wanted, std::string_view earlier) {
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

status fill_folder(const std::string& folder, const std::vector<file_source>& sources, const std::string& list_path, shared_index& index) {
  std::map<std::string, run_folder::wanted_file> wanted;
  for (const file_source& source : sources)
    if (source.folder != folder)
      for (const observed_file& file : source.files) wanted[file.path] = {source.folder + "/" + file.path, &file};
  if (status made = make_folder(folder); !made) return made;
  const auto earlier = read_file_if_there(list_path);
  const std::string before = earlier && *earlier ? **earlier : std::string();
  const std::string list = run_folder::forget_others(folder, wanted, before);
  if (list != before)
    if (status kept = write_file(list_path, list, durability::fast); !kept) return kept;
  for (const auto& [path, file] : wanted) {
    const std::string to = folder + "/" + path;
    if (run_folder::is_right(to, file, index)) continue;
    if (status placed = run_folder::place(to, file); !placed) return placed;
  }
  return {};
}

}  // namespace cicd
