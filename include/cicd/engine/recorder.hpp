// The record of a run: events.ndjson as it goes, result.json and junit.xml at the end, a JUnit file for each
// step where CI systems look. A listener of events; it changes no outcome.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/deliver/records/run_index.hpp>
#include <cicd/report/junit.hpp>
#include <cicd/run/event.hpp>
#include <cicd/run/workspace.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

class recorder {
 public:
  recorder(const workspace& where, std::string id);

  void hear(const event& happened);
  /// Whether any step was more than up to date.
  bool did_something() const { return did_something_; }
  /// Who is at work; asked only when something was done.
  void set_who(std::string who) { summary_.who = std::move(who); }
  /// Writes result.json and junit.xml of the run, and `result.json` of the build tree. Class `cannot_save`
  /// when that fails.
  status finish(exit_class outcome,
                const std::string& failed_step,
                const std::string& rerun,
                const std::optional<error>& failure);
  /// What the index of runs is told.
  run_summary summary() const { return summary_; }
  const std::string& id() const { return summary_.id; }

 private:
  void add_step(const step_ended& end);
  void write_events(bool all);

  const workspace& where_;
  run_summary summary_;
  std::string branch_;
  std::string unwritten_;
  std::optional<append_file> events_;
  std::vector<junit_suite> suites_;
  json steps_{json::array{}};
  std::chrono::milliseconds elapsed_{};
  bool did_something_ = false;
};

/// `20261121T031800.123Z-4711`: sorts by time, distinct by process.
std::string new_run_id(std::chrono::system_clock::time_point now, int process);

/// The runs of this build tree that have not ended, by their ids.
std::vector<std::string> runs_under_way(const workspace& where);

/// Removes the oldest runs beyond `most`.
void forget_old_runs(const workspace& where, std::size_t most);

}  // namespace cicd
