// What a CI system is told of a run beside its log: annotations, and the summary of the job. It makes
// neither.
#pragma once

#include <optional>
#include <string>

#include <cicd/engine/project.hpp>
#include <cicd/report/failure_places.hpp>
#include <cicd/report/job_summary.hpp>

namespace cicd {

class ci_reports {
 public:
  /// `system`: as `ci_log_system` says; empty: nothing is told. `is_read`: what is printed is read by it.
  ci_reports(const session& of, std::string system, std::string target, bool is_read);

  run_listener listener();
  /// Of a run that ended, or did not begin.
  void tell(const run_outcome& outcome);

 private:
  std::vector<ci_annotation> found_on_changed_lines();
  void print_annotations();
  void write_summary(const run_outcome& outcome);
  void write_code_quality() const;

  const session& of_;
  std::string system_, target_, root_;
  bool is_read_;
  std::optional<failure_places> places_;
  std::optional<job_summary> summary_;
  std::vector<scanned> scans_;
};

/// Errors of the declarations, as annotations where a CI system reads them.
void annotate(const errors& all, const std::string& source_root, const surroundings& around);

}  // namespace cicd
