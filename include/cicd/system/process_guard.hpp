// Ends what this process started and had no time to end: a process beside us that waits for our end, however
// that comes. It knows of processes and folders, and not what they are for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>

namespace cicd {

/// A process with all that came of it, and what is removed after it.
struct guarded_tree {
  std::string folder;                ///< absolute; who has it as CICD_FOLDER is of the tree; or empty
  std::vector<std::string> also{};   ///< further paths to be removed
  std::string mark{};                ///< without a folder: who has this `NAME=value` is of the tree
  int process = 0;                   ///< 0: not started yet
  std::uint64_t start = 0;           ///< of that process, by which it is told from a later one of its id
  std::vector<std::string> first{};  ///< a program that is run before; empty: none
  std::vector<std::string> environment{};  ///< of that program
};
/// The tree with its process, which is running.
guarded_tree with_process(guarded_tree of, int process);
json as_json(const guarded_tree& of);
guarded_tree guarded_tree_from(const json& of);

/// Ends its processes, at once, waits until they are gone, and removes the folder. How many there were.
std::size_t end_guarded(const guarded_tree& of);

/// One for a run. Any thread may call it: each line is written at once.
class process_guard {
 public:
  /// Class `usage` where it cannot be started. The executable calls prepare_process() first thing.
  static result<std::unique_ptr<process_guard>> start();
  process_guard(const process_guard&) = delete;
  process_guard& operator=(const process_guard&) = delete;
  /// What is still guarded is ended.
  ~process_guard();

  /// Once before its process is started, and again with it.
  void watch(const guarded_tree& tree) const;
  /// It was ended, and its folder removed; without a folder by its mark.
  void forget(const std::string& folder) const;

 private:
  struct inside;
  explicit process_guard(std::unique_ptr<inside> of);
  std::unique_ptr<inside> inside_;
};

/// Where this process was started as a guard: does its work, and never returns. For prepare_process() alone.
void guard_where_asked(const std::vector<std::string>& words);

}  // namespace cicd
