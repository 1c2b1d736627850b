// Finds the members of a tree in the table of processes. A quick look costs one read of /proc/loadavg: ids
// are given in turn, so when none was given since the process started but to those that we know, it has no
// descendant.
#pragma once

#include <cicd/system/process_tree.hpp>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>

#include <cicd/system/launch.hpp>

namespace cicd::system_tree {

namespace {

using system_table::marking;

/// How many trees are alive in this process.
std::atomic<int> living_trees{0};
/// More ids than these are not asked one by one.
constexpr int most_asked = 64;

/// A value that no other tree of this machine has had since it booted, below the mark that we ourselves bear.
std::string new_mark() {
  static std::atomic<std::uint64_t> count{0};
  static const std::string start = [] {
    const char* ours = std::getenv(std::string(system_table::mark_name).c_str());
    const std::string outer = ours == nullptr ? "" : std::string(ours) + "/";
    return outer + std::to_string(getpid()) + "-" + std::to_string(system_table::ticks_now()) + "-";
  }();
  return start + std::to_string(++count);
}

std::vector<ino_t> inodes_of(const std::vector<int>& descriptors) {
  std::vector<ino_t> inodes;
  for (const int each : descriptors) {
    struct stat open_file {};
    if (fstat(each, &open_file) == 0) inodes.push_back(open_file.st_ino);
  }
  return inodes;
}

bool contains(const std::vector<process_entry>& all, const process_entry& one) {
  return std::any_of(all.begin(), all.end(),
                     [&](const process_entry& each) { return each.id == one.id && each.start == one.start; });
}

/// Moves from `others` to `members` each that `belongs`, and all their descendants, parents first.
template <typename Belongs>
void gather(std::vector<process_entry>& others, std::vector<process_entry>& members, Belongs belongs) {
  const auto take = [&](auto is_next) {
    const auto rest =
        std::stable_partition(others.begin(), others.end(), [&](const auto& each) { return !is_next(each); });
    members.insert(members.end(), rest, others.end());
    others.erase(rest, others.end());
  };
  std::size_t next = members.size();
  take(belongs);
  for (; next < members.size(); ++next) {
    const int parent = members[next].id;
    take([&](const process_entry& each) { return each.parent == parent; });
  }
}

}  // namespace

step_tree::step_tree() : mark_(new_mark()), since_(system_table::ticks_now()) {
  ++living_trees;
}

step_tree::~step_tree() {
  --living_trees;
}

std::string step_tree::marked() const {
  return std::string(system_table::mark_name) + "=" + mark_;
}

std::optional<int> step_tree::last_possible_id() const {
  // All ids can have been given once around only by a step that took longer than this.
  const bool in_turn = system_table::ticks_now() - since_ < system_table::ticks_a_second();
  const auto last = in_turn ? system_table::last_id() : std::nullopt;
  return last && *last >= main_ && *last - main_ <= most_asked ? last : std::nullopt;
}

std::vector<process_entry> step_tree::candidates() const {
  const auto last = last_possible_id();
  if (!last) return system_table::all_processes();
  std::vector<process_entry> found;
  for (int id = main_; id <= *last; ++id) {
    if (kill(id, 0) != 0 && errno == ESRCH) continue;
    if (const auto entry = system_table::read_process(id)) found.push_back(*entry);
  }
  return found;
}

bool step_tree::may_have_others() const {
  if (!known_.empty() || kill(-main_, 0) == 0 || errno == EPERM) return true;
  const auto last = last_possible_id();
  if (!last) return true;
  for (int id = main_ + 1; id <= *last; ++id) {
    if (kill(id, 0) != 0 && errno == ESRCH) continue;
    if (!system_launch::is_started(id)) return true;
  }
  return false;
}

bool step_tree::is_known(const process_entry& entry) const {
  return contains(known_, entry);
}

bool step_tree::is_rooted(const process_entry& entry, const std::vector<ino_t>& pipes) const {
  if (entry.id == main_) return main_lives_;
  if (entry.group == main_ || entry.session == main_ || is_known(entry)) return true;
  if (system_table::marking_of(entry.id, mark_) == marking::this_one) return true;
  return std::any_of(pipes.begin(), pipes.end(),
                     [&](ino_t pipe) { return system_table::holds_pipe(entry.id, pipe); });
}

bool step_tree::is_stray(const process_entry& entry) const {
  if (entry.parent != getpid() || living_trees > 1) return false;
  const marking found = system_table::marking_of(entry.id, mark_);
  return found == marking::none || found == marking::unknown;
}

std::vector<process_entry> step_tree::members(const std::vector<int>& pipes) {
  std::vector<process_entry> found;
  const std::vector<ino_t> inodes = inodes_of(pipes);
  std::vector<process_entry> others = candidates();
  const int ourselves = getpid();
  std::erase_if(others, [&](const process_entry& each) {
    const bool of_another = each.id == ourselves || (each.id != main_ && system_launch::is_started(each.id));
    return !each.lives() || each.start < since_ || of_another;
  });
  gather(others, found, [&](const process_entry& each) { return each.id == main_ && main_lives_; });
  gather(others, found, [&](const process_entry& each) { return is_rooted(each, inodes); });
  gather(others, found, [&](const process_entry& each) { return is_stray(each); });
  remember(found);
  return found;
}

void step_tree::remember(const std::vector<process_entry>& found) {
  known_.clear();
  std::copy_if(found.begin(), found.end(), std::back_inserter(known_),
               [&](const process_entry& each) { return each.id != main_; });
}

void step_tree::signal(int signal, const std::vector<int>& pipes) {
  constexpr int most_rounds = 32;
  std::vector<process_entry> told;
  for (int round = 0; round < most_rounds; ++round) {
    std::vector<process_entry> fresh = members(pipes);
    std::erase_if(fresh, [&](const process_entry& each) { return contains(told, each); });
    if (fresh.empty()) return;
    for (const process_entry& each : fresh) system_table::send_signal(each, signal);
    told.insert(told.end(), fresh.begin(), fresh.end());
  }
}

}  // namespace cicd::system_tree
