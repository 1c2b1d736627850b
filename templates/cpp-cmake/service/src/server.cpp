#include "server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "routes.hpp"

namespace @@name_snake@@ {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t longest_request = 16 * 1024;
constexpr int most_connections = 64;
/// For a request and its answer as a whole, however slow the client is; `grace` is what is left of it after
/// TERM.
constexpr std::chrono::seconds longest_connection{10}, grace{5};

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

/// One client, until its time is over. All that waits for it ends then.
class connection {
 public:
  connection(descriptor client, int signals) : client_(std::move(client)), signals_(signals) {}

  /// What it sends next, at most `size` bytes; 0 at its end, and where its time is over.
  std::size_t receive(char* into, std::size_t size) {
    return going(POLLIN, [&] { return recv(client_.number(), into, size, MSG_DONTWAIT); });
  }
  void send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t sent = going(POLLOUT, [&] {
        return send(client_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      });
      if (sent == 0) return;
      bytes.remove_prefix(sent);
    }
  }

 private:
  template <typename Call>
  std::size_t going(short event, Call call) {
    while (is_ready(event)) {
      const ssize_t size = call();
      if (size >= 0) return static_cast<std::size_t>(size);
      if (errno != EAGAIN && errno != EINTR) return 0;
    }
    return 0;
  }

  bool is_ready(short event) {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - steady_clock::now()).count();
      if (left <= 0) return false;
      pollfd waiting[] = {{client_.number(), event, 0}, {signals_, POLLIN, 0}};
      if (poll(waiting, 2, static_cast<int>(left)) < 0 && errno != EINTR) return false;
      if (waiting[1].revents != 0) {
        end_ = std::min(end_, steady_clock::now() + grace);
        signals_ = -1;  // poll leaves it out
      }
      if (waiting[0].revents != 0) return true;
    }
  }

  descriptor client_;
  int signals_;
  steady_clock::time_point end_ = steady_clock::now() + longest_connection;
};

/// What a client sends up to the empty line.
std::string head_of_request(connection& client) {
  std::string head;
  char part[2048];
  while (head.find("\r\n\r\n") == head.npos && head.size() < longest_request) {
    const std::size_t size = client.receive(part, sizeof part);
    if (size == 0) break;
    head.append(part, size);
  }
  return head;
}

void answer(connection client) {
  const std::string head = head_of_request(client);
  const std::string_view line = std::string_view(head).substr(0, head.find("\r\n"));
  const std::size_t first = line.find(' '), second = line.find(' ', first + 1);
  std::string bytes =
      second == line.npos
          ? bytes_of({400, "text/plain; charset=utf-8", "this is no HTTP\n"})
          : bytes_of(answer_to(line.substr(0, first), line.substr(first + 1, second - first - 1)));
  if (line.starts_with("HEAD ")) bytes.resize(bytes.find("\r\n\r\n") + 4);
  client.send_all(bytes);
}

/// Answers one client after the other until the listener is shut down.
void answer_all(int listener, int signals) {
  while (true) {
    const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0)
      answer(connection(descriptor(client), signals));
    else if (errno == EINVAL)
      return;
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

/// Threads that answer, which its end waits for: each of them is done when its connection is.
class workers {
 public:
  workers(int listener, int signals) : listener_(listener) {
    try {
      while (threads_.size() < most_connections) threads_.emplace_back(answer_all, listener, signals);
    } catch (const std::system_error&) {
      if (threads_.empty()) throw;  // else those that there are do
    }
  }
  workers(const workers&) = delete;
  ~workers() {
    shutdown(listener_, SHUT_RDWR);
    for (std::thread& one : threads_) one.join();
  }

 private:
  int listener_;
  std::vector<std::thread> threads_;
};

}  // namespace

void serve(int port) {
  const descriptor listener = listening_on(port), signals = ending_signals();
  const workers answering(listener.number(), signals.number());
  pollfd ending{signals.number(), POLLIN, 0};
  while (ending.revents == 0)
    if (poll(&ending, 1, -1) < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category());
}

}  // namespace @@name_snake@@
