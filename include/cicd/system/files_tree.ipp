// Whole trees: listing, removing, copying entries. Links are entries here; none is ever followed.
#pragma once

#include <cicd/system/files.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/file_error.hpp>

namespace cicd {

namespace system_files_tree {
namespace {

using system_descriptor::descriptor;
using system_files::file_error;
using system_files::save_error;

constexpr int folder_only = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// The names in an open folder, or the errno. Takes the descriptor over.
result<std::vector<std::string>> names_in(descriptor folder, const std::string& path) {
  const int duplicate = folder.release();
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(duplicate),
                                                    [](DIR* open) { return closedir(open); });
  if (entries == nullptr) return file_error(exit_class::usage, "the folder cannot be read", path, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(entries.get())) {
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
      names.emplace_back(entry->d_name);
    errno = 0;
  }
  if (errno != 0) return file_error(exit_class::usage, "the folder cannot be read", path, errno);
  return names;
}

entry_kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return entry_kind::file;
  if (S_ISDIR(mode)) return entry_kind::folder;
  return S_ISLNK(mode) ? entry_kind::link : entry_kind::other;
}

/// Where a link in the folder points; `size` is what lstat said and may be wrong.
std::optional<std::string> link_target(int folder, const char* name, std::size_t size) {
  for (std::string target(size + 1, '\0');; target.resize(target.size() * 2)) {
    const ssize_t count = readlinkat(folder, name, target.data(), target.size());
    if (count < 0) return std::nullopt;
    if (static_cast<std::size_t>(count) == target.size()) continue;
    target.resize(static_cast<std::size_t>(count));
    return target;
  }
}

/// Walks a tree by descriptors, so that a folder that is swapped for a link meanwhile leads nowhere. What is
/// removed meanwhile is not there.
class lister {
 public:
  lister(const std::string& root, const std::function<bool(const std::string&)>& enter)
      : root_(root), enter_(enter) {}

