#include "server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "routes.hpp"

namespace @@name_snake@@ {
namespace {

constexpr std::size_t longest_request = 16 * 1024;
constexpr int most_connections = 64;

class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {
    if (number_ < 0) throw std::system_error(errno, std::generic_category());
  }
  descriptor(descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  ~descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

descriptor listening_on(int port) {
  descriptor made(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1, off = 0;
  setsockopt(made.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(made.number(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_any;
  address.sin6_port = htons(static_cast<std::uint16_t>(port));
  if (bind(made.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
      || listen(made.number(), 128) != 0)
    throw std::system_error(errno, std::generic_category(), "port " + std::to_string(port));
  return made;
}

descriptor ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return descriptor(signalfd(-1, &signals, SFD_CLOEXEC));
}

/// What a client sends up to the empty line; it has five seconds for each part.
std::string head_of_request(int connection) {
  const timeval limit{5, 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  std::string head;
  char part[2048];
  while (head.find("\r\n\r\n") == head.npos && head.size() < longest_request) {
    const ssize_t size = recv(connection, part, sizeof part, 0);
    if (size <= 0) break;
    head.append(part, static_cast<std::size_t>(size));
  }
  return head;
}

void answer(int connection) {
  const std::string head = head_of_request(connection);
  const std::string_view line = std::string_view(head).substr(0, head.find("\r\n"));
  const std::size_t first = line.find(' '), second = line.find(' ', first + 1);
  std::string bytes = second == line.npos
                          ? bytes_of({400, "text/plain; charset=utf-8", "this is no HTTP\n"})
                          : bytes_of(answer_to(line.substr(0, first), line.substr(first + 1, second - first - 1)));
  if (line.starts_with("HEAD ")) bytes.resize(bytes.find("\r\n\r\n") + 4);
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t size = send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) break;
    sent += static_cast<std::size_t>(size);
  }
}

}  // namespace

void serve(int port) {
  const descriptor listener = listening_on(port), signals = ending_signals();
  std::atomic<int> running = 0;
  pollfd waiting[] = {{listener.number(), POLLIN, 0}, {signals.number(), POLLIN, 0}};
  while (waiting[1].revents == 0) {
    for (int now = running; now >= most_connections; now = running) running.wait(now);
    if (poll(waiting, 2, -1) < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category());
    if (waiting[0].revents == 0) continue;
    const int connection = accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    ++running;
    std::thread([connection, &running] {
      answer(connection);
      close(connection);
      --running;
      running.notify_all();
    }).detach();
  }
  for (int now = running; now > 0; now = running) running.wait(now);
}

}  // namespace @@name_snake@@
