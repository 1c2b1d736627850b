// A program that is run to its end while what it prints goes on: by POSIX and the standard library alone,
// since C++ files of pipelines are linked with it.
#pragma once

#include <string>
#include <vector>

namespace cicd {

struct streamed_end {
  int status = 0;      ///< as a shell counts: 128 and the signal, 127 where it was not started
  std::string how{};   ///< `exit status 3`, `ended by signal 9 (Killed)`; empty where it is not started
  std::string out{};   ///< its standard output, where that is captured
  std::string last{};  ///< the last whole lines of all that it printed, 8 KiB at most
};

/// Its program is looked for on PATH; its folder, its variables and its input are those of this process, and
/// so is its output unless that is captured: up to 64 MiB, and the pipe of a program that prints more is
/// closed, which counts as its end by SIGPIPE. What it leaves running is not waited for. Where it is not
/// started, `last` says why.
streamed_end run_streamed(const std::vector<std::string>& words, bool is_captured);

}  // namespace cicd
