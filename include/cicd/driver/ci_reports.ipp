// To the streams, files and programs of the CI system at hand.
#pragma once

#include <unistd.h>

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/deliver/notify/failing_commit.hpp>
#include <cicd/driver/ci_reports.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/observe/change_base.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/report/console.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

namespace driver_ci_reports {
namespace {

/// The root of the repository that a folder is in; the folder itself where it is in none.
std::string root_of(const std::string& folder) {
  const auto layout = observing::git_layout_of(folder);
  return layout ? layout->top : folder;
}

/// Raw, since no other form is a command: ten errors and ten warnings, in one part of the log.
void print(const std::string& system, const std::vector<ci_annotation>& all) {
  std::string lines;
  std::size_t errors = 0, warnings = 0;
  for (const ci_annotation& each : all) {
    if ((each.is_error ? errors : warnings)++ >= most_annotations) continue;
    if (const std::string line = line_of(system, each); !line.empty()) lines += line + "\n";
  }
  if (lines.empty()) return;
  const ci_fold fold = fold_of(system, {.title = "annotations", .name = "annotations"});
  write_all(STDOUT_FILENO, fold.before + lines + fold.after);
}

readable_paths paths_below(const std::string& root, const run_view& view) {
  return {.source_folders = view.source_folders,
          .here = root,
          .exists = [](const std::string& path) { return exists(path); },
          .links = view.links,
          .given = view.given};
}

}  // namespace
}  // namespace driver_ci_reports

ci_reports::ci_reports(const session& of, std::string system, std::string target, bool is_read)
    : of_(of),
      system_(std::move(system)),
      target_(std::move(target)),
      root_(system_.empty() ? std::string() : driver_ci_reports::root_of(of.model.tree.source_root)),
      is_read_(is_read) {}

run_listener ci_reports::listener() {
  if (system_.empty()) return {};
  return {.begin =
              [this](const run_view& view) {
                const readable_paths paths = driver_ci_reports::paths_below(root_, view);
                places_.emplace(paths, view.folders, of_.model.tree.source_root);
                summary_.emplace(paths);
              },
          .hear =
              [this](const event& happened) {
                places_->hear(happened);
                summary_->hear(happened);
              },
          .scans =
              [this](const std::vector<scanned>& found) {
                scans_ = found;
                summary_->hear_scans(found);
              }};
}

void ci_reports::tell(const run_outcome& outcome) {
  if (system_.empty()) return;
  if (!places_) {
    const readable_paths paths = driver_ci_reports::paths_below(root_, {});
    places_.emplace(paths, std::map<std::string, std::string>(), of_.model.tree.source_root);
    summary_.emplace(paths);
  }
  if (!summary_->has_run()) {
    summary_->refused(target_, outcome.errors);
    for (const error& each : outcome.errors) places_->add(each);
  }
  if (is_read_) print_annotations();
  // ctest asks each test for itself whether it has anything to do.
  if (is_read_ || !summary_->is_good() || summary_->has_done()) write_summary(outcome);
  if (system_ == "GitLab CI") write_code_quality();
}

/// Only of a proposed change: of a push all of it is there already.
std::vector<ci_annotation> ci_reports::found_on_changed_lines() {
  const ci_event event = ci_event_of(of_.around);
  if (!event.is_proposed() || annotations_of(scans_, nullptr).empty()) return {};
  const auto base = change_base_of(root_, {}, event, of_.around);
  const auto changed =
      base ? changed_lines_since(root_, base->commit, of_.around) : result<changed_lines>(base.error());
  if (changed) return annotations_of(scans_, &*changed);
  error why = changed.error();
  why.what = "findings are not annotated: " + why.what;
  print_warnings({std::move(why)});
  return {};
}

void ci_reports::print_annotations() {
  if (line_of(system_, ci_annotation{.title = "x"}).empty()) return;
  std::vector<ci_annotation> all = places_->all();
  for (ci_annotation& each : found_on_changed_lines()) all.push_back(std::move(each));
  driver_ci_reports::print(system_, all);
}

/// A summary that cannot be written fails nothing.
void ci_reports::write_summary(const run_outcome& outcome) {
  if (!summary_->is_good())
    for (const declared_pipeline& each : of_.model.pipelines) {
      const std::string author = author_of_followed(each, summary_->commit(), of_.around);
      if (author.empty()) continue;
      summary_->set_author(summary_->commit().substr(0, 7) + " by " + author);
      break;
    }
  constexpr std::size_t most = 1'000'000;  // GitHub, Buildkite: 1 MiB
  const std::string text = summary_->markdown(most);
  const std::string folder = outcome.id.empty() ? std::string() : of_.where.run(outcome.id);
  const std::string file = folder + "/summary.md";
  const bool is_written = is_folder(folder) && write_file(file, text, durability::fast, 0600);
  const std::string name = "cicd " + summary_->target();
  const ci_summary_place place = summary_place_of(system_, of_.around, name, summary_->is_good());
  if (!place.file.empty() && (is_plain_file(place.file) || !exists(place.file))) {
    const std::string before = read_file_if_there(place.file).value_or(std::nullopt).value_or("");
    const std::string ours = summary_->markdown(place.most - std::min(place.most, before.size()));
    if (auto to = append_file::open(place.file)) (void)to->append(ours);
  }
  if (!place.line.empty() && is_written && is_read_)
    write_all(STDOUT_FILENO, replaced_all(place.line, "{}", file) + "\n");
  if (!place.program.empty() && find_program(place.program.front(), of_.around.get_or("PATH", ""), "/"))
    (void)run_to_end({.words = place.program, .directory = "/", .environment = of_.around.lines()},
                     {.input = text, .limit = std::chrono::seconds(10)});
}

/// GitLab shows of it what a merge request adds.
void ci_reports::write_code_quality() const {
  std::vector<ci_annotation> all = places_->all();
  for (ci_annotation& each : annotations_of(scans_, nullptr)) all.push_back(std::move(each));
  const std::string file = of_.where.own() + "/gl-code-quality-report.json";
  const std::string before = read_file_if_there(file).value_or(std::nullopt).value_or("");
  (void)write_file(file, code_quality_of(all, before, ci_job_id(of_.around)), durability::fast);
}

void annotate(const errors& all, const std::string& source_root, const surroundings& around) {
  using namespace driver_ci_reports;
  const std::string system = ci_log_system(around);
  if (system.empty() || all.empty()) return;
  readable_paths paths = paths_below(root_of(source_root), {});
  failure_places places(std::move(paths), {}, source_root);
  for (const error& each : all) places.add(each);
  print(system, places.all());
}

}  // namespace cicd
