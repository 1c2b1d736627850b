// Reports and findings, read as files that others wrote.
#pragma once

#include <cstdint>

#include <fmt/format.h>

#include <cicd/engine/step_reports.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/report/junit.hpp>
#include <cicd/report/sarif.hpp>
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
  const auto layout = observing::git_layout_of(work.source);
  const std::string top = layout ? layout->top : std::string();
  const std::string below = path_below(work.source, top);
  const sarif_places places{.folder = work.folder,
                            .source = work.source,
                            .prefix = top.empty() || below == work.source ? std::string() : below + "/",
                            .exists = exists};
  std::vector<scan_finding> all;
  std::string kept;
  for (const observed_file& file : files) {
    const result<std::string> text =
        read_below(work.folder, file.path, {.limit = engine_step_reports::largest_report});
    if (!text) continue;
    result<sarif_document> document = read_sarif(*text, places);
    if (!document) continue;
    all.insert(all.end(), document->findings.begin(), document->findings.end());
    const std::string to =
        kept_at + (kept.empty() ? "" : "." + std::to_string(&file - files.data())) + ".sarif";
    if (write_file(to, secrets.masked(document->text), durability::fast, 0600))
      kept += (kept.empty() ? "" : "\n") + to;
  }
  if (all.empty()) return std::nullopt;
  return error{exit_class::step_failed,
               work.step->id,
               fmt::format("{} finding{}", all.size(), all.size() == 1 ? "" : "s"),
               {},
               {{"findings", findings_text(all)}, {"sarif", kept}}};
}

}  // namespace cicd
