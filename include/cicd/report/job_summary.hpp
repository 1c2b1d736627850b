// What a run did, in Markdown, for the page of a CI job: steps with their time and reason, tests, scans, what
// was deployed. A listener of events; it knows no CI system.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cicd/report/paths.hpp>
#include <cicd/report/run_totals.hpp>
#include <cicd/report/scan/merged_sarif.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

class job_summary {
 public:
  /// `paths.here` is the root of the repository.
  explicit job_summary(readable_paths paths = {}) : paths_(std::move(paths)) {}

  void hear(const event& happened);
  void hear_scans(const std::vector<scanned>& scans) { scans_ = scans; }
  /// The run did not begin.
  void refused(const std::string& target, const errors& why);
  /// `1a2b3c4 by Ada Lovelace`: whose commit it was, said of a run that failed.
  void set_author(std::string text) { author_ = std::move(text); }

  /// Whether anything was heard of a run.
  bool has_run() const { return is_ended_; }
  bool is_good() const { return is_good_; }
  /// Whether any step was more than up to date.
  bool has_done() const { return !totals_.nothing_done(); }
  const std::string& commit() const { return commit_; }
  const std::string& target() const { return target_; }
  /// Not longer than `most` bytes: parts that are too much are left out, the last first.
  std::string markdown(std::size_t most) const;

 private:
  struct step_row {
    std::string step, result, time, reason;
  };
  struct place_row {
    changed_place at;
    std::string is, version, images, approved_by, who;
  };
  place_row& place_at(const changed_place& at);
  void add(const step_ended& end);
  void add_tests(const step_ended& end);
  std::string head() const;
  std::string steps_part() const;
  std::string tests_part() const;
  std::string scans_part() const;
  std::string deployed_part() const;

  readable_paths paths_;
  std::string target_, commit_, branch_, change_, author_, title_;
  std::vector<std::string> why_;                ///< why the run failed, where no step says it
  std::map<std::string, std::string> reasons_;  ///< of steps that run
  std::vector<step_row> steps_;
  std::vector<std::vector<std::string>> tests_, failing_tests_;
  std::vector<scanned> scans_;
  std::vector<place_row> places_;
  tally totals_;
  bool is_ended_ = false, is_good_ = true;
};

}  // namespace cicd