  result<std::vector<tree_entry>> list() && {
    descriptor folder(open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return file_error(exit_class::usage, "the folder cannot be read", root_, errno);
    if (status walked = walk(folder, {}); !walked) return std::move(walked).error();
    std::sort(found_.begin(), found_.end(),
              [](const auto& left, const auto& right) { return left.path < right.path; });
    return std::move(found_);
  }

 private:
  status walk(const descriptor& folder, const std::string& relative) {
    auto names = names_in(descriptor(fcntl(folder.number(), F_DUPFD_CLOEXEC, 0)), root_ + "/" + relative);
    if (!names) return std::move(names).error();
    for (const std::string& name : *names) {
      if (status added = add(folder, name, relative.empty() ? name : relative + "/" + name); !added)
        return added;
    }
    return {};
  }

  status add(const descriptor& folder, const std::string& name, std::string path) {
    struct stat status_of {};
    if (fstatat(folder.number(), name.c_str(), &status_of, AT_SYMLINK_NOFOLLOW) != 0) {
      return errno == ENOENT ? status{} : failure(path);
    }
    tree_entry entry{
        .path = path, .kind = kind_of(status_of.st_mode), .mode = status_of.st_mode & 07777U, .link = {}};
    if (entry.kind == entry_kind::file) entry.size = static_cast<std::uint64_t>(status_of.st_size);
    if (entry.kind == entry_kind::link) {
      auto target = link_target(folder.number(), name.c_str(), static_cast<std::size_t>(status_of.st_size));
      if (!target) return errno == ENOENT ? status{} : failure(path);
      entry.link = std::move(*target);
    }
    const bool down = entry.kind == entry_kind::folder && (!enter_ || enter_(path));
    found_.push_back(std::move(entry));
    if (!down) return {};
    const descriptor below(openat(folder.number(), name.c_str(), folder_only));
    if (below) return walk(below, path);
    if (errno != ENOENT) return failure(path);
    found_.pop_back();
    return {};
  }

  status failure(const std::string& path) const {
    return file_error(exit_class::usage, "it cannot be read", root_ + "/" + path, errno);
  }

  const std::string& root_;
  const std::function<bool(const std::string&)>& enter_;
  std::vector<tree_entry> found_;
};

/// Gives us the right to change a folder, by way of a descriptor that cannot be a link.
void open_up(int parent, const char* name) {
  const descriptor folder(openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const std::string handle = "/proc/self/fd/" + std::to_string(folder.number());
  if (folder) chmod(handle.c_str(), 0700);
}

status remove_entry(int parent, const std::string& name, const std::string& path);

status remove_content(int parent, const std::string& name, const std::string& path) {
  descriptor folder(openat(parent, name.c_str(), folder_only));
  if (!folder && errno == EACCES) {
    open_up(parent, name.c_str());
    folder = descriptor(openat(parent, name.c_str(), folder_only));
  }
  if (!folder) return save_error("the folder cannot be removed", path, errno);
  auto names = names_in(descriptor(fcntl(folder.number(), F_DUPFD_CLOEXEC, 0)), path);
  if (!names) return std::move(names).error();
  const bool locked = !names->empty() && faccessat(parent, name.c_str(), W_OK | X_OK, AT_EACCESS) != 0;
  if (locked) open_up(parent, name.c_str());
  for (const std::string& each : *names) {
    if (status removed = remove_entry(folder.number(), each, path + "/" + each); !removed) return removed;
  }
  return {};
}

status remove_entry(int parent, const std::string& name, const std::string& path) {
  if (unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return {};
  const int problem = errno;
  struct stat entry {};
  const bool folder =
      fstatat(parent, name.c_str(), &entry, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(entry.st_mode);
  if (!folder) return save_error("it cannot be removed", path, problem);
  if (status emptied = remove_content(parent, name, path); !emptied) return emptied;
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
  return save_error("the folder cannot be removed", path, errno);
}

/// Copies all from where both stand: shared blocks, then inside the kernel, then by hand what neither could.
/// The errno, or 0.
int copy_content(int from, int to) {
  if (ioctl(to, FICLONE, from) == 0) return 0;
  constexpr std::size_t at_once = 1U << 30U;
  while (copy_file_range(from, nullptr, to, nullptr, at_once, 0) > 0) {
  }
  std::array<char, 128U << 10U> buffer;
  while (true) {
    const ssize_t count = read(from, buffer.data(), buffer.size());
    if (count <= 0) return count < 0 ? errno : 0;
    for (ssize_t done = 0; done < count;) {
      const ssize_t written = write(to, buffer.data() + done, static_cast<std::size_t>(count - done));
      if (written < 0) return errno;
      done += written;
    }
  }
}

status copy_link(const std::string& from, const std::string& to, std::size_t size) {
  const auto target = link_target(AT_FDCWD, from.c_str(), size);
  if (!target) return file_error(exit_class::usage, "the link cannot be read", from, errno);
  if (symlink(target->c_str(), to.c_str()) == 0) return {};
  return save_error("the link cannot be made", to, errno);
}

status copy_file(const std::string& from, const std::string& to, mode_t mode) {
  const descriptor source(open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!source) return file_error(exit_class::usage, "the file cannot be read", from, errno);
  descriptor target(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!target) return save_error("the file cannot be made", to, errno);
  int problem = copy_content(source.number(), target.number());
  if (problem == 0 && fchmod(target.number(), mode & 07777U) != 0) problem = errno;
  if (!target.close() && problem == 0) problem = errno;
  if (problem == 0) return {};
  unlink(to.c_str());
  return save_error("the file cannot be copied from '" + from + "'", to, problem);
}

}  // namespace
}  // namespace system_files_tree

result<std::vector<tree_entry>> list_tree(const std::string& root,
                                          const std::function<bool(const std::string& relative)>& enter) {
  return system_files_tree::lister(root, enter).list();
}

std::optional<std::string> link_target(const std::string& path) {
  return system_files_tree::link_target(AT_FDCWD, path.c_str(), 256);
}

status remove_tree(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/');
  if (end == path.npos) return system_files::save_error("it is never removed", path, EPERM);
  return system_files_tree::remove_entry(AT_FDCWD, path.substr(0, end + 1), path);
}

status copy_entry(const std::string& from, const std::string& to) {
  using namespace system_files_tree;
  struct stat entry {};
  if (lstat(from.c_str(), &entry) != 0)
    return file_error(exit_class::usage, "it cannot be copied", from, errno);
  if (!S_ISREG(entry.st_mode) && !S_ISLNK(entry.st_mode)) {
    return file_error(exit_class::usage, "only files and links can be copied", from, EINVAL);
  }
  if (unlink(to.c_str()) != 0 && errno != ENOENT) return save_error("it cannot be replaced", to, errno);
  if (status folder = make_folder(system_files::folder_of(to)); !folder) return folder;
  if (S_ISLNK(entry.st_mode)) return copy_link(from, to, static_cast<std::size_t>(entry.st_size));
  return copy_file(from, to, entry.st_mode);
}

}  // namespace cicd
