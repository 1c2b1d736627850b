// The processes that came of one started process, wherever they went: into other groups, other sessions, to
// another parent. Private to this room; it finds and signals, and does not wait.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <cicd/system/process_table.hpp>

namespace cicd::system_tree {

using system_table::process_entry;

/// Found by: descent, process group, session, the mark in the environment, an open end of our pipes, having
/// been a member before, and, where no other tree is alive, having been handed to us as the subreaper without
/// any mark.
class step_tree {
 public:
  /// To be made before the process is started.
  step_tree();
  step_tree(const step_tree&) = delete;
  step_tree& operator=(const step_tree&) = delete;
  ~step_tree();

  /// `NAME=value` for the environment of the process.
  std::string marked() const;
  /// The process was started.
  void begin(int main) { main_ = main; }
  /// The process itself was reaped: its id means nothing any more.
  void main_ended() { main_lives_ = false; }

  /// Quick: false only when no process but this one can have been of the tree at this moment.
  bool may_have_others() const;
  /// The living members, parents before their children. `pipes`: the descriptors of those that we still read
  /// from.
  std::vector<process_entry> members(const std::vector<int>& pipes);
  /// Signals every member once, also those that appear meanwhile.
  void signal(int signal, const std::vector<int>& pipes);

 private:
  /// The last id that a member can have, where members have few ids to choose from.
  std::optional<int> last_possible_id() const;
  std::vector<process_entry> candidates() const;
  bool is_known(const process_entry& entry) const;
  bool is_rooted(const process_entry& entry, const std::vector<ino_t>& pipes) const;
  bool is_stray(const process_entry& entry) const;
  void remember(const std::vector<process_entry>& found);

  std::string mark_;
  std::uint64_t since_;
  int main_ = -1;
  bool main_lives_ = true;
  std::vector<process_entry> known_;
};

}  // namespace cicd::system_tree
