// Blocking sockets with a time limit, and the choice of a port.
#pragma once

#include <cicd/system/tcp_exchange.hpp>

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>

#include <cicd/system/clock.hpp>
#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/lock_table.hpp>

namespace cicd {

namespace system_tcp_exchange {
namespace {

using system_descriptor::descriptor;

error failed(const std::string& host, int port, std::string what) {
  return {.kind = exit_class::remote,
          .subject = {},
          .what = std::move(what),
          .value = host + ":" + std::to_string(port),
          .notes = {}};
}

/// Whether the descriptor is ready for `events` before the deadline.
bool is_ready(const descriptor& of, short events, std::chrono::milliseconds deadline) {
  const auto left = (deadline - system_clock_port().elapsed()).count();
  pollfd waiting{of.number(), events, 0};
  return left > 0 && poll(&waiting, 1, static_cast<int>(left)) > 0;
}

/// Connected, or why not.
result<descriptor> connected(const std::string& host, int port, std::chrono::milliseconds deadline) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  const int problem = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (problem != 0) return failed(host, port, gai_strerror(problem));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, &freeaddrinfo);
  int why = 0;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    descriptor made(socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made) return failed(host, port, strerrordesc_np(errno));
    if (connect(made.number(), each->ai_addr, each->ai_addrlen) == 0) return made;
    why = errno;
    if (why == EINPROGRESS && is_ready(made, POLLOUT, deadline)) {
      socklen_t size = sizeof why;
      getsockopt(made.number(), SOL_SOCKET, SO_ERROR, &why, &size);
      if (why == 0) return made;
    }
  }
  return failed(host, port, why == EINPROGRESS ? "no answer" : strerrordesc_np(why));
}

bool is_free(int port) {
  const descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_ANY);
  return made && bind(made.number(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

/// Below those that the system gives by itself, to programs that ask for any.
std::pair<int, int> range_of_ports() {
  constexpr int least = 20'000, most = 60'000;
  int first = 32'768, last = 60'999;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first >> last;
  if (first - least >= 1'000) return {least, std::min(first, most) - 1};
  if (last + 1'000 <= 65'535) return {last + 1, 65'535};
  return {least, most};
}

}  // namespace
}  // namespace system_tcp_exchange

result<std::string> tcp_exchange(const std::string& host,
                                 int port,
                                 std::string_view question,
                                 std::chrono::milliseconds limit,
                                 const std::function<bool(std::string_view answer)>& is_enough) {
  using namespace system_tcp_exchange;
  const auto deadline = system_clock_port().elapsed() + limit;
  const result<descriptor> to = connected(host, port, deadline);
  if (!to) return to.error();
  while (!question.empty()) {
    const ssize_t count = send(to->number(), question.data(), question.size(), MSG_NOSIGNAL);
    if (count > 0)
      question.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EAGAIN || !is_ready(*to, POLLOUT, deadline))
      return failed(host, port, "the connection was closed");
  }
  std::string answer;
  std::array<char, 4096> buffer;
  while (!is_enough(answer) && answer.size() < 64U * 1024 && is_ready(*to, POLLIN, deadline)) {
    const ssize_t count = recv(to->number(), buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (answer.empty()) return failed(host, port, "it accepts connections and answers nothing");
  return answer;
}

result<reserved_port> reserved_port::take(const std::string& locks, const std::string& holder) {
  using namespace system_tcp_exchange;
  const auto [first, last] = range_of_ports();
  const int count = last - first + 1;
  std::random_device chance;
  int at = static_cast<int>(chance() % static_cast<unsigned>(count));
  lock_table table(locks);
  for (int tried = 0; tried < count; ++tried, at = (at + 1) % count) {
    const int port = first + at;
    if (!is_free(port)) continue;
    result<std::optional<lock_table::held>> lock = table.try_take("port " + std::to_string(port), holder);
    if (!lock) return std::move(lock).error();
    if (*lock) return reserved_port(port, std::make_shared<lock_table::held>(**std::move(lock)));
  }
  return error{exit_class::cannot_save, {}, "no port is left for a service", {}, {}};
}

}  // namespace cicd
