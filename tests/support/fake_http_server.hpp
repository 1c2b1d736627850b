// An HTTP server for tests that answers what it is told, well or ill, on a Unix socket or on loopback. Each
// connection has a thread; the script is called under a lock.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <cicd/system/http.hpp>

namespace cicd::test {

struct fake_request {
  std::string method, target, head, body;
  int connection = 0;  ///< which one, counted from 1
  int number = 0;      ///< of all requests, counted from 1
};

struct fake_reply {
  std::string bytes;
  enum class then { keep, close, reset, hang } after = then::keep;
};

inline std::string http_text(int status, const std::string& body, const std::string& headers = {}) {
  std::string text = "HTTP/1.1 ";
  text += std::to_string(status) + " Words\r\n" + headers;
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return text;
}
inline fake_reply answer(int status, const std::string& body, const std::string& headers = {}) {
  return {http_text(status, body, headers)};
}

/// How the bytes of a connection go; `fake_tls.hpp` has another.
struct channel {
  explicit channel(int on) : connection(on) {}
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;
  virtual ~channel() { close(connection); }
  virtual ssize_t receive(char* to, std::size_t most) { return recv(connection, to, most, 0); }
  virtual ssize_t give(const char* from, std::size_t count) {
    return send(connection, from, count, MSG_NOSIGNAL);
  }
  const int connection;
};

class fake_http_server {
 public:
  using opener = std::function<std::unique_ptr<channel>(int connection)>;
  using script = std::function<fake_reply(const fake_request&)>;
  enum class family { unix_socket, loopback };

  explicit fake_http_server(script say,
                            family on = family::unix_socket,
                            opener open = std::make_unique<channel, int>)
      : say_(std::move(say)), open_(std::move(open)) {
    on == family::unix_socket ? listen_on_socket() : listen_on_loopback();
    listen(listening_, 64);
    accepting_ = std::thread([this] { accept_all(); });
  }
  fake_http_server(const fake_http_server&) = delete;
  fake_http_server& operator=(const fake_http_server&) = delete;
  ~fake_http_server() {
    eventfd_write(stop_, 1);
    accepting_.join();
    for (std::thread& each : serving_) each.join();
    close(listening_);
    close(stop_);
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  http_address where() const { return where_; }
  /// All requests so far, `METHOD target`.
  std::vector<std::string> asked() const {
    const std::lock_guard held(guard_);
    return asked_;
  }
  int connections() const {
    const std::lock_guard held(guard_);
    return connections_;
  }
  /// How many of the connections are closed again.
  int closed() const { return closed_; }
  /// Most requests that were being answered at one time.
  int most_at_once() const {
    const std::lock_guard held(guard_);
    return most_at_once_;
  }

 private:
  void listen_on_socket() {
    std::string name = std::filesystem::temp_directory_path() / "fake-http-XXXXXX";
    folder_ = mkdtemp(name.data());
    where_.socket = folder_ + "/s";
    listening_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, where_.socket.c_str(), where_.socket.size() + 1);
    bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }

  void listen_on_loopback() {
    listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listening_, reinterpret_cast<const sockaddr*>(&address), size);
    getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    where_ = {{}, "127.0.0.1", ntohs(address.sin_port)};
  }

  bool readable(int descriptor) const {
    pollfd waiting[2]{{descriptor, POLLIN, 0}, {stop_, POLLIN, 0}};
    poll(waiting, 2, -1);
    return waiting[1].revents == 0;
  }

  void accept_all() {
    while (readable(listening_)) {
      const int connection = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      const std::lock_guard held(guard_);
      serving_.emplace_back([this, connection, number = ++connections_] { serve(connection, number); });
    }
  }

  void serve(int connection, int number) {
    converse(*open_(connection), number);
    ++closed_;
  }

  void converse(channel& with, int number) {
    std::string bytes;
    while (readable(with.connection)) {
      char buffer[65536];
      const ssize_t count = with.receive(buffer, sizeof buffer);
      if (count <= 0) break;
      bytes.append(buffer, static_cast<std::size_t>(count));
      fake_request request;
      if (take(bytes, request)) {
        request.connection = number;
        if (!reply(with, request)) break;
      }
    }
  }

  static bool take(std::string& bytes, fake_request& request) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) return false;
    request.head = bytes.substr(0, end);
    const std::size_t named = request.head.find("Content-Length: ");
    const std::size_t length = named == std::string::npos ? 0 : std::stoul(request.head.substr(named + 16));
    if (bytes.size() < end + 4 + length) return false;
    request.body = bytes.substr(end + 4, length);
    bytes.erase(0, end + 4 + length);
    const std::size_t first = request.head.find(' '), second = request.head.find(' ', first + 1);
    request.method = request.head.substr(0, first);
    request.target = request.head.substr(first + 1, second - first - 1);
    return true;
  }

  bool reply(channel& with, fake_request& request) {
    {
      const std::lock_guard held(guard_);
      asked_.push_back(request.method + " " + request.target);
      request.number = static_cast<int>(asked_.size());
      most_at_once_ = std::max(most_at_once_, ++at_once_);
    }
    const fake_reply what = [&] {
      const std::lock_guard held(saying_);
      return say_(request);
    }();
    send_all(with, what.bytes);
    {
      const std::lock_guard held(guard_);
      --at_once_;
    }
    if (what.after == fake_reply::then::hang) readable(-1);
    if (what.after == fake_reply::then::reset) {
      const linger at_once{1, 0};
      setsockopt(with.connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return what.after == fake_reply::then::keep;
  }

  static void send_all(channel& to, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = to.give(bytes.data(), bytes.size());
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  const script say_;
  const opener open_;
  http_address where_;
  std::string folder_;
  int listening_ = -1;
  int stop_ = eventfd(0, EFD_CLOEXEC);
  mutable std::mutex guard_;
  std::mutex saying_;
  std::vector<std::string> asked_;
  int connections_ = 0;
  std::atomic<int> closed_{0};
  int at_once_ = 0, most_at_once_ = 0;
  std::thread accepting_;
  std::vector<std::thread> serving_;
};

}  // namespace cicd::test
