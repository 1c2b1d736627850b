// What a run tells of single tests and keeps of them: the histories of the build tree's tests. It writes
// nothing of what pull requests and forks run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/records/test_history.hpp>
#include <cicd/run/event.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// The file of the histories of the user of a build tree.
std::string tests_file(const workspace& where);

class test_memory {
 public:
  explicit test_memory(const workspace& where) : where_(where) {}

  /// Sets what is known of each failing test, and remembers what ran. `step` is by what its tests are known.
  void hear(step_ended& end, const std::string& step);
  /// Writes it down; what cannot be written is lost.
  void save(std::chrono::system_clock::time_point now);

 private:
  test_index* index();

  const workspace& where_;
  bool is_asked_ = false;
  std::optional<test_index> index_;
  std::vector<test_index::step_runs> ran_;
};

}  // namespace cicd
