// A companion is the child of a small shell that waits for the end of a pipe from us: the kernel closes it
// however we end, and then the shell kills its whole process group.
#pragma once

#include <cicd/system/background_process.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <cicd/system/clock.hpp>
#include <cicd/system/launch.hpp>
#include <cicd/system/process_table.hpp>

namespace cicd {

struct companion::inside {
  int id = -1;
  system_descriptor::descriptor life;        ///< what the shell waits for the end of
  system_descriptor::descriptor out;         ///< read end
  system_descriptor::descriptor complaints;  ///< a file in memory: no thread needs to read along
  std::string said;
};

namespace system_background_process {
namespace {

using system_descriptor::descriptor;

/// The program has no input of ours; the shell gives up its copies of the outputs, so that their end is the
/// program's.
constexpr const char* watcher = R"("$@" </dev/null & exec >&- 2>&-; read -r life; kill -KILL 0)";

error not_started(std::string why) {
  return {.kind = exit_class::usage, .subject = {}, .what = std::move(why), .value = {}, .notes = {}};
}

error no_descriptor() {
  return not_started(std::string("no pipe could be made: ") + strerrordesc_np(errno));
}

/// The pipe's end comes when the last of the group is gone.
void wait_for_end(const descriptor& of) {
  const auto deadline = system_clock_port().elapsed() + std::chrono::seconds(1);
  std::array<char, 4096> buffer;
  pollfd waiting{of.number(), POLLIN, 0};
  while (system_clock_port().elapsed() < deadline) {
    if (poll(&waiting, 1, 1000) > 0 && read(of.number(), buffer.data(), buffer.size()) <= 0) return;
  }
}

int milliseconds_until(std::chrono::milliseconds deadline) {
  const auto left = (deadline - system_clock_port().elapsed()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

}  // namespace
}  // namespace system_background_process

companion::companion(std::unique_ptr<inside> of) : inside_(std::move(of)) {}

result<std::unique_ptr<companion>> companion::start(const command& what) {
  namespace self = system_background_process;
  const std::string name = what.words.empty() ? std::string() : what.words.front();
  const auto path =
      system_launch::variable(what.environment, "PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  const auto program = find_program(name, path, what.directory);
  if (!program) return self::not_started("no such program: '" + name + "'");
  auto life = system_launch::make_pipe();
  auto out = system_launch::make_pipe();
  self::descriptor complaints(memfd_create("complaints", MFD_CLOEXEC));
  if (!life || !out || !complaints) return self::no_descriptor();
  fcntl(complaints.number(), F_SETFL, O_APPEND);

  command shell = what;
  shell.words.front() = *program;
  shell.words.insert(shell.words.begin(), {"/bin/sh", "-c", self::watcher, "companion"});
  auto made = system_launch::launch(shell, {life->read.number(), out->write.number(), complaints.number()});
  if (made.id < 0) return self::not_started(std::move(made.end.text));
  return std::unique_ptr<companion>(new companion(std::make_unique<inside>(
      inside{made.id, std::move(life->write), std::move(out->read), std::move(complaints), {}})));
}

companion::~companion() {
  kill(-inside_->id, SIGKILL);
  waitpid(inside_->id, nullptr, 0);
  system_launch::forget(inside_->id);
  system_background_process::wait_for_end(inside_->out);
  system_launch::reap_strays();
}

companion::waited companion::wait_until_it_says(std::string_view text,
                                                std::chrono::milliseconds limit,
                                                const cancellation* cancelled) {
  const auto deadline = system_clock_port().elapsed() + limit;
  const int cancel = cancelled == nullptr ? -1 : cancelled->descriptor();
  while (inside_->said.find(text) == std::string::npos) {
    std::array<pollfd, 2> waiting{pollfd{inside_->out.number(), POLLIN, 0}, pollfd{cancel, POLLIN, 0}};
    poll(waiting.data(), waiting.size(), system_background_process::milliseconds_until(deadline));
    if (cancelled != nullptr && cancelled->cancelled()) return waited::cancelled;
    std::array<char, 4096> buffer;
    const bool readable = waiting[0].revents != 0;
    const ssize_t count = readable ? read(inside_->out.number(), buffer.data(), buffer.size()) : 0;
    if (count > 0) inside_->said.append(buffer.data(), static_cast<std::size_t>(count));
    if (readable && count <= 0) return waited::ended;
    if (system_clock_port().elapsed() >= deadline) return waited::too_long;
  }
  return waited::said;
}

const std::string& companion::said() const {
  return inside_->said;
}

bool companion::has_children() const {
  const std::vector<system_table::process_entry> all = system_table::all_processes();
  const auto members = std::ranges::count_if(all, [&](const system_table::process_entry& each) {
    return each.lives() && each.group == inside_->id;
  });
  // The shell that watches, and the program itself.
  return members > 2;
}

std::string companion::complaints() const {
  constexpr off_t most = 64 << 10;
  struct stat file {};
  if (fstat(inside_->complaints.number(), &file) != 0) return {};
  const off_t start = std::max<off_t>(file.st_size - most, 0);
  std::string text(static_cast<std::size_t>(file.st_size - start), '\0');
  const ssize_t count = pread(inside_->complaints.number(), text.data(), text.size(), start);
  text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return text;
}

}  // namespace cicd
