// Walks from folder to folder by descriptors, so that a link that is swapped in meanwhile leads nowhere.
#pragma once

#include <cicd/system/place.hpp>

#include <atomic>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/system/files_tree.ipp>

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

result<spot> spot_of(const std::string& root, const std::string& path) {
  std::vector<std::string> parts = split(path, '/');
  if (parts.empty()) return leads_out(path);
  for (const std::string& part : parts)
    if (part.empty() || part == "." || part == "..") return leads_out(path);
  spot found{descriptor(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), std::move(parts.back())};
  parts.pop_back();
  if (!found.folder) return save_error("the folder cannot be opened", root, errno);
  for (const std::string& part : parts) {
    found.folder = folder_in(found.folder, part, root + "/" + path);
    if (!found.folder) return save_error("a folder cannot be made", root + "/" + path, errno);
  }
  return found;
}

/// A name that nobody else has: not in this process, nor in another that has our number in its container.
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

/// The errno, or 0.
int copied(int from, const spot& at, const std::string& temporary, unsigned mode) {
  descriptor to(openat(at.folder.number(), temporary.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0777U));
  if (!to) return errno;
  int problem = copy_content(from, to.number());
  if (!to.close() && problem == 0) problem = errno;
  return problem;
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
  const int problem = copied(source.number(), *at, temporary, mode);
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
