// flock(2) on a file that is never deleted: deleting it would let two hold "the" lock on two files of one
// name.
#pragma once

#include <cicd/system/files.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/file_error.hpp>

namespace cicd {

namespace system_files_lock {
namespace {

/// Only information: a lock whose holder could not be written is a lock all the same.
void name_holder(int lock, const std::string& holder) {
  const bool written = ftruncate(lock, 0) == 0 && pwrite(lock, holder.data(), holder.size(), 0) >= 0;
  static_cast<void>(written);
}

std::string text_in(int lock) {
  std::string text(1024, '\0');
  const ssize_t length = pread(lock, text.data(), text.size(), 0);
  text.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return text;
}

}  // namespace
}  // namespace system_files_lock

file_lock::file_lock(int descriptor, std::string left_by)
    : descriptor_(descriptor), left_by_(std::move(left_by)) {}

file_lock::file_lock(file_lock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), left_by_(std::move(other.left_by_)) {}

file_lock& file_lock::operator=(file_lock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(left_by_, other.left_by_);
  return *this;
}

file_lock::~file_lock() {
  if (descriptor_ < 0) return;
  system_files_lock::name_holder(descriptor_, {});
  close(descriptor_);
}

result<std::optional<file_lock>> file_lock::try_take(const std::string& path, const std::string& holder) {
  using system_files::save_error;
  if (status folder = make_folder(system_files::folder_of(path)); !folder) return std::move(folder).error();
  constexpr int how = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  system_descriptor::descriptor file(open(path.c_str(), how, 0644));
  if (!file) return save_error("the lock file cannot be opened", path, errno);
  while (flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::optional<file_lock>();
    if (errno != EINTR) return save_error("the lock cannot be taken", path, errno);
  }
  std::string left_by = system_files_lock::text_in(file.number());
  system_files_lock::name_holder(file.number(), holder);
  return std::optional(file_lock(file.release(), std::move(left_by)));
}

std::string file_lock::holder_of(const std::string& path) {
  return read_file(path).value_or("");
}

}  // namespace cicd
