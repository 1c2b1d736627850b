// Baselines read, and policies as parts of a key.
#pragma once

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/engine/scan_policy.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_scan_policy {
namespace {

/// What of the baseline counts for a scan today.
std::string text_of(const scan_policy& of) {
  std::string text;
  if (const auto known = of.baseline->known.find(of.scan); known != of.baseline->known.end()) {
    text = "known\n";
    for (const known_finding& each : known->second)
      text += fmt::format("{}\n{}\n{}\n", each.rule, each.path, each.fingerprint);
  }
  for (const scan_exception& each : of.baseline->exceptions)
    if (each.scan == of.scan && each.until >= of.today)
      text += fmt::format("exception\n{}\n{}\n", each.rule, each.path);
  return text;
}

/// Whether what it finds hangs on what a server or a database says that day, and nothing declares how old
/// that may be.
bool is_of_a_day(const step& of, const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 6> programs{"pip-audit",   "npm audit", "osv-scanner",
                                                     "govulncheck", "grype",     "trivy"};
  const std::string command = joined(words, " ");
  return !of.database_age && std::ranges::any_of(programs, [&](std::string_view each) {
    return command.find(each) != command.npos;
  });
}

}  // namespace
}  // namespace engine_scan_policy

std::string baseline_path(const declared_pipeline& of) {
  return of.declared.baseline ? of.source_directory + "/" + of.declared.baseline.str() : std::string();
}

or_errors<scan_baseline> baseline_of(const declared_pipeline& of,
                                     std::chrono::sys_days today,
                                     std::vector<std::string>* left_out) {
  const std::string file = of.declared.baseline.str();
  if (file.empty()) return {.made = scan_baseline{}};
  const auto text = read_below_if_there(of.source_directory, file);
  if (!text) return {.errors = {text.error()}};
  if (!*text) return {.made = scan_baseline{.file = file}};
  std::vector<std::string> scans;
  for (const step& each : of.declared.steps)
    if (each.is_scan()) scans.push_back(each.name.str());
  return read_baseline(**text, file, scans, today, left_out);
}

scan_policy policy_of(const graph_step& scan, const scan_baseline& by, std::chrono::sys_days today) {
  return {.scan = scan.command()->name.str(),
          .fail_on = severity_named(scan.pipeline->declared.fail_on.view()).value_or(severity::medium),
          .is_required = scan.command()->required,
          .baseline = &by,
          .today = today};
}

observation with_scans(const step_graph& graph, const std::vector<step_index>& wanted, observation seen) {
  const auto today = std::chrono::floor<std::chrono::days>(system_clock_port().now());
  std::map<const declared_pipeline*, or_errors<scan_baseline>> baselines;
  for (const step_index at : wanted) {
    const graph_step& step = graph.steps[at];
    if (!step.is_scan()) continue;
    const auto [known, added] = baselines.try_emplace(step.pipeline);
    if (added) {
      known->second = baseline_of(*step.pipeline, today);
      for (const error& each : known->second.errors)
        seen.errors.push_back(with_origin(each, *step.pipeline, "baseline"));
    }
    if (!known->second) continue;
    const scan_policy policy = policy_of(step, *known->second, today);
    auto& settings = seen.seen[at].settings;
    settings.emplace_back("FAIL_ON", word_for(policy.fail_on));
    settings.emplace_back("REQUIRED", policy.is_required ? "given" : "");
    if (engine_scan_policy::is_of_a_day(*step.command(), seen.seen[at].words))
      settings.emplace_back("the day", day_text(today));
    settings.emplace_back("the baseline", engine_scan_policy::text_of(policy));
  }
  return seen;
}

}  // namespace cicd
