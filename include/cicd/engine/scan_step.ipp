// Reports of scanners, and what they leave out.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/engine/scan_policy.hpp>
#include <cicd/engine/scan_step.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/report/scan/readers.hpp>
#include <cicd/report/scan/scan_result_json.hpp>
#include <cicd/run/decorators.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_scan_step {
namespace {

constexpr std::uint64_t largest_report = 256'000'000, largest_source = 16'000'000;

/// Statuses by which a scanner says that it failed, whatever stands in its report. `tool` is in small
/// letters.
bool means_trouble(std::string_view tool, int status) {
  constexpr std::array<std::pair<std::string_view, int>, 4> known{
      {{"ruff", 2}, {"eslint", 2}, {"bandit", 2}, {"zizmor", 1}}};
  if (tool == "osv-scanner") return status >= 127;
  return std::ranges::any_of(known,
                             [&](const auto& each) { return each.first == tool && each.second == status; });
}

/// The programs that a command may run: its words, and those of a shell's text, without their folders.
std::set<std::string> programs_in(std::string_view command) {
  constexpr std::string_view ends = " \t\n;&|()<>\"'`";
  std::set<std::string> programs;
  while (!command.empty()) {
    const std::string_view word = command.substr(0, command.find_first_of(ends));
    programs.emplace(word.substr(word.rfind('/') + 1));
    command.remove_prefix(std::min(word.size() + 1, command.size()));
  }
  return programs;
}

/// Lines of files below a folder; each file is read once.
class source_lines {
 public:
  explicit source_lines(std::string root) : root_(std::move(root)) {}

  std::optional<std::string> at(const std::string& path, std::int64_t line) {
    const auto [known, added] = files_.try_emplace(path);
    if (added) known->second = lines_of(path);
    if (line < 1 || static_cast<std::size_t>(line) > known->second.size()) return std::nullopt;
    return known->second[static_cast<std::size_t>(line) - 1];
  }

 private:
  std::vector<std::string> lines_of(const std::string& path) const {
    if (path.empty() || path.starts_with('/')) return {};
    const auto text = read_below_if_there(root_, path, {.limit = largest_source});
    return text && *text ? split(**text, '\n') : std::vector<std::string>();
  }

  std::string root_;
  std::map<std::string, std::vector<std::string>> files_;
};

/// When the newest file there was written.
std::optional<std::chrono::system_clock::time_point> written_at(const std::string& path) {
  const auto time_of = [](const std::string& of) -> std::optional<std::chrono::system_clock::time_point> {
    struct stat about {};
    if (stat(of.c_str(), &about) != 0) return std::nullopt;
    return std::chrono::system_clock::from_time_t(about.st_mtime);
  };
  if (!is_folder(path)) return time_of(path);
  std::optional<std::chrono::system_clock::time_point> newest;
  if (const auto entries = list_tree(path))
    for (const tree_entry& each : *entries)
      if (each.kind == entry_kind::file)
        if (const auto time = time_of(path + "/" + each.path); time && (!newest || *time > *newest))
          newest = time;
  return newest;
}

class reading {
 public:
  reading(const scan_ground& of,
          shared_index& index,
          const surroundings& around,
          const secret_finder& secrets)
      : of_(of),
        declared_(*of.step->command()),
        index_(index),
        around_(around),
        secrets_(secrets),
        tools_(programs_in(of.command)) {}

