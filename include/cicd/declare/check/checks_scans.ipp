// What is said of scans: which options mean something beside which.
#pragma once

#include <cicd/declare/check/checks.hpp>

#include <string_view>
#include <utility>

namespace cicd::declaring {
namespace declare_check_checks_scans {
namespace {

bool is_of_scan_call(const declaration<step>& of) {
  return of.site->from->where.function == "pipeline_scan";
}

void check_step(const declaration<step>& of, findings& found) {
  const step& value = of.value;
  const bool has_report = of.at("sarif") || of.at("findings");
  if (is_of_scan_call(of) && !has_report && !of.site->unclear)
    found.add(of.start(),
              missing_option("SARIF", "the report that it writes: SARIF <file>, or FINDINGS <file>",
                             "SARIF out.sarif"));
  for (const auto& [key, keyword] : {std::pair<std::string_view, std::string_view>{"sarif", "SARIF"},
                                     {"required", "REQUIRED"},
                                     {"database_age", "DATABASE_AGE"},
                                     {"database", "DATABASE"}}) {
    if (!of.at(key)) continue;
    if (value.stage != step_stage::scan)
      found.add(of.at(key), meaningless_option(keyword, "in a step that is not a scan",
                                               "pipeline_scan(), or STAGE scan"));
    else if (!has_report)
      found.add(of.at(key), missing_counterpart(keyword, "FINDINGS"));
  }
  check_counterparts(of, {{"database", "DATABASE", "database_age", "DATABASE_AGE"}}, found);
  if (value.is_scan() && value.shards)
    found.add(of.near("shards"), excluded_option("SHARDS", of.at("sarif") ? "SARIF" : "FINDINGS"));
}

}  // namespace
}  // namespace declare_check_checks_scans

void check_scans(const draft& of, findings& found) {
  bool has_scan = false;
  for (const auto& each : of.all<step>().items()) {
    declare_check_checks_scans::check_step(each, found);
    has_scan = has_scan || each.value.is_scan();
  }
  if (of.own.at("baseline") && !has_scan && !of.own.site->unclear && !of.without_template)
    found.add(of.own.at("baseline"),
              meaningless_option("BASELINE", "without a scan",
                                 "pipeline_scan(… SARIF <file>), or SCAN of a template"));
}

}  // namespace cicd::declaring
