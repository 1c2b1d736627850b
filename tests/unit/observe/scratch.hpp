// A temporary folder for the tests of observe/, with what they do to files in it and a git that knows no
// user's settings.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/observe/files.hpp>
#include <cicd/observe/folder_view.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace observe_test {

class scratch {
 public:
  scratch() {
    std::string name = testing::TempDir() + "/cicd-observe-XXXXXX";
    path_ = cicd::real_path(::mkdtemp(name.data())).value();
    ::chmod(path_.c_str(), 0755);
    EXPECT_TRUE(cicd::make_folder(path_ + "/home"));
    EXPECT_TRUE(cicd::make_folder(tree()));
  }
  ~scratch() { EXPECT_TRUE(cicd::remove_tree(path_)); }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  const std::string& path() const { return path_; }
  std::string tree() const { return path_ + "/tree"; }
  std::string at(const std::string& relative) const { return tree() + "/" + relative; }
  std::string index() const { return path_ + "/index"; }

  /// Into the same inode, so that nothing but the times tells.
  void write(const std::string& relative, std::string_view text) const {
    const auto path = at(relative);
    EXPECT_TRUE(cicd::make_folder(path.substr(0, path.rfind('/'))));
    std::ofstream(path, std::ios::binary) << text;
  }

  cicd::surroundings around(std::map<std::string, std::string> more = {}) const {
    std::map<std::string, std::string, std::less<>> all = {
        {"PATH", cicd::surroundings::of_process().get_or("PATH", "")},
        {"HOME", path_ + "/home"},
        {"GIT_CONFIG_NOSYSTEM", "1"},
        {"GIT_AUTHOR_NAME", "A"},
        {"GIT_AUTHOR_EMAIL", "a@example.com"},
        {"GIT_COMMITTER_NAME", "A"},
        {"GIT_COMMITTER_EMAIL", "a@example.com"}};
    for (auto& [name, value] : more) all[name] = value;
    return cicd::surroundings(all);
  }

  /// Runs git in a folder of the tree; its output without the last newline.
  std::string git(std::vector<std::string> words, const std::string& relative = {}) const {
    words.insert(words.begin(), {"git", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"});
    cicd::command what{words, relative.empty() ? tree() : at(relative), {}};
    const auto variables = around();
    for (const auto& [name, value] : variables.all()) what.environment.push_back(name + "=" + value);
    auto answer = cicd::run_to_end(what);
    EXPECT_TRUE(answer.end.good()) << words[5] << ": " << answer.err << answer.end.text;
    if (answer.out.ends_with('\n')) answer.out.pop_back();
    return answer.out;
  }

  cicd::file_query query(std::vector<std::string> patterns = {}) const {
    return {tree(), std::move(patterns), {}, {}, false};
  }

  /// Looks with a fresh index object on the index's file, and saves.
  cicd::result<cicd::file_set> look(const cicd::file_query& query) const {
    cicd::file_index index(this->index(), around());
    auto set = index.look(query);
    EXPECT_TRUE(index.save());
    return set;
  }

 private:
  std::string path_;
};

/// Waits, by looking at the clock, until all that has been written is old enough to be trusted.
inline void let_ticks_pass() {
  const auto begin = cicd::observing::file_clock();
  while (cicd::observing::file_clock() < begin + 45'000'000) ::sched_yield();
}

inline std::vector<std::string> paths(const cicd::result<cicd::file_set>& set) {
  std::vector<std::string> all;
  EXPECT_TRUE(set) << cicd::text_of(set.error());
  if (set) {
    for (const auto& file : *set) all.push_back(file.path);
  }
  return all;
}

inline const cicd::observed_file& only(const cicd::result<cicd::file_set>& set) {
  static const cicd::observed_file none;
  EXPECT_TRUE(set) << cicd::text_of(set.error());
  EXPECT_TRUE(!set || set->size() == 1);
  return set && set->size() == 1 ? set->front() : none;
}

/// Bytes that this process has read so far, by read(2) and the like.
inline std::uint64_t bytes_read() {
  std::ifstream counters("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  counters >> name >> value;
  return value;
}

}  // namespace observe_test
