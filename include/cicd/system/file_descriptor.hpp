// One open file descriptor and who closes it. Private to this room; it does not know what the descriptor is
// for.
#pragma once

#include <unistd.h>

#include <utility>

namespace cicd::system_descriptor {

/// Owns a descriptor; -1 is none.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = other.release();
    }
    return *this;
  }
  ~descriptor() { close(); }

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  /// Whether closing succeeded; a late write error (a network file system, a quota) shows here.
  bool close() { return number_ < 0 || ::close(release()) == 0; }

 private:
  int number_ = -1;
};

}  // namespace cicd::system_descriptor
