// What of a scan's findings fails: pure. It reads no report and no file.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/report/scan/baseline.hpp>
#include <cicd/report/scan/finding.hpp>

namespace cicd {

/// What a scan found and what it did not look at, of all its reports together.
struct scan_result {
  std::string tool, version;
  std::vector<scan_finding> findings;  ///< worst first
  std::map<std::string, scan_rule, std::less<>> rules;
  std::vector<std::string> not_run;  ///< why it is not known to be clean, a line each; empty: it ran
};

/// By what it is judged.
struct scan_policy {
  std::string scan;  ///< as the baseline names it
  severity fail_on = severity::medium;
  bool is_required = false;                 ///< what did not run fails
  const scan_baseline* baseline = nullptr;  ///< none: nothing is known
  std::chrono::sys_days today{};
};

/// What becomes of a finding.
enum class finding_state {
  fails,
  expired,   ///< fails: its exception ended
  excepted,  ///< its owner answers for it until a day
  known,     ///< BASELINE lists it
  below      ///< less bad than FAIL_ON
};
std::string_view word_for(finding_state of);
bool does_fail(finding_state of);

struct judged_finding {
  scan_finding found;
  finding_state state = finding_state::fails;
  const scan_exception* by = nullptr;  ///< of `excepted` and `expired`
};

struct scan_counts {
  std::size_t failing = 0, excepted = 0, known = 0, below = 0;
};

struct scan_verdict {
  std::vector<judged_finding> findings;  ///< those that fail first, each part worst first
  std::vector<std::string> not_run;
  bool fails_not_run = false;
  std::vector<known_finding> gone;              ///< listed, and found no more
  std::vector<const scan_exception*> ending{};  ///< within `days_of_warning`
  cicd::errors wrong{};                         ///< exceptions that match nothing, class `usage`
  scan_counts counts{};

  bool is_good() const { return counts.failing == 0 && !fails_not_run && wrong.empty(); }
  /// Those that fail.
  std::vector<scan_finding> failing() const;
};

scan_verdict verdict_of(const scan_result& of, const scan_policy& by);

/// `not run: it wrote no report; 3 findings: 1 fails, 2 known`, `no findings`.
std::string summary_of(const scan_verdict& of);
/// Of a scan that is not good. `subject` is the step.
error failure_of(const scan_verdict& of, const std::string& subject);

/// A new baseline: of a scan that ran what is still found of what was known, of one that is not known yet all
/// that is found; of all others what was.
void update_baseline(scan_baseline& of, const std::string& scan, const scan_result& found);

}  // namespace cicd
