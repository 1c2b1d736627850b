// What stat(2) says of a file as one value, and when it can be trusted; with the few things that every part
// of this room shares: its errors and an owned descriptor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <cicd/base/error.hpp>
#include <cicd/observe/index_format.hpp>

struct stat;

namespace cicd::observing {

/// A usage error of this room: what is wrong with which path or pattern.
error failure(std::string what, std::string value);
/// The same with the system's words for `number` below it.
error failure(std::string what, std::string value, int number);

stamp stamp_of(const struct stat& now);
/// `path` as lstat(2) sees it now; nothing when it is not there.
std::optional<stamp> stamp_at(const std::string& path);
/// The kernel's own stamp for a file that would be written now, in nanoseconds.
std::int64_t file_clock();
/// Whether `of`, taken no earlier than `moment`, can never again belong to other content: it is older than
/// one tick of the file system's clock, with two seconds for file systems that count whole seconds, and a
/// minute where a server sets the times.
bool is_settled(const stamp& of, std::int64_t moment, bool remote);

/// A descriptor that is closed with its owner.
class descriptor {
 public:
  explicit descriptor(int number = -1) : number_(number) {}
  ~descriptor();
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

}  // namespace cicd::observing
