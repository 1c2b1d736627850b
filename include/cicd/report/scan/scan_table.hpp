// What scans found, as a table for a terminal and in Markdown for the summary of a CI job.
#pragma once

#include <string>
#include <vector>

#include <cicd/report/scan/merged_sarif.hpp>

namespace cicd {

/// A row for each scan, a total, what did not run and why, and the findings that fail, each a line: of those
/// `most` at most.
std::string scan_markdown(const std::vector<scanned>& all, std::size_t most = 50);
/// The same for a terminal as wide as `width`, findings that are not new among them where `with_all`.
std::string scan_text(const std::vector<scanned>& all, bool with_all, std::size_t width);
/// `2 of 3 scans ran, 1 not: 4 new findings, 12 known, 1 excepted`.
std::string scan_totals(const std::vector<scanned>& all);

}  // namespace cicd
