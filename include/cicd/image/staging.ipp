// Files and folders that are being made.
#pragma once

#include <cicd/image/staging.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_staging {
namespace {

open_file created(std::string& path, entry_kind kind) {
  if (kind == entry_kind::file) return open_file(::mkostemp(path.data(), O_CLOEXEC));
  if (::mkdtemp(path.data()) == nullptr) return open_file();
  return open_file(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

/// A sweeper may have been faster between creating and locking.
bool is_still(const std::string& path, int descriptor) {
  struct stat named {
  }, held{};
  return ::lstat(path.c_str(), &named) == 0 && ::fstat(descriptor, &held) == 0 && named.st_ino == held.st_ino;
}

}  // namespace
}  // namespace image_staging

result<unfinished> unfinished::make(const std::string& place, entry_kind kind) {
  if (auto made = make_folder(place); !made) return made.error();
  while (true) {
    std::string path = place + "/XXXXXX";
    open_file held = image_staging::created(path, kind);
    const bool was_swept = held.get() < 0 && errno == ENOENT && ::access(place.c_str(), F_OK) == 0;
    if (was_swept) continue;
    if (held.get() < 0) return image_system_error(exit_class::cannot_save, "cannot make a file in", place);
    if (::flock(held.get(), LOCK_EX) != 0)
      return image_system_error(exit_class::cannot_save, "cannot lock", path);
    if (!image_staging::is_still(path, held.get())) continue;
    if (kind == entry_kind::file) ::fchmod(held.get(), 0644);
    return unfinished(std::move(path), std::move(held));
  }
}

void unfinished::sweep(const std::string& place, const std::function<void(const std::string& path)>& before) {
  std::error_code failed;
  for (const auto& left : std::filesystem::directory_iterator(place, failed)) {
    const std::string path = left.path().string();
    const open_file held(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (held.get() < 0 || ::flock(held.get(), LOCK_EX | LOCK_NB) != 0) continue;
    if (before) before(path);
    (void)remove_tree(path);
  }
}

unfinished::~unfinished() {
  if (!path_.empty()) (void)remove_tree(path_);
}

status unfinished::commit(const std::string& to) {
  if (auto renamed = rename_over(path_, to); !renamed) return renamed;
  path_.clear();
  return {};
}

}  // namespace cicd
