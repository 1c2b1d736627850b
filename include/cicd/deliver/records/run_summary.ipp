// Reading result.json. See run_summary.hpp.
#pragma once

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/run_summary.hpp>
#include <cicd/system/files.hpp>

namespace cicd {
namespace deliver_records_run_summary {

constexpr std::int64_t result_schema = 1;

inline error no_result(const std::string& folder, std::string why) {
  return {.kind = exit_class::corrupt,
          .subject = {},
          .what = "not the result of a run",
          .value = folder + "/result.json",
          .notes = {{"caused by", std::move(why)}}};
}

/// Why this is no result that we can read; empty when it is one.
inline std::string objection(const json& document) {
  const std::int64_t schema = document["schema"].integer();
  if (schema > result_schema)
    return fmt::format("its schema is {}, written by a newer cicd; this one knows {}", schema, result_schema);
  if (schema < 1) return "it has no member 'schema'";
  if (document["id"].text().empty()) return "it has no member 'id'";
  if (!utc_from(document["started"].text())) return "its member 'started' is not a timestamp";
  return {};
}

inline std::vector<run_summary::step> steps_in(const json& document) {
  std::vector<run_summary::step> steps;
  for (const json& step : document["steps"].elements())
    steps.push_back({.id = step["step"].text(),
                     .outcome = step["outcome"].text(),
                     .duration = std::chrono::milliseconds(step["duration_ms"].integer())});
  return steps;
}

}  // namespace deliver_records_run_summary

result<run_summary> run_summary_from(std::string_view result_json, const std::string& folder) {
  const auto document = parse_json(result_json);
  if (!document) return deliver_records_run_summary::no_result(folder, document.error().what);
  if (std::string why = deliver_records_run_summary::objection(*document); !why.empty())
    return deliver_records_run_summary::no_result(folder, std::move(why));
  return run_summary{.id = (*document)["id"].text(),
                     .folder = folder,
                     .build_root = (*document)["build_root"].text(),
                     .target = (*document)["target"].text(),
                     .outcome = (*document)["outcome"].text(),
                     .exit_status = static_cast<int>((*document)["exit_status"].integer()),
                     .commit = (*document)["commit"].text(),
                     .who = (*document)["who"].text(),
                     .started = *utc_from((*document)["started"].text()),
                     .duration = std::chrono::milliseconds((*document)["duration_ms"].integer()),
                     .steps = deliver_records_run_summary::steps_in(*document)};
}

std::vector<run_summary> runs_below(const std::string& build_root) {
  std::vector<run_summary> runs;
  std::error_code gone;
  for (std::filesystem::directory_iterator at(build_root + "/.cicd/runs", gone), end; !gone && at != end;
       at.increment(gone)) {
    const std::string folder = at->path().string();
    const auto text = read_file_if_there(folder + "/result.json");
    if (!text || !*text) continue;
    if (auto run = run_summary_from(**text, folder)) runs.push_back(std::move(*run));
  }
  std::sort(runs.begin(), runs.end(), [](const run_summary& a, const run_summary& b) { return a.id < b.id; });
  return runs;
}

}  // namespace cicd
