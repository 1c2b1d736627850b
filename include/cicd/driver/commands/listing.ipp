// The index of runs as it is read, and runs and deployments as the columns of a table.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/run_index.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

std::string index_file(const session& of) {
  return of.where.state + "/runs.sqlite";
}

result<std::vector<run_summary>> last_runs(const session& of, std::size_t most) {
  const std::string& build_root = of.where.build_root;
  result<run_index> index = run_index::open(index_file(of), build_root);
  result<std::vector<run_summary>> runs =
      index ? index->runs(build_root, most) : result<std::vector<run_summary>>(index.error());
  if (runs || runs.error().kind != exit_class::cannot_save) return runs;
  print_warnings({runs.error()});
  std::vector<run_summary> there = runs_below(build_root);
  std::ranges::reverse(there);
  if (there.size() > most) there.resize(most);
  return there;
}

std::string table_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t at = 0; at < row.size(); ++at) {
      if (widths.size() <= at) widths.push_back(0);
      widths[at] = std::max(widths[at], columns(row[at]));
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t at = 0; at < row.size(); ++at)
      line += " " + row[at] + std::string(widths[at] - columns(row[at]) + 1, ' ');
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  }
  return text;
}

json json_of(const run_summary& run) {
  json one;
  one.set("id", run.id);
  one.set("target", run.target);
  one.set("outcome", run.outcome);
  one.set("exit_status", run.exit_status);
  one.set("started", utc_text(run.started));
  one.set("duration_ms", run.duration.count());
  one.set("commit", run.commit);
  one.set("who", run.who);
  one.set("folder", run.folder);
  return one;
}

std::vector<std::string> row_of(const run_summary& run) {
  return {utc_text(run.started),
          run.outcome,
          human_duration(run.duration),
          displayable(run.target),
          run.commit.substr(0, 7),
          displayable(run.who),
          run.id};
}

std::vector<std::string> row_of(const deployment_record& record) {
  return {utc_text(record.when),       fmt::format("#{}", record.generation),
          displayable(record.version), record.commit.substr(0, 7),
          displayable(record.who),     record.dirty ? "uncommitted changes" : ""};
}

}  // namespace cicd
