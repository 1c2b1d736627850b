// The findings of several scans as one SARIF file that a forge takes: within its limits, with paths from the
// root of the repository, and with nothing of the sources in it. What made them it does not know.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <cicd/report/scan/verdict.hpp>

namespace cicd {

/// As many runs and results GitHub takes of one upload.
inline constexpr std::size_t most_sarif_runs = 20;
inline constexpr std::size_t most_sarif_results = 25'000;

/// A scan of a pipeline.
struct scanned {
  std::string step;    ///< `orders/gitleaks`
  std::string prefix;  ///< of the source folder below the repository's root: empty or ends in `/`
  scan_result found{};
  scan_verdict verdict{};
};

struct merged_sarif {
  std::string text;
  std::size_t left_out = 0;       ///< findings, the least bad
  std::size_t runs_left_out = 0;  ///< scans whose worst finding is less bad than those of all others
};

/// One run for each scan. One that did not run is marked as not successful, with the reasons, and is left out
/// where it found nothing. Scans beyond the limit are joined where their tool is the same. What is known is
/// `unchanged`, what is excepted suppressed, with the reason.
merged_sarif merged_sarif_of(const std::vector<scanned>& all);

}  // namespace cicd