  scan_result read() && {
    for (const auto* patterns : {&declared_.sarif, &declared_.findings})
      if (!patterns->empty()) read_files(*patterns, patterns == &declared_.sarif);
    if (files_ == 0)
      made_.not_run.push_back(fmt::format("it wrote no report (exit status {})", of_.exit_status));
    else if (!missing_.empty())
      made_.not_run.push_back(
          fmt::format("it wrote no {} (exit status {})", joined(missing_, ", "), of_.exit_status));
    else if (const auto failed = std::ranges::find_if(
                 tools_, [&](const std::string& each) { return means_trouble(each, of_.exit_status); });
             failed != tools_.end())
      made_.not_run.push_back(fmt::format("exit status {} of {}: it failed", of_.exit_status, *failed));
    else if (of_.exit_status != 0 && made_.findings.empty() && made_.not_run.empty())
      made_.not_run.push_back(fmt::format("exit status {}, and nothing in its report", of_.exit_status));
    check_database();
    source_lines lines(of_.step->pipeline->source_directory);
    give_fingerprints(made_.findings,
                      [&](const std::string& path, std::int64_t line) { return lines.at(path, line); });
    sort_findings(made_.findings);
    return std::move(made_);
  }

 private:
  void read_files(const std::vector<path_pattern>& patterns, bool is_sarif) {
    file_query query{of_.folder, {}, {}, {}, true};
    add_patterns(patterns, query);
    const result<file_set> found = index_.look(query);
    for (const std::string& each : query.patterns)
      if (each.find_first_of("*?[{") == each.npos
          && (!found || std::ranges::find(*found, normal_path(each), &observed_file::path) == found->end()))
        missing_.push_back(each);
    if (!found) return;
    const sarif_places places{of_.folder, real_path(of_.folder).value_or(of_.folder),
                              of_.step->pipeline->source_directory, exists};
    for (const observed_file& file : *found) {
      ++files_;
      const result<std::string> text = read_below(of_.folder, file.path, {.limit = largest_report});
      result<scan_report> report =
          text ? read_scan_report({*text, file.path, of_.command, is_sarif}, places, secrets_) : text.error();
      if (!report) {
        made_.not_run.push_back(file.path + ": " + report.error().what);
        continue;
      }
      add(*std::move(report));
    }
  }

  void add(scan_report report) {
    if (made_.tool.empty()) made_.tool = report.tool, made_.version = report.version;
    tools_.insert(lower(report.tool));
    made_.findings.insert(made_.findings.end(), std::make_move_iterator(report.findings.begin()),
                          std::make_move_iterator(report.findings.end()));
    made_.rules.merge(report.rules);
    made_.not_run.insert(made_.not_run.end(), report.unread.begin(), report.unread.end());
    if (report.database && (!database_ || *report.database < *database_)) database_ = report.database;
  }

  void check_database() {
    if (!declared_.database_age) return;
    if (declared_.database) {
      std::string path = declared_.database.str();
      if (path.starts_with("~/")) path = around_.home() + path.substr(1);
      database_ = written_at(path);
      if (!database_)
        return made_.not_run.push_back("its database is not there: " + declared_.database.str());
    }
    if (!database_) return made_.not_run.push_back("how old its database is, is not known");
    const auto day = std::chrono::floor<std::chrono::days>(*database_);
    if (of_.now - *database_ > std::chrono::milliseconds(declared_.database_age.milliseconds()))
      made_.not_run.push_back(fmt::format("its database is of {}, older than DATABASE_AGE {}", day_text(day),
                                          declared_.database_age.text()));
  }

  const scan_ground& of_;
  const step& declared_;
  shared_index& index_;
  const surroundings& around_;
  const secret_finder& secrets_;
  scan_result made_;
  std::size_t files_ = 0;
  std::vector<std::string> missing_;  ///< that are spelled out
  std::set<std::string> tools_;       ///< by the command and the reports
  std::optional<std::chrono::system_clock::time_point> database_;
};

scan_ground ground_of(const task& work, const outcome& end, std::chrono::system_clock::time_point now) {
  return {.step = work.step,
          .folder = work.folder,
          .command = joined(work.seen->words, " "),
          .exit_status = end.end.kind == ending::how::exited ? end.end.number : 0,
          .now = now};
}

/// Whether its reports say how it ended: its program came to its end, or they came back from the cache.
bool is_to_be_judged(const outcome& end) {
  if (end.withheld || end.failure) return false;
  return end.good() || (end.how == step_outcome::failed && end.end.kind == ending::how::exited);
}

/// Why nothing is known of a scan whose program began; empty where it did not.
std::string why_not_judged(const outcome& end) {
  if (end.how == step_outcome::timed_out) return "it was ended after its time limit";
  if (end.end.kind == ending::how::not_started) return {};
  if (end.how == step_outcome::interrupted) return "it was interrupted";
  return end.failure ? end.failure->what : "its program was killed: " + exit_text(end.end);
}

void remember(const scan_result& found,
              const std::string& step,
              std::string_view key,
              const workspace& where) {
  (void)write_file(where.memory(step, scan_memory), text_of(found, key), durability::fast, 0600);
}

}  // namespace
}  // namespace engine_scan_step

