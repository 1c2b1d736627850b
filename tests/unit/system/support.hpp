// What the tests of system/ share: a folder of their own, a step run to its end, a look at who is still
// alive.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

#include <cicd/system/process.hpp>

namespace cicd::system_test {

/// A new folder that goes with its owner.
class temporary_folder {
 public:
  temporary_folder() {
    std::string name = std::filesystem::temp_directory_path() / "cicd-system-XXXXXX";
    path_ = std::filesystem::canonical(mkdtemp(name.data()));
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() { std::filesystem::remove_all(path_); }

  std::string path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline void put(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

inline std::string get(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline command shell(const std::string& script) {
  return {{"sh", "-c", script}, "/tmp", {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}};
}

/// What a step gave until it had ended.
struct step_result {
  std::string out, err;
  ending end;
  int ends = 0;
};

inline step_result run_step(const command& what) {
  step_result got;
  event_loop loop;
  const auto port = system_processes(loop);
  port->start(what, {[&](output_stream stream, std::string_view bytes) {
                       (stream == output_stream::out ? got.out : got.err) += bytes;
                     },
                     [&](const ending& end) {
                       got.end = end;
                       ++got.ends;
                     }});
  loop.run();
  return got;
}

/// How many living processes have `word` among the words that they were started with.
inline int processes_with(const std::string& word) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ostringstream text;  // a process may end while it is read, which is no failure here
    text << std::ifstream(entry.path() / "cmdline").rdbuf();
    const std::string words = text.str();
    found += words.find('\0' + word + '\0') != words.npos ? 1 : 0;
  }
  return found;
}

/// A number of seconds to sleep that no other process sleeps.
inline std::string unique_sleep() {
  static int count = 0;
  return std::to_string(100'000 + getpid()) + "." + std::to_string(++count);
}

}  // namespace cicd::system_test
