// The index of runs outside the build tree (SQLite): what was run, how it ended, how long each step usually
// takes. It can be rebuilt from the runs' own files and is never the only place where something is kept.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd {

/// One run as `cicd history` shows it; the run's folder holds the rest.
struct run_summary {
  std::string id;      ///< sorts by time: `20261121T031800.123Z-4711`
  std::string folder;  ///< `<build>/.cicd/runs/<id>`
  std::string build_root;
  std::string target;   ///< `orders.image`
  std::string outcome;  ///< word of the exit class
  int exit_status = 0;
  std::string commit, who;
  std::chrono::system_clock::time_point started{};
  std::chrono::milliseconds duration{};
  struct step {
    std::string id;       ///< `orders/build`
    std::string outcome;  ///< `ran`, `reused`, `failed`, …
    std::chrono::milliseconds duration{};
  };
  std::vector<step> steps;
};

/// result.json of a run, read back. Class `corrupt` when it is none.
result<run_summary> run_summary_from(std::string_view result_json, const std::string& folder);

/// The index. Opening a damaged file (no SQLite database, half of one, zero bytes, a newer schema) is class
/// `corrupt` with the command that rebuilds it, and leaves the file untouched; a missing one is made anew
/// from the runs below `build_root`. What lies outside of the file (the disk, a right, a limit) is class
/// `cannot_save`: the index may be lost, so a run of steps goes on without it.
class run_index {
 public:
  static result<run_index> open(const std::string& file, const std::string& build_root);
  run_index(run_index&&) noexcept;
  run_index& operator=(run_index&&) noexcept;
  ~run_index();

  /// Adds or replaces a run; durable when it returns. Several processes may add at once.
  status add(const run_summary& run);
  /// Newest first; only those of `build_root` unless it is empty.
  result<std::vector<run_summary>> runs(const std::string& build_root, std::size_t most);
  /// The median of a step's last successful durations, for "expected"; nothing when it never ran.
  std::map<std::string, std::chrono::milliseconds> expected(const std::string& build_root);

  /// Moves a damaged index aside (`.corrupt-<time>`) and makes a new one from the runs that the build trees
  /// still hold. Gives how many were found.
  static result<std::size_t> rebuild(const std::string& file, const std::vector<std::string>& build_roots);

 private:
  struct state;
  explicit run_index(std::unique_ptr<state> state);
  std::unique_ptr<state> state_;
};

}  // namespace cicd
