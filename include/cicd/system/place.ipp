// Walks from folder to folder by descriptors, so that a link that is swapped in meanwhile leads nowhere.
#pragma once

#include <cicd/system/place.hpp>

#include <atomic>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/system/files_tree.ipp>
#include <cicd/system/files_write.ipp>

namespace cicd {

namespace system_place {
namespace {

using namespace system_files_tree;

error leads_out(const std::string& path) {
  return error{exit_class::corrupt, {}, "this path would lead out of its folder", path, {}};
}

/// The folder `name` in `above`, made where there is none or something else.
descriptor folder_in(const descriptor& above, const std::string& name, const std::string& shown) {
  constexpr int how = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  for (int round = 0; round < 8; ++round) {
    descriptor folder(openat(above.number(), name.c_str(), how));
    if (folder) return folder;
    if ((errno == ENOTDIR || errno == ELOOP) && !remove_entry(above.number(), name, shown)) break;
    if (mkdirat(above.number(), name.c_str(), 0777) != 0 && errno != EEXIST) break;
  }
  return {};
}

/// Where something is to be placed.
struct spot {
  descriptor folder;
  std::string name;
};

result<std::vector<std::string>> parts_of(const std::string& path) {
  std::vector<std::string> parts = split(path, '/');
  if (parts.empty()) return leads_out(path);
  for (const std::string& part : parts)
    if (part.empty() || part == "." || part == "..") return leads_out(path);
  return parts;
}

result<spot> spot_of(const std::string& root, const std::string& path) {
  result<std::vector<std::string>> of = parts_of(path);
  if (!of) return std::move(of).error();
  std::vector<std::string>& parts = *of;
  spot found{descriptor(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), std::move(parts.back())};
  parts.pop_back();
  if (!found.folder) return save_error("the folder cannot be opened", root, errno);
  for (const std::string& part : parts) {
    found.folder = folder_in(found.folder, part, root + "/" + path);
    if (!found.folder) return save_error("a folder cannot be made", root + "/" + path, errno);
  }
  return found;
}

/// A name that no process else has: not in this process, nor in another that has our number in its container.
std::string temporary_name() {
  static std::atomic<unsigned> count{0};
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return fmt::format(".cicd-{}-{}-{}.part", getpid(), ++count, now.tv_nsec);
}

/// Gives what was made under `temporary` its name.
status named(const spot& at, const std::string& temporary, const std::string& shown) {
  for (int round = 0; round < 2; ++round) {
    if (renameat(at.folder.number(), temporary.c_str(), at.folder.number(), at.name.c_str()) == 0) return {};
    if (errno != EISDIR && errno != ENOTEMPTY && errno != EEXIST) break;
    if (status gone = remove_entry(at.folder.number(), at.name, shown); !gone) return gone;
  }
  const int problem = errno;
  unlinkat(at.folder.number(), temporary.c_str(), 0);
  return save_error("it cannot be placed", shown, problem);
}

/// A new file under `temporary`, filled by `fill`, which gives the errno of its descriptor. The errno, or 0.
template <typename Fill>
int made_file(const spot& at, const std::string& temporary, unsigned mode, Fill fill) {
  descriptor to(openat(at.folder.number(), temporary.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0777U));
  if (!to) return errno;
  int problem = fill(to.number());
  if (!to.close() && problem == 0) problem = errno;
  return problem;
}

/// The errno, or 0.
int written(int file, std::string_view text, durability how) {
  const int problem = system_files_write::write_all(file, text);
  if (problem != 0 || how != durability::durable) return problem;
  return fsync(file) != 0 && errno != EINVAL ? errno : 0;
}

int synced(const spot& at) {
  const descriptor folder(openat(at.folder.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return errno;
  return fsync(folder.number()) != 0 && errno != EINVAL ? errno : 0;
}

}  // namespace
}  // namespace system_place

status place_copy(const std::string& root,
                  const std::string& path,
                  const std::string& from,
                  unsigned mode,
                  const copy_check& check) {
  using namespace system_place;
  const descriptor source(open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!source) return file_error(exit_class::usage, "the file cannot be read", from, errno);
  const result<spot> at = spot_of(root, path);
  if (!at) return at.error();
  const std::string shown = root + "/" + path, temporary = temporary_name();
  const int problem =
      made_file(*at, temporary, mode, [&](int to) { return copy_content(source.number(), to); });
  const std::string copy = fmt::format("/proc/self/fd/{}/{}", at->folder.number(), temporary);
  if (problem == 0 && (!check || check(copy))) return named(*at, temporary, shown);
  unlinkat(at->folder.number(), temporary.c_str(), 0);
  if (problem != 0) return save_error("the file cannot be copied from '" + from + "'", shown, problem);
  return error{exit_class::corrupt, {}, "the file is not what it should be", from, {}};
}

status place_link(const std::string& root, const std::string& path, const std::string& target) {
  using namespace system_place;
  const result<spot> at = spot_of(root, path);
  if (!at) return at.error();
  const std::string temporary = temporary_name();
  if (symlinkat(target.c_str(), at->folder.number(), temporary.c_str()) != 0)
    return save_error("the link cannot be made", root + "/" + path, errno);
  return named(*at, temporary, root + "/" + path);
}

status place_text(const std::string& root, const std::string& path, std::string_view text, durability how) {
  using namespace system_place;
  const result<spot> at = spot_of(root, path);
  if (!at) return at.error();
  const std::string shown = root + "/" + path, temporary = temporary_name();
  if (const int problem = made_file(*at, temporary, 0644, [&](int to) { return written(to, text, how); })) {
    unlinkat(at->folder.number(), temporary.c_str(), 0);
    return save_error("the file cannot be written", shown, problem);
  }
  if (status placed = named(*at, temporary, shown); !placed) return placed;
  const int problem = how == durability::durable ? synced(*at) : 0;
  return problem == 0 ? status{}
                      : status(save_error("the folder of the file cannot be synced to disk", shown, problem));
}

status append_below(const std::string& root, const std::string& path, std::string_view bytes) {
  using namespace system_place;
  const result<spot> at = spot_of(root, path);
  if (!at) return at.error();
  const std::string shown = root + "/" + path;
  constexpr int how = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const descriptor file(openat(at->folder.number(), at->name.c_str(), how, 0644));
  struct stat entry {};
  if (!file || fstat(file.number(), &entry) != 0)
    return save_error("the file cannot be opened for appending", shown, errno);
  if (!S_ISREG(entry.st_mode))
    return save_error("it is not a plain file, and is not appended to", shown, EINVAL);
  const int problem = written(file.number(), bytes, durability::durable);
  return problem == 0 ? status{} : status(save_error("the file cannot be appended to", shown, problem));
}

status remove_below(const std::string& root, const std::string& path) {
  using namespace system_place;
  const result<std::vector<std::string>> parts = parts_of(path);
  if (!parts) return parts.error();
  descriptor folder(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t at = 0; folder && at + 1 < parts->size(); ++at)
    folder = descriptor(
        openat(folder.number(), (*parts)[at].c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const std::string shown = root + "/" + path;
  if (folder) return remove_entry(folder.number(), parts->back(), shown);
  return errno == ENOENT ? status{} : status(save_error("it cannot be removed", shown, errno));
}

unsigned present_umask() {
  // Asking umask(2) would change it for a moment, under other threads: proc(5) has it, too.
  static const unsigned mask = [] {
    const auto status = read_file_if_there("/proc/self/status");
    const std::size_t at = status && *status ? (*status)->find("\nUmask:\t") : std::string::npos;
    return at == std::string::npos
               ? 022U
               : static_cast<unsigned>(std::strtoul((*status)->c_str() + at + 8, nullptr, 8));
  }();
  return mask;
}

}  // namespace cicd
