// The file of BASELINE: the findings that were known when a scan came, which are counted and fail nothing,
// and the exceptions, each with its reason, owner and last day. Who reads and writes the file it does not
// know.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/report/scan/finding.hpp>

namespace cicd {

/// A finding that a scan had when it came.
struct known_finding {
  std::string rule, path, fingerprint;
  severity how_bad = severity::low;
  std::int64_t line = 0;  ///< where it was, to be read only

  bool operator==(const known_finding&) const = default;
};

/// A finding that its owner answers for until a day.
struct scan_exception {
  std::string scan, rule;
  std::string path{};  ///< a pattern; empty: wherever it is
  std::string reason, owner;
  std::chrono::sys_days until{};  ///< the last day, UTC
  int in_line = 0;                ///< of the file

  bool operator==(const scan_exception&) const = default;
};

struct scan_baseline {
  std::string file{};  ///< as errors name it
  std::map<std::string, std::vector<known_finding>, std::less<>>
      known{};  ///< by scan; one without is not known yet
  std::vector<scan_exception> exceptions{};
};

/// An exception ends at most this long after today.
inline constexpr int most_exception_days = 366;
/// As long before its last day it is said.
inline constexpr int days_of_warning = 14;

/// `2026-11-30` and back; nothing where it is no day.
std::string day_text(std::chrono::sys_days day);
std::optional<std::chrono::sys_days> day_from(std::string_view text);

/// All that is wrong at once, class `usage`, each with its line of `file`. `scans` are those that are
/// declared. With `left_out`, what was known of scans that are gone, and entries that were edited by hand,
/// are no errors: they are left out, and a line there says so of each.
or_errors<scan_baseline> read_baseline(std::string_view text,
                                       const std::string& file,
                                       const std::vector<std::string>& scans,
                                       std::chrono::sys_days today,
                                       std::vector<std::string>* left_out = nullptr);
/// The file's text. An entry has a digest of its own, by which a change by hand is seen.
std::string text_of(const scan_baseline& of);

}  // namespace cicd
