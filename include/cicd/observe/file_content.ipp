// Four system calls for a small file: open, read, fstat, close.
#pragma once

#include <cicd/observe/file_content.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

namespace cicd::observing {

namespace observe_file_content {
namespace {

// A file of the expected size needs no second read to see its end: had it grown meanwhile, its stamp would
// tell.
result<digest> content_of(int file, std::uint64_t size) {
  constexpr std::size_t most = 256 << 10;
  thread_local const std::unique_ptr<char[]> buffer(new char[most]);
  thread_local sha256_stream sum;
  for (std::uint64_t done = 0;;) {
    const auto got = ::read(file, buffer.get(), most);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int why = errno;
      sum.finish();
      return failure("file cannot be read", {}, why);
    }
    sum.update({buffer.get(), static_cast<std::size_t>(got)});
    done += static_cast<std::uint64_t>(got);
    if (got == 0 || done == size) return sum.finish();
  }
}

result<maybe_seen> target_of(int folder, const char* name) {
  std::string target(4096, '\0');
  const auto size = ::readlinkat(folder, name, target.data(), target.size());
  struct stat after {};
  if (size < 0 && (errno == ENOENT || errno == EINVAL)) return maybe_seen();
  if (size < 0) return failure("link cannot be read", {}, errno);
  if (::fstatat(folder, name, &after, AT_SYMLINK_NOFOLLOW) != 0) return maybe_seen();
  return maybe_seen(
      {sha256(std::string_view(target).substr(0, static_cast<std::size_t>(size))), stamp_of(after)});
}

}  // namespace
}  // namespace observe_file_content

result<maybe_seen> content_at(int folder, const char* name, const stamp& expected) {
  if (S_ISLNK(expected.mode)) return observe_file_content::target_of(folder, name);
  const descriptor file(::openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ELOOP || errno == ENXIO)) return maybe_seen();
  if (!file) return failure("file cannot be read", {}, errno);
  struct stat after {};
  const auto content = observe_file_content::content_of(file.get(), expected.size);
  if (!content) return content.error();
  if (::fstat(file.get(), &after) != 0) return failure("file cannot be looked at", {}, errno);
  return maybe_seen({*content, stamp_of(after)});
}

}  // namespace cicd::observing
