// Scans together.
#pragma once

#include <map>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/engine/scan_policy.hpp>
#include <cicd/engine/scan_summary.hpp>
#include <cicd/report/scan/scan_table.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

or_errors<scan_board> scan_board_of(const session& of,
                                    const step_graph& graph,
                                    const std::vector<step_index>& steps,
                                    const scan_run& run,
                                    const std::set<std::string>* only,
                                    bool to_update) {
  const auto today = std::chrono::floor<std::chrono::days>(run.now);
  scan_board board;
  std::map<const declared_pipeline*, const scan_baseline*> baselines;
  errors wrong;
  for (const step_index at : steps) {
    const graph_step& step = graph.steps[at];
    if (!step.is_scan() || (only != nullptr && !only->contains(step.id))) continue;
    const auto [known, added] = baselines.try_emplace(step.pipeline);
    if (added) {
      std::vector<std::string> left_out;
      or_errors<scan_baseline> read = baseline_of(*step.pipeline, today, to_update ? &left_out : nullptr);
      for (const error& each : read.errors) wrong.push_back(with_origin(each, *step.pipeline, "baseline"));
      board.baselines.push_back(
          std::make_unique<scan_baseline>(read ? *std::move(read.made) : scan_baseline{}));
      known->second = board.baselines.back().get();
    }
    auto found = last_of_scan(step, folder_of(of, step), run, only != nullptr);
    if (!found) {
      board.unknown.push_back(step.id);
      continue;
    }
    scan_verdict verdict = verdict_of(*found, policy_of(step, *known->second, today));
    board.scans.push_back({step.id, prefix_in_repository(step.pipeline->source_directory), *std::move(found),
                           std::move(verdict)});
  }
  if (!wrong.empty()) return {.errors = std::move(wrong)};
  return {.made = std::move(board)};
}

errors warnings_of(const scan_board& of) {
  errors all;
  const auto add = [&](const scanned& about, std::string what, std::string help) {
    all.push_back(error{exit_class::usage, about.step, std::move(what), {}, {}}.with("try", std::move(help)));
  };
  for (const scanned& each : of.scans) {
    if (!each.verdict.not_run.empty()) add(each, "it did not run: " + joined(each.verdict.not_run, "; "), {});
    for (const scan_exception* one : each.verdict.ending)
      add(each,
          fmt::format("the exception for {}{} of {} ends on {}, and then it fails again", one->rule,
                      one->path.empty() ? "" : " in " + one->path, one->owner, day_text(one->until)),
          {});
    if (!each.verdict.gone.empty())
      add(each, counted(each.verdict.gone.size(), "finding") + " of BASELINE no longer found",
          "cicd scan baseline --update");
  }
  return all;
}

std::vector<note> scan_notes(const scan_board& of, const std::string& file) {
  if (of.scans.empty()) return {};
  const merged_sarif merged = merged_sarif_of(of.scans);
  std::vector<note> notes{{"scans", scan_totals(of.scans)}};
  if (write_file(file, merged.text, durability::fast, 0600)) notes.push_back({"sarif", file});
  if (merged.left_out > 0 || merged.runs_left_out > 0)
    notes.push_back(
        {"left out", fmt::format("{} and {}, the least bad: a forge takes {} findings and {} scans",
                                 counted(merged.left_out, "finding"), counted(merged.runs_left_out, "scan"),
                                 most_sarif_results, most_sarif_runs)});
  return notes;
}

}  // namespace cicd
