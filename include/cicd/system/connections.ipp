// One thread, poll, and a pair of sockets for each connection.
#pragma once

#include <cicd/system/connections.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace cicd::system_connections {

using system_descriptor::descriptor;

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

/// One direction of a connection: what was read and is not written yet.
struct half {
  std::array<char, 16384> bytes;
  std::size_t from = 0, to = 0;
  bool is_at_end = false;

  bool is_empty() const { return from == to; }
  /// Reads where there is room; false where the connection is broken.
  bool take(int source) {
    if (is_at_end || !is_empty()) return true;
    const ssize_t count = read(source, bytes.data(), bytes.size());
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    from = 0;
    to = static_cast<std::size_t>(count);
    is_at_end = count == 0;
    return true;
  }
  bool give(int sink) {
    while (!is_empty()) {
      const ssize_t count = send(sink, bytes.data() + from, to - from, MSG_NOSIGNAL);
      if (count < 0) return errno == EAGAIN || errno == EINTR;
      from += static_cast<std::size_t>(count);
    }
    if (is_at_end) shutdown(sink, SHUT_WR);
    return true;
  }
};

struct connection {
  descriptor here, there;
  half in{}, out{};
  bool is_over() const { return in.is_at_end && out.is_at_end && in.is_empty() && out.is_empty(); }
  bool pass_on() {
    return in.take(here.number()) && in.give(there.number()) && out.take(there.number())
           && out.give(here.number());
  }
};

std::optional<connection> connected(descriptor here, std::uint16_t to) {
  connection made{std::move(here), descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  const sockaddr_in at = loopback(to);
  if (connect(made.there.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
    return std::nullopt;
  fcntl(made.there.number(), F_SETFL, O_NONBLOCK);
  return made;
}

pollfd interest(const descriptor& of, const half& read_into, const half& written_from) {
  short events = 0;
  if (!read_into.is_at_end && read_into.is_empty()) events |= POLLIN;
  if (!written_from.is_empty()) events |= POLLOUT;
  // What nothing is expected of would be reported at once where it was closed.
  return {events == 0 ? -1 : of.number(), events, 0};
}

}  // namespace

descriptor listening_on(std::uint16_t port) {
  descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_in at = loopback(port);
  const int yes = 1;
  setsockopt(made.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(made.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0
      && listen(made.number(), SOMAXCONN) == 0)
    return made;
  const int problem = errno;
  made.close();
  errno = problem;
  return made;
}

status enter_network_of(int process) {
  // The user namespace first, in which one may enter the other.
  for (const std::string_view kind : {"user", "net"}) {
    if (geteuid() == 0 && kind == "user") continue;
    const descriptor space(open(fmt::format("/proc/{}/ns/{}", process, kind).c_str(), O_RDONLY | O_CLOEXEC));
    if (!space || setns(space.number(), 0) != 0)
      return error{exit_class::conflict,
                   {},
                   fmt::format("the network of the process cannot be entered: {}", strerrordesc_np(errno)),
                   std::to_string(process),
                   {}};
  }
  return {};
}

void pass_on(const descriptor& at, std::uint16_t to, const descriptor& ended) {
  std::list<connection> all;
  bool is_short = false;  // of what an open connection needs
  while (true) {
    // Where no more files can be open, who waits to be accepted would be there again at once.
    std::vector<pollfd> waiting{{ended.number(), POLLIN, 0},
                                {at.number(), static_cast<short>(is_short ? 0 : POLLIN), 0}};
    for (const connection& each : all) {
      waiting.push_back(interest(each.here, each.in, each.out));
      waiting.push_back(interest(each.there, each.out, each.in));
    }
    if (poll(waiting.data(), waiting.size(), is_short ? 100 : -1) < 0 && errno != EINTR) return;
    if (waiting[0].revents != 0) return;
    all.remove_if([](connection& each) { return !each.pass_on() || each.is_over(); });
    is_short = false;
    if (waiting[1].revents == 0) continue;
    descriptor here(accept4(at.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    is_short = !here && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
    if (here)
      if (auto made = connected(std::move(here), to)) all.push_back(*std::move(made));
  }
}

}  // namespace cicd::system_connections
