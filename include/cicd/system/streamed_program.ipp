// posix_spawn, and poll over two streams and the process.
#pragma once

#include <cicd/system/streamed_program.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <cicd/system/file_descriptor.hpp>
#include <cicd/system/pidfd.hpp>

namespace cicd {

namespace system_streamed_program {
namespace {

using system_descriptor::descriptor;

constexpr std::size_t most_kept = 8192, most_captured = 64U << 20U;

void write_whole(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(to, bytes.data(), bytes.size());
    if (done < 0 && errno != EINTR) return;  // the reader is gone
    if (done > 0) bytes.remove_prefix(static_cast<std::size_t>(done));
  }
}

/// The end of what several streams print, in whole lines: a part of one may be a part of a secret, which
/// nothing would mask.
class last_lines {
 public:
  void add(std::size_t stream, std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), most_kept)))
      add_piece(lines_[stream], bytes.substr(0, most_kept));
  }

  std::string text() && {
    for (std::string& each : lines_)
      if (!each.empty()) end_line(each);
    cut();
    return std::move(kept_);
  }

 private:
  /// `line`: what the piece goes on with. No line that lies within a piece is too long.
  void add_piece(std::string& line, std::string_view piece) {
    const auto first = piece.find('\n'), last = piece.rfind('\n');
    line += piece.substr(0, std::min(first, most_kept - std::min(line.size(), most_kept)));
    if (first == piece.npos) return;
    end_line(line);
    kept_ += piece.substr(first + 1, last - first);
    line = piece.substr(last + 1);
    if (kept_.size() > 4 * most_kept) cut();
  }

  void end_line(std::string& line) {
    kept_ += line.size() < most_kept ? line : "(a line of more than 8 KiB)";
    kept_ += '\n';
    line.clear();
  }

  void cut() {
    if (kept_.size() > most_kept) kept_.erase(0, kept_.find('\n', kept_.size() - most_kept - 1) + 1);
  }

  std::array<std::string, 2> lines_;  ///< that have not ended
  std::string kept_;
};

class program {
 public:
  explicit program(bool is_captured) : captures_(is_captured) {}

  streamed_end ended(const std::vector<std::string>& words) && {
    std::fflush(nullptr);
    if (const int failure = start(words); failure != 0) {
      end_.status = 127;
      end_.last = ::strerrordesc_np(failure);
      return std::move(end_);
    }
    read();
    int how = 0;
    while (::waitpid(id_, &how, 0) < 0 && errno == EINTR) continue;
    tell(how);
    return std::move(end_);
  }

 private:
  int start(const std::vector<std::string>& words) {
    std::array<std::array<int, 2>, 2> pipes{};
    for (std::size_t each = 0; each < pipes.size(); ++each) {
      if (::pipe2(pipes[each].data(), O_CLOEXEC) != 0) return errno;
      read_[each] = descriptor(pipes[each][0]);
      write_[each] = descriptor(pipes[each][1]);
    }
    std::vector<char*> given;
    for (const std::string& each : words) given.push_back(const_cast<char*>(each.c_str()));
    given.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, write_[0].number(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, write_[1].number(), STDERR_FILENO);
    const int failure = ::posix_spawnp(&id_, given.front(), &actions, nullptr, given.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    for (descriptor& each : write_) each.close();
    return failure;
  }

  void read() {
    const descriptor process = system_pidfd::open_process(id_);
    std::array<pollfd, 3> open{pollfd{read_[0].number(), POLLIN, 0}, pollfd{read_[1].number(), POLLIN, 0},
                               pollfd{process.number(), POLLIN, 0}};
    while (open[0].fd >= 0 || open[1].fd >= 0) {
      if (::poll(open.data(), open.size(), -1) < 0) continue;
      if (open[0].revents == 0 && open[1].revents == 0) return;
      for (std::size_t each = 0; each < read_.size(); ++each)
        if (open[each].revents != 0 && !take(open[each].fd, each == 0)) open[each].fd = -1;
    }
  }

  /// Whether there may be more.
  bool take(int from, bool is_out) {
    std::array<char, 64U << 10U> piece;
    const ssize_t count = ::read(from, piece.data(), piece.size());
    if (count < 0) return errno == EINTR;
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(count));
    last_.add(is_out ? 0 : 1, bytes);
    if (!is_out || !captures_) {
      write_whole(is_out ? STDOUT_FILENO : STDERR_FILENO, bytes);
    } else if (end_.out.size() + bytes.size() <= most_captured) {
      end_.out += bytes;
    } else {
      is_too_much_ = true;
      read_[0].close();
      return false;
    }
    return count > 0;
  }

  void tell(int how) {
    end_.last = std::move(last_).text();
    if (is_too_much_) {
      end_.status = 128 + SIGPIPE;
      end_.how = "its standard output is longer than 64 MiB";
      return;
    }
    const int signal = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    end_.status = signal > 0 ? 128 + signal : WEXITSTATUS(how);
    end_.how = signal > 0 ? "ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ')'
                          : "exit status " + std::to_string(end_.status);
  }

  const bool captures_;
  std::array<descriptor, 2> read_, write_;  ///< of standard output and standard error
  pid_t id_ = -1;
  last_lines last_;
  bool is_too_much_ = false;  ///< of what is captured
  streamed_end end_;
};

}  // namespace
}  // namespace system_streamed_program

streamed_end run_streamed(const std::vector<std::string>& words, bool is_captured) {
  return system_streamed_program::program(is_captured).ended(words);
}

}  // namespace cicd
