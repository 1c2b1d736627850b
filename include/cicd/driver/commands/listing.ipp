// The index of runs as it is read, and runs and deployments as the columns of a table.
#pragma once

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/run_index.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/report/console.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

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

std::vector<std::string> runs_newest_first(const workspace& where) {
  const auto runs = list_tree(where.runs(), [](const std::string&) { return false; });
  std::vector<std::string> names;
  if (runs)
    for (const tree_entry& run : *runs) names.push_back(run.path);
  std::ranges::reverse(names);
  return names;
}

moment_words moments_of_page(bool exact) {
  return {system_clock_port().now(), exact};
}

std::size_t table_width(const surroundings& around) {
  return isatty(STDOUT_FILENO) ? abilities_of_stdout(around).width : 0;
}

std::string version_text(const deployment_record& of) {
  const std::string commit = of.commit.substr(0, 7);
  const bool tells_commit =
      of.version.empty() || commit.empty() || of.version.find(commit) != of.version.npos;
  std::string text =
      tells_commit ? (of.version.empty() ? commit : of.version) : fmt::format("{} ({})", of.version, commit);
  if (of.dirty && text.find("dirty") == text.npos) text += "-dirty";
  return displayable(text);
}

const std::vector<std::string>& run_header() {
  static const std::vector<std::string> titles{"STARTED", "RESULT", "TOOK", "TARGET", "COMMIT", "BY", "RUN"};
  return titles;
}

const std::vector<std::size_t>& dispensable_of_runs() {
  static const std::vector<std::size_t> columns{5, 4, 2};  // BY, COMMIT, TOOK
  return columns;
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

std::vector<std::string> row_of(const run_summary& run, const moment_words& times) {
  return {times.text(run.started),
          run.outcome,
          human_duration(run.duration),
          displayable(run.target),
          run.commit.substr(0, 7),
          displayable(short_name(run.who)),
          run.id};
}

}  // namespace cicd
