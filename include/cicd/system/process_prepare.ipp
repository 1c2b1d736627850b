// What the program does once, first of all: signals, strays, descriptors and the jobserver that make may have
// named.
#pragma once

#include <cicd/system/process.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <cicd/base/text.hpp>
#include <cicd/system/contained.hpp>
#include <cicd/system/process_guard.hpp>

namespace cicd {

namespace system_process_prepare {
namespace {

/// Those that this process was started with.
std::vector<std::string> own_words() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words = split(std::string{std::istreambuf_iterator<char>(file), {}}, '\0');
  if (!words.empty() && words.back().empty()) words.pop_back();
  return words;
}

constexpr std::string_view auth_by_fifo = "--jobserver-auth=fifo:";

/// Makes sure that 0, 1 and 2 are open, so that no file of ours ever becomes the standard output of a child.
void open_standard_streams() {
  int opened = 0;
  do {
    opened = open("/dev/null", O_RDWR);
  } while (opened >= 0 && opened <= 2);
  if (opened > 2) close(opened);
}

bool is_fifo(const std::string& path) {
  struct stat entry {};
  return stat(path.c_str(), &entry) == 0 && S_ISFIFO(entry.st_mode);
}

/// Descriptors are closed in every child of ours, and often already in us; a fifo can be opened by anyone.
bool is_dead_jobserver(std::string_view word) {
  if (word.starts_with(auth_by_fifo)) return !is_fifo(std::string(word.substr(auth_by_fifo.size())));
  return word.starts_with("--jobserver-auth=") || word.starts_with("--jobserver-fds=");
}

/// `-j`, `-j8`: without its jobserver it would mean as many jobs as there are targets.
bool is_job_count(std::string_view word) {
  return word.starts_with("-j")
         && std::all_of(word.begin() + 2, word.end(), [](char each) { return each >= '0' && each <= '9'; });
}

/// `flags` without a jobserver that children cannot use. What stands behind `--` are variables.
std::string without_dead_jobserver(std::string_view flags) {
  std::vector<std::string> words = split(flags, ' ');
  const auto end = std::find(words.begin(), words.end(), "--");
  if (std::none_of(words.begin(), end, is_dead_jobserver)) return std::string(flags);
  words.erase(
      std::remove_if(words.begin(), end,
                     [](const std::string& word) { return is_dead_jobserver(word) || is_job_count(word); }),
      end);
  return joined(words, " ");
}

void remove_dead_jobserver(const char* variable) {
  const char* flags = std::getenv(variable);
  if (flags == nullptr) return;
  const std::string kept = without_dead_jobserver(flags);
  if (kept == flags) return;
  if (trimmed(kept).empty()) {
    unsetenv(variable);
  } else {
    setenv(variable, kept.c_str(), 1);
  }
}

}  // namespace
}  // namespace system_process_prepare

void prepare_process() {
  const std::vector<std::string> words = system_process_prepare::own_words();
  guard_where_asked(words);
  contain_where_asked(words);
  system_process_prepare::open_standard_streams();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  system_process_prepare::remove_dead_jobserver("MAKEFLAGS");
  system_process_prepare::remove_dead_jobserver("MFLAGS");
}

}  // namespace cicd
