// One question to a server that listens on a port, and what it answers. It does not know what is asked.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <cicd/base/error.hpp>

namespace cicd {

/// Connects, sends `question` and reads until `is_enough` says so, the server closes, or `limit` has passed
/// without more; blocks the calling thread. Class `remote` where no server listens or nothing was answered.
result<std::string> tcp_exchange(const std::string& host,
                                 int port,
                                 std::string_view question,
                                 std::chrono::milliseconds limit,
                                 const std::function<bool(std::string_view answer)>& is_enough);

/// A port of the loopback address that no server listens on now, in no range that the system takes ports from
/// by itself, and that no other driver of this user has reserved: as long as the object lives, or its copies.
class reserved_port {
 public:
  /// `locks` is the file that holds the reservations. Class `cannot_save` where there is none left.
  static result<reserved_port> take(const std::string& locks, const std::string& holder);
  int number() const { return number_; }

 private:
  explicit reserved_port(int number, std::shared_ptr<void> lock) : number_(number), lock_(std::move(lock)) {}
  int number_;
  std::shared_ptr<void> lock_;
};

}  // namespace cicd
