// The socket that listens is made before the network of the program is entered, and stays in ours.
#pragma once

#include <cicd/system/contained.hpp>

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>

#include <cicd/system/connections.hpp>
#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/pidfd.hpp>

extern char** environ;

namespace cicd {

namespace system_contained {
namespace {

using system_descriptor::descriptor;

constexpr std::string_view word = "--run-contained";

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

int run(const std::vector<std::string>& program,
        const std::string& id_file,
        std::uint16_t port,
        std::uint16_t inner_port) {
  signal(SIGTERM, SIG_IGN);  // the program is told so as well
  signal(SIGPIPE, SIG_IGN);
  const descriptor at = system_connections::listening_on(port);
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
    if (const status entered = system_connections::enter_network_of(inner))
      system_connections::pass_on(at, inner_port, ended);
    else
      std::fprintf(stderr, "%s\n", entered.error().what.c_str());
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
  const auto number = [](const std::string& text) {
    return static_cast<std::uint16_t>(std::atoi(text.c_str()));
  };
  _exit(
      system_contained::run({words.begin() + 5, words.end()}, words[2], number(words[3]), number(words[4])));
}

}  // namespace cicd
