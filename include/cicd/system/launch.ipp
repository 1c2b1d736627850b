// Starts processes by posix_spawn: it costs the same however much memory we hold, where fork does not.
#pragma once

#include <cicd/system/launch.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>
#include <unordered_set>
#include <vector>

#include <cicd/base/text.hpp>

namespace cicd::system_launch {

namespace {

/// Held while a process is started too, so that the thread that finds a new child of ours finds it
/// registered.
struct started_register {
  std::mutex guard;
  std::unordered_set<int> ids;
};
started_register& all_started() {
  static started_register one;
  return one;
}

/// posix_spawn's attributes and file actions, freed together.
class spawn_settings {
 public:
  spawn_settings() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;
  ~spawn_settings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  void set_streams(const standard_streams& streams) {
    if (streams.in < 0) {
      posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    } else {
      posix_spawn_file_actions_adddup2(&actions_, streams.in, 0);
    }
    posix_spawn_file_actions_adddup2(&actions_, streams.out, 1);
    posix_spawn_file_actions_adddup2(&actions_, streams.err, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
  }
  void set_directory(const std::string& directory) {
    if (!directory.empty()) posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
  }
  void set_clean_signals() {
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  int spawn(const std::string& program, char* const* words, char* const* environment, int& id) const {
    return posix_spawn(&id, program.c_str(), &actions_, &attributes_, words, environment);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

/// The words as exec wants them: a null at the end. `first`, unless empty, precedes them and replaces its
/// namesake.
std::vector<char*> pointers(const std::vector<std::string>& words, const std::string& first = {}) {
  std::vector<char*> to;
  to.reserve(words.size() + 2);
  const std::string_view name = std::string_view(first).substr(0, first.find('=') + 1);
  if (!first.empty()) to.push_back(const_cast<char*>(first.c_str()));
  for (const std::string& word : words) {
    if (first.empty() || !word.starts_with(name)) to.push_back(const_cast<char*>(word.c_str()));
  }
  to.push_back(nullptr);
  return to;
}

started not_started(int number, std::string text) {
  return {-1, {ending::how::not_started, number, std::move(text)}};
}

/// What stands after `#!` in a script's first line, or nothing.
std::string interpreter_of(const std::string& program) {
  std::ifstream file(program);
  std::string line;
  std::getline(file, line);
  if (!line.starts_with("#!")) return {};
  const std::string_view words = trimmed(std::string_view(line).substr(2));
  return std::string(words.substr(0, words.find_first_of(" \t\r")));
}

bool is_directory(const std::string& path) {
  struct stat entry {};
  return stat(path.c_str(), &entry) == 0 && S_ISDIR(entry.st_mode);
}

/// exec's errno alone does not tell which of the files is missing.
started explained(int number, const command& what, const std::string& program) {
  const std::string quoted = "'" + program + "'";
  if (!what.directory.empty() && !is_directory(what.directory)) {
    return not_started(ENOTDIR, "the working folder does not exist: '" + what.directory + "'");
  }
  if (number == ENOENT) {
    const std::string interpreter = interpreter_of(program);
    if (interpreter.empty()) return not_started(number, "no such program: " + quoted);
    return not_started(number, "the interpreter of " + quoted + " does not exist: '" + interpreter + "'");
  }
  if (is_directory(program)) return not_started(EACCES, "a folder cannot be executed: " + quoted);
  if (number == EACCES) return not_started(number, "not executable (chmod +x?): " + quoted);
  if (number == ENOEXEC) {
    return not_started(number, "neither a program for this machine nor a script with '#!': " + quoted);
  }
  if (number == EMFILE || number == ENFILE)
    return not_started(number, "too many files are open (ulimit -n): " + quoted);
  if (number == E2BIG)
    return not_started(number, "its arguments and environment are too long for the system: " + quoted);
  return not_started(number, std::string(strerrordesc_np(number)) + ": " + quoted);
}

}  // namespace

std::optional<pipe_ends> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  return pipe_ends{descriptor(ends[0]), descriptor(ends[1])};
}

std::optional<std::string_view> variable(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& word : environment) {
    if (word.size() > name.size() && word[name.size()] == '=' && word.starts_with(name)) {
      return std::string_view(word).substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

started launch(const command& what, const standard_streams& streams, const std::string& mark) {
  if (what.words.empty()) return not_started(EINVAL, "no program was named");
  const auto path = variable(what.environment, "PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  const auto program = find_program(what.words.front(), path, what.directory);
  if (!program) return explained(ENOENT, what, what.words.front());
  spawn_settings settings;
  settings.set_streams(streams);
  settings.set_directory(what.directory);
  settings.set_clean_signals();
  const std::vector<char*> words = pointers(what.words);
  const std::vector<char*> environment = pointers(what.environment, mark);
  const std::lock_guard held(all_started().guard);
  int id = -1;
  const int problem = settings.spawn(*program, words.data(), environment.data(), id);
  if (problem != 0) return explained(problem, what, *program);
  all_started().ids.insert(id);
  return {id, {}};
}

bool is_started(int id) {
  const std::lock_guard held(all_started().guard);
  return all_started().ids.contains(id);
}

void forget(int id) {
  const std::lock_guard held(all_started().guard);
  all_started().ids.erase(id);
}

void reap_strays() {
  siginfo_t found{};
  while (waitid(P_ALL, 0, &found, WEXITED | WNOHANG | WNOWAIT) == 0 && found.si_pid > 0) {
    if (is_started(found.si_pid)) return;
    waitpid(found.si_pid, nullptr, WNOHANG);
    found.si_pid = 0;
  }
}

ending ending_from(int wait_status) {
  if (WIFSIGNALED(wait_status)) return {ending::how::signalled, WTERMSIG(wait_status), {}};
  return {ending::how::exited, WEXITSTATUS(wait_status), {}};
}

}  // namespace cicd::system_launch
