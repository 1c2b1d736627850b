// Reading large files in pieces.
#pragma once

#include <cicd/image/file_bytes.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_file_bytes {
namespace {

constexpr std::size_t piece = 256U << 10U;

std::int64_t nanoseconds(const timespec& when) {
  return std::int64_t{when.tv_sec} * 1'000'000'000 + when.tv_nsec;
}

file_stamp stamp_of(const struct stat& found) {
  return {.device = found.st_dev,
          .inode = found.st_ino,
          .size = static_cast<std::uint64_t>(found.st_size),
          .modified = nanoseconds(found.st_mtim),
          .changed = nanoseconds(found.st_ctim),
          .user = found.st_uid,
          .group = found.st_gid};
}

std::optional<file_stamp> stamp_of_file(int descriptor) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  return stamp_of(found);
}

/// How many bytes `read` gave in all.
result<std::uint64_t> read_to_end(int descriptor,
                                  std::uint64_t expected,
                                  const std::string& path,
                                  const byte_sink& take,
                                  const cancellation* cancelled) {
  const std::size_t room = std::min<std::uint64_t>(piece, expected + 1);
  const auto buffer = std::make_unique_for_overwrite<char[]>(room);
  std::uint64_t total = 0;
  while (true) {
    if (cancelled != nullptr && cancelled->cancelled()) return image_cancelled();
    const ssize_t got = ::read(descriptor, buffer.get(), room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return image_system_error(exit_class::usage, "cannot read", path);
    if (got == 0) return total;
    total += static_cast<std::uint64_t>(got);
    if (auto taken = take({buffer.get(), static_cast<std::size_t>(got)}); !taken) return taken.error();
  }
}

}  // namespace
}  // namespace image_file_bytes

std::string file_stamp::text() const {
  return fmt::format("{} {} {} {} {}", device, inode, size, modified, changed);
}

std::optional<file_stamp> stamp_at(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return std::nullopt;
  return image_file_bytes::stamp_of(found);
}

std::int64_t file_time_now() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return image_file_bytes::nanoseconds(now);
}

open_file& open_file::operator=(open_file&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

open_file::~open_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int open_file::release() {
  return std::exchange(descriptor_, -1);
}

result<file_stamp> stream_file(const std::string& path,
                               const byte_sink& take,
                               const cancellation* cancelled) {
  const open_file file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) return image_system_error(exit_class::usage, "cannot read", path);
  const auto before = image_file_bytes::stamp_of_file(file.get());
  if (!before) return image_error(exit_class::usage, "not a plain file", path);
  auto total = image_file_bytes::read_to_end(file.get(), before->size, path, take, cancelled);
  if (!total) return std::move(total).error();
  const auto after = image_file_bytes::stamp_of_file(file.get());
  if (*total != before->size || after != before)
    return image_error(exit_class::usage, "the file changed while it was read", path);
  return *before;
}

result<stamped_digest> digest_of_file(const std::string& path, const cancellation* cancelled) {
  sha256_stream content;
  const auto take = [&](std::string_view bytes) {
    content.update(bytes);
    return status{};
  };
  auto stamp = stream_file(path, take, cancelled);
  if (!stamp) return std::move(stamp).error();
  return stamped_digest{.content = content.finish(), .stamp = *stamp};
}

status write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return image_system_error(exit_class::cannot_save, "cannot write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace cicd
