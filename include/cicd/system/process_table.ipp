// Reads /proc. A process that goes away while it is read is simply not there.
#pragma once

#include <cicd/system/process_table.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <string>

#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/pidfd.hpp>

namespace cicd::system_table {

namespace {

using system_descriptor::descriptor;

/// A pseudo-file of /proc; their sizes are not known beforehand.
std::optional<std::string> read_pseudo_file(const std::string& path) {
  const descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string text;
  for (std::size_t used = 0;;) {
    text.resize(used + 4096);
    const ssize_t count = read(file.number(), text.data() + used, 4096);
    if (count < 0) return std::nullopt;
    used += static_cast<std::size_t>(count);
    text.resize(used);
    if (count == 0) return text;
  }
}

std::string folder_of(int id) {
  return "/proc/" + std::to_string(id);
}

/// Calls `visit` with each entry of a folder whose name is a number.
template <typename Visit>
void for_each_number_in(const std::string& folder, Visit visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()),
                                                    [](DIR* open) { return closedir(open); });
  if (entries == nullptr) return;
  while (const dirent* entry = readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    int number = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (problem == std::errc{} && end == name.data() + name.size()) visit(number);
  }
}

}  // namespace

std::optional<process_entry> read_process(int id) {
  const auto text = read_pseudo_file(folder_of(id) + "/stat");
  if (!text) return std::nullopt;
  // proc(5): the name stands in brackets and may itself hold brackets and spaces; state is the third field,
  // start the 22nd.
  const std::size_t name_end = text->rfind(')');
  if (name_end == text->npos) return std::nullopt;
  process_entry entry{.id = id};
  unsigned long long start = 0;
  const int fields =
      std::sscanf(text->c_str() + name_end + 1,
                  " %c %d %d %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
                  &entry.state, &entry.parent, &entry.group, &entry.session, &start);
  entry.start = start;
  return fields == 5 ? std::optional(entry) : std::nullopt;
}

std::vector<process_entry> all_processes() {
  std::vector<process_entry> found;
  for_each_number_in("/proc", [&](int id) {
    if (const auto entry = read_process(id)) found.push_back(*entry);
  });
  return found;
}

std::uint64_t ticks_a_second() {
  static const auto ticks = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return ticks;
}

std::uint64_t ticks_now() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const auto nanoseconds = static_cast<std::uint64_t>(now.tv_nsec);
  return static_cast<std::uint64_t>(now.tv_sec) * ticks_a_second()
         + nanoseconds * ticks_a_second() / 1'000'000'000U;
}

std::optional<int> last_id() {
  static const descriptor file(open("/proc/loadavg", O_RDONLY | O_CLOEXEC));
  char text[128];
  const ssize_t count = file ? pread(file.number(), text, sizeof text, 0) : -1;
  if (count <= 0) return std::nullopt;
  const std::string_view line(text, static_cast<std::size_t>(count));
  const std::size_t space = line.rfind(' ');
  int id = 0;
  const auto read = std::from_chars(line.data() + space + 1, line.data() + line.size(), id);
  return space != line.npos && read.ec == std::errc{} ? std::optional(id) : std::nullopt;
}

marking marking_of(int id, std::string_view mark) {
  const auto environment = read_pseudo_file(folder_of(id) + "/environ");
  if (!environment) return marking::unknown;
  const std::string start = std::string(mark_name) + "=";
  for (std::size_t at = 0; at < environment->size();) {
    const std::string_view word(environment->c_str() + at);
    at += word.size() + 1;
    if (!word.starts_with(start)) continue;
    const std::string_view value = word.substr(start.size());
    const bool same = value.starts_with(mark) && (value.size() == mark.size() || value[mark.size()] == '/');
    return same ? marking::this_one : marking::another;
  }
  return marking::none;
}

bool holds_pipe(int id, ino_t pipe) {
  bool found = false;
  const std::string folder = folder_of(id) + "/fd";
  for_each_number_in(folder, [&](int number) {
    struct stat open_file {};
    const std::string path = folder + "/" + std::to_string(number);
    found =
        found
        || (stat(path.c_str(), &open_file) == 0 && S_ISFIFO(open_file.st_mode) && open_file.st_ino == pipe);
  });
  return found;
}

void send_signal(const process_entry& to, int signal) {
  const descriptor handle = system_pidfd::open_process(to.id);
  const auto now = read_process(to.id);
  if (!handle || !now || now->start != to.start) return;
  system_pidfd::send_signal(handle, signal);
  if (now->state == 'T' && signal != SIGKILL) system_pidfd::send_signal(handle, SIGCONT);
}

}  // namespace cicd::system_table
