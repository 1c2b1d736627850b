// One thread, poll, and a pair of sockets for each connection. The socket that listens was made before the
// change of the network, and stays in ours.
#pragma once

#include <cicd/system/contained.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <list>
#include <optional>
#include <utility>

#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/pidfd.hpp>

extern char** environ;

namespace cicd {

namespace system_contained {
namespace {

using system_descriptor::descriptor;

constexpr std::string_view word = "--run-contained";

sockaddr_in loopback(int port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

descriptor listening_on(int port) {
  descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_in at = loopback(port);
  const int yes = 1;
  setsockopt(made.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(made.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0
      || listen(made.number(), 128) != 0)
    made.close();
  return made;
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

std::optional<connection> accepted(const descriptor& at, int inner_port) {
  connection made{descriptor(accept4(at.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)),
                  descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  const sockaddr_in to = loopback(inner_port);
  if (!made.here || connect(made.there.number(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return std::nullopt;
  fcntl(made.there.number(), F_SETFL, O_NONBLOCK);
  return made;
}

pollfd interest(const descriptor& of, const half& read_into, const half& written_from) {
  short events = 0;
  if (!read_into.is_at_end && read_into.is_empty()) events |= POLLIN;
  if (!written_from.is_empty()) events |= POLLOUT;
  return {of.number(), events, 0};
}

/// Until the program has ended.
void serve(const descriptor& program, const descriptor& at, int inner_port) {
  std::list<connection> all;
  while (true) {
    std::vector<pollfd> waiting{{program.number(), POLLIN, 0}, {at.number(), POLLIN, 0}};
    for (const connection& each : all) {
      waiting.push_back(interest(each.here, each.in, each.out));
      waiting.push_back(interest(each.there, each.out, each.in));
    }
    if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
    if (waiting[0].revents != 0) return;
    all.remove_if([](connection& each) { return !each.pass_on() || each.is_over(); });
    if (waiting[1].revents != 0)
      if (auto made = accepted(at, inner_port)) all.push_back(*std::move(made));
  }
}

/// The process in the other network, once the program has written its id.
int id_in(const std::string& file, const descriptor& program) {
  for (pollfd ended{program.number(), POLLIN, 0}; poll(&ended, 1, 5) == 0;) {
    int id = 0;
    if (std::ifstream(file) >> id && id > 0) return id;
  }
  return 0;
}

int status_of(int process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run(const std::vector<std::string>& program, const std::string& id_file, int port, int inner_port) {
  signal(SIGTERM, SIG_IGN);  // the program is told so as well
  signal(SIGPIPE, SIG_IGN);
  const descriptor at = listening_on(port);
  if (!at) return std::fprintf(stderr, "port %d cannot be had: %s\n", port, std::strerror(errno)), 1;
  std::vector<char*> words;
  for (const std::string& each : program) words.push_back(const_cast<char*>(each.c_str()));
  words.push_back(nullptr);
  posix_spawnattr_t attributes;
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  int process = -1;
  const int problem = posix_spawnp(&process, words[0], nullptr, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  if (problem != 0) return std::fprintf(stderr, "%s: %s\n", words[0], std::strerror(problem)), 127;
  const descriptor ended = system_pidfd::open_process(process);
  if (const int inner = id_in(id_file, ended); inner > 0) {
    const descriptor network(
        open(("/proc/" + std::to_string(inner) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC));
    if (network && setns(network.number(), CLONE_NEWNET) == 0)
      serve(ended, at, inner_port);
    else
      std::fprintf(stderr, "the network of the container cannot be entered: %s\n", std::strerror(errno));
  }
  return status_of(process);
}

}  // namespace
}  // namespace system_contained

std::vector<std::string> words_of_contained(const std::vector<std::string>& program,
                                            const std::string& id_file,
                                            int port,
                                            int inner_port) {
  std::vector<std::string> words{"/proc/self/exe", std::string(system_contained::word), id_file,
                                 std::to_string(port), std::to_string(inner_port)};
  words.insert(words.end(), program.begin(), program.end());
  return words;
}

void contain_where_asked(const std::vector<std::string>& words) {
  if (words.size() < 6 || words[1] != system_contained::word) return;
  const auto number = [](const std::string& text) { return std::atoi(text.c_str()); };
  _exit(
      system_contained::run({words.begin() + 5, words.end()}, words[2], number(words[3]), number(words[4])));
}

}  // namespace cicd
