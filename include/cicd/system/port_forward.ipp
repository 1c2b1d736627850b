// Bringing connections from one network to another: a socket belongs to the network that its maker was in.
#pragma once

#include <cicd/system/port_forward.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace system_port_forward {
namespace {

using system_descriptor::descriptor;

error failed(exit_class kind, std::string what, std::string value) {
  return {.kind = kind, .subject = {}, .what = std::move(what), .value = std::move(value), .notes = {}};
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

result<descriptor> listening(std::uint16_t port) {
  descriptor on(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(on.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in at = loopback(port);
  if (::bind(on.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0
      || ::listen(on.number(), SOMAXCONN) != 0)
    return failed(exit_class::usage,
                  fmt::format("nothing can listen on this port of 127.0.0.1: {}", strerrordesc_np(errno)),
                  std::to_string(port));
  return on;
}

std::uint16_t port_of(const descriptor& on) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  ::getsockname(on.number(), reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

/// The user namespace first, in which one may enter the other.
status enter_network_of(int process) {
  for (const char* kind : {"user", "net"}) {
    if (::geteuid() == 0 && std::string_view(kind) == "user") continue;
    const std::string path = fmt::format("/proc/{}/ns/{}", process, kind);
    const descriptor space(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (space.number() < 0 || ::setns(space.number(), 0) != 0)
      return failed(exit_class::conflict,
                    fmt::format("the network of the process cannot be entered: {}", strerrordesc_np(errno)),
                    std::to_string(process));
  }
  return {};
}

/// What came from `from`, to `to`; false: there is no more.
bool passed_on(int from, int to) {
  std::array<char, 64 << 10> buffer;
  const ssize_t count = ::read(from, buffer.data(), buffer.size());
  if (count <= 0) return false;
  for (ssize_t done = 0; done < count;) {
    const ssize_t written = ::write(to, buffer.data() + done, static_cast<std::size_t>(count - done));
    if (written <= 0) return false;
    done += written;
  }
  return true;
}

/// Both ways until both are at their end; half a connection may outlive the other.
void carry(int here, int there) {
  std::array<pollfd, 2> ends{pollfd{here, POLLIN, 0}, pollfd{there, POLLIN, 0}};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (::poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      const int to = i == 0 ? there : here;
      if (passed_on(ends[i].fd, to)) continue;
      ::shutdown(to, SHUT_WR);
      ends[i].fd = -1;
    }
  }
}

/// In a process of its own, which ends with this one.
void serve(int connection, std::uint16_t to) {
  const pid_t parent = ::getpid();
  if (::fork() != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  const int there = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in at = loopback(to);
  if (::connect(there, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) carry(connection, there);
  ::_exit(0);
}

}  // namespace
}  // namespace system_port_forward

status forward_port(int process,
                    std::uint16_t to,
                    std::uint16_t port,
                    const std::function<void(std::uint16_t port)>& say) {
  using namespace system_port_forward;
  const result<descriptor> on = listening(port);
  if (!on) return on.error();
  if (status entered = enter_network_of(process); !entered) return entered;
  ::signal(SIGCHLD, SIG_IGN);
  say(port_of(*on));
  while (true) {
    const int connection = ::accept4(on->number(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0 && errno != EINTR && errno != ECONNABORTED)
      return failed(exit_class::conflict,
                    fmt::format("no connection can be taken: {}", strerrordesc_np(errno)),
                    std::to_string(port));
    if (connection < 0) continue;
    serve(connection, to);
    ::close(connection);
  }
}

/// The kernel's tables: `sl local_address rem_address st …`, the port in hexadecimal behind a colon, 0A for
/// one that listens.
bool listens_in(int process, std::uint16_t port) {
  const std::string wanted = fmt::format(":{:04X}", port);
  for (const char* table : {"tcp", "tcp6"}) {
    const auto text = read_file_if_there(fmt::format("/proc/{}/net/{}", process, table));
    if (!text || !*text) continue;
    for (const std::string& line : split(**text, '\n')) {
      std::vector<std::string> words;
      for (std::string& each : split(line, ' '))
        if (!each.empty()) words.push_back(std::move(each));
      if (words.size() > 3 && words[1].ends_with(wanted) && words[3] == "0A") return true;
    }
  }
  return false;
}

}  // namespace cicd
