// Reports and findings, read as files that others wrote.
#pragma once

#include <cstdint>

#include <cicd/base/counted.hpp>
#include <cicd/engine/scan_step.hpp>
#include <cicd/engine/step_reports.hpp>
#include <cicd/report/junit.hpp>
#include <cicd/report/scan/readers.hpp>
#include <cicd/report/test_report.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace engine_step_reports {
namespace {

/// More than a build of ten thousand cases writes.
constexpr std::uint64_t largest_report = 64'000'000;

}  // namespace
}  // namespace engine_step_reports

std::vector<test_case> cases_in(const std::string& folder, const file_set& reports) {
  std::vector<junit_file> files;
  for (const observed_file& file : reports) {
    const result<std::string> text =
        read_below(folder, file.path, {.limit = engine_step_reports::largest_report});
    if (!text) continue;
    if (result<std::vector<test_case>> cases = read_test_report(*text))
      files.push_back({file.path.substr(0, file.path.rfind('/')), *std::move(cases)});
  }
  return cases_of_run(std::move(files));
}

std::optional<error> findings_of(const task& work,
                                 const file_set& files,
                                 const std::string& kept_at,
                                 const secret_finder& secrets) {
  const sarif_places places{work.folder, real_path(work.folder).value_or(work.folder), work.source, exists};
  scanned all{.step = work.step->id, .prefix = prefix_in_repository(work.source)};
  for (const observed_file& file : files) {
    const result<std::string> text =
        read_below(work.folder, file.path, {.limit = engine_step_reports::largest_report});
    if (!text) continue;
    const result<scan_report> report = read_scan_report({*text, file.path, {}}, places, secrets);
    if (!report) continue;
    all.found.tool = report->tool;
    for (const scan_finding& each : report->findings) all.found.findings.push_back(each);
  }
  if (all.found.findings.empty()) return std::nullopt;
  sort_findings(all.found.findings);
  error made{exit_class::step_failed,
             work.step->id,
             counted(all.found.findings.size(), "finding"),
             {},
             {{"findings", findings_text(all.found.findings)}}};
  all.verdict = verdict_of(all.found, {.scan = all.step, .fail_on = severity::low});
  if (write_file(kept_at + ".sarif", merged_sarif_of({all}).text, durability::fast, 0600))
    made.notes.push_back({"sarif", kept_at + ".sarif"});
  return made;
}

}  // namespace cicd