scan_result read_scan(const scan_ground& of,
                      shared_index& index,
                      const surroundings& around,
                      const secret_finder& secrets) {
  scan_result made = engine_scan_step::reading(of, index, around, secrets).read();
  for (std::string& each : made.not_run) each = secrets.masked(each);
  return made;
}

std::string prefix_in_repository(const std::string& source) {
  const auto layout = observing::git_layout_of(source);
  const std::string top = layout ? layout->top : std::string();
  const std::string below = path_below(source, top);
  return top.empty() || below == source ? std::string() : below + "/";
}

void judge_scan(const task& work, outcome& end, const scan_run& run) {
  using namespace engine_scan_step;
  if (!is_to_be_judged(end)) {
    // What lies in its folder was not written to its end.
    scan_result none;
    if (const std::string why = why_not_judged(end); !why.empty()) {
      none.not_run.push_back(run.secrets->masked(why));
      remember(none, work.step->id, hex(work.plan.key), run.where);
    }
    return;
  }
  const auto today = std::chrono::floor<std::chrono::days>(run.now);
  const or_errors<scan_baseline> baseline = baseline_of(*work.step->pipeline, today);
  const bool ran = end.how != step_outcome::reused;
  scanned one{.step = work.step->id,
              .prefix = prefix_in_repository(work.source),
              .found = read_scan(ground_of(work, end, run.now), run.index, run.around, *run.secrets)};
  remember(one.found, work.step->id, hex(work.plan.key), run.where);
  if (!baseline) {  // it was changed since the plan was made
    end.how = step_outcome::failed;
    end.failure = baseline.errors.front();
    return;
  }
  one.verdict = verdict_of(one.found, policy_of(*work.step, *baseline.made, today));
  end.summary = summary_of(one.verdict);
  end.is_kept = one.verdict.not_run.empty();
  if (one.verdict.is_good()) {
    end.how = ran ? step_outcome::ran : step_outcome::reused;
    return;
  }
  end.how = step_outcome::failed;
  // Of a program that failed and left nothing, its output says more.
  if (one.found.tool.empty() && end.end.number != 0) return;
  end.failure = failure_of(one.verdict, work.step->id);
  if (one.found.findings.empty()) return;
  const std::string file = run.kept_at + ".sarif";
  if (write_file(file, merged_sarif_of({one}).text, durability::fast, 0600))
    end.failure->notes.push_back({"sarif", file});
}

std::optional<scan_result> last_of_scan(const graph_step& step,
                                        const std::string& folder,
                                        const scan_run& run,
                                        bool is_of_now) {
  using namespace engine_scan_step;
  if (const auto text = read_file_if_there(run.where.memory(step.id, scan_memory)); text && *text)
    if (auto known = remembered_scan_from(**text)) return std::move(known->found);
  scan_result made =
      read_scan({.step = &step, .folder = folder, .command = {}, .exit_status = 0, .now = run.now}, run.index,
                run.around, *run.secrets);
  if (made.tool.empty()) return std::nullopt;
  if (!is_of_now)
    made.not_run.emplace_back("its run did not come to its end");
  else
    remember(made, step.id, {}, run.where);
  return made;
}

}  // namespace cicd
