// Events to tables of Markdown.
#pragma once

#include <cicd/report/job_summary.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/report/markdown.hpp>
#include <cicd/report/moments.hpp>
#include <cicd/report/rendering.hpp>
#include <cicd/report/scan/scan_table.hpp>
#include <cicd/report/step_lines.hpp>
#include <cicd/report/test_place.hpp>

namespace cicd {

namespace report_job_summary {
namespace {

constexpr std::size_t most_rows = 500, most_tests = 50, longest_cell = 300;

std::string result_of(const step_ended& end) {
  switch (end.outcome) {
    case step_outcome::ran: return "✓ ran";
    case step_outcome::reused: return "↺ reused";
    case step_outcome::up_to_date: return "○ up to date";
    case step_outcome::failed: return "✗ failed";
    case step_outcome::timed_out: return "✗ timed out";
    case step_outcome::interrupted: return "✗ interrupted";
    case step_outcome::not_run: return "– not run";
  }
  return {};
}

std::string cell(std::string_view text) {
  return cut_to(rendered_line(text), longest_cell);
}

bool has_failed(const test_case& test) {
  return test.how == test_case::state::failed || test.how == test_case::state::error;
}

std::string table(const std::string& head, const std::vector<std::vector<std::string>>& rows) {
  std::string text = head;
  for (std::size_t at = 0; at < rows.size() && at < most_rows; ++at) text += markdown_row(rows[at]);
  if (rows.size() > most_rows) text += fmt::format("\nand {} more\n", rows.size() - most_rows);
  return text;
}

std::string images_text(const deployment_facts& of) {
  std::vector<std::string> all;
  for (const auto& [name, digest] : of.images) all.push_back(name + " " + digest);
  return joined(all, ", ");
}

}  // namespace
}  // namespace report_job_summary

job_summary::place_row& job_summary::place_at(const changed_place& at) {
  for (place_row& each : places_)
    if (each.at.text() == at.text() && (each.at.cluster.empty() || each.at.cluster == at.cluster)) {
      each.at.cluster = at.cluster;
      return each;
    }
  place_row& made = places_.emplace_back();
  made.at = at;
  return made;
}

void job_summary::add_tests(const step_ended& end) {
  using namespace report_job_summary;
  if (end.tests.empty()) return;
  const auto count = [&](auto is) { return static_cast<std::size_t>(std::ranges::count_if(end.tests, is)); };
  const std::size_t failing = count(has_failed),
                    skipped =
                        count([](const test_case&each) { return each.how == test_case::state::skipped; }),
                    flaky = count([](const test_case&each) { return each.flaky; });
  const auto number = [](std::size_t of) { return of == 0 ? std::string() : std::to_string(of); };
  tests_.push_back(
      {end.step, std::to_string(end.tests.size()), number(failing), number(skipped), number(flaky)});
  if (failing == 0) return;
  readable_paths own = paths_;
  own.step = end.step;
  for (const test_case& each : end.tests)
    if (has_failed(each)) {
      const std::string name = each.suite.empty() ? each.name : each.suite + "." + each.name;
      failing_tests_.push_back(
          {cell(name), cell(place_of(each, own)), cell(each.message.empty() ? each.details : each.message)});
    }
}

void job_summary::add(const step_ended& end) {
  using namespace report_job_summary;
  totals_.add(end);
  const std::string reason = reasons_[end.step];
  std::string why = end.failure ? end.failure->what : status_text(end.how);
  if (end.outcome == step_outcome::ran || end.outcome == step_outcome::reused) why = end.summary;
  const bool has_time = end.outcome != step_outcome::not_run && end.outcome != step_outcome::up_to_date;
  steps_.push_back({end.step, result_of(end), has_time ? human_duration(end.duration) : "",
                    cell(paths_.in(why + (why.empty() || reason.empty() ? "" : "; ") + reason))});
  add_tests(end);
}

void job_summary::hear(const event& happened) {
  using namespace report_job_summary;
  const event_body& body = happened.body;
  if (const auto* run = std::get_if<run_started>(&body)) {
    target_ = run->target;
    commit_ = run->commit;
    branch_ = run->branch;
    change_ = run->change;
  } else if (const auto* begun = std::get_if<step_started>(&body)) {
    reasons_[begun->step] = reason_text(begun->reasons);
  } else if (const auto* end = std::get_if<step_ended>(&body)) {
    add(*end);
  } else if (const auto* deploy = std::get_if<deploy_started>(&body)) {
    place_row& row = place_at(deploy->at);
    row.is = "not deployed";
    row.version = deploy->to.version;
    row.approved_by = deploy->approved_by;
  } else if (const auto* refusal = std::get_if<deploy_refused>(&body)) {
    place_row& row = place_at(refusal->at);
    row.is = (refusal->waits ? "waits: " : "refused: ") + refusal->failure.what;
    if (refusal->until) row.is += ", until " + utc_text(*refusal->until);
    row.version = refusal->to.version;
  } else if (const auto* done = std::get_if<deployed>(&body)) {
    place_row& row = place_at(done->at);
    row.is = done->share.empty() ? "deployed" : "deployed with " + done->share;
    row.version = done->record.version;
    row.images = images_text(done->record);
    row.who = done->record.who;
  } else if (const auto* asked = std::get_if<proposed>(&body)) {
    place_row& row = place_at(asked->at);
    row.is = "proposed: " + asked->link;
    row.version = asked->record.version;
    row.images = images_text(asked->record);
    row.who = asked->record.who;
  } else if (const auto* over = std::get_if<run_ended>(&body)) {
    is_ended_ = true;
    is_good_ = over->outcome == exit_class::done;
    title_ = is_good_ && totals_.nothing_done() ? totals_.idle_sentence(target_, over->duration)
                                                : totals_.sentence(target_, *over);
    if (over->failure) why_.push_back(over->failure->what);
    if (const std::string skipped = totals_.not_run_sentence(); !skipped.empty()) why_.push_back(skipped);
  }
}

void job_summary::refused(const std::string& target, const errors& why) {
  target_ = target;
  is_ended_ = true;
  is_good_ = false;
  title_ = (target.empty() ? "run" : target) + " did not begin";
  for (const error& each : why) {
    std::string line = each.subject.empty() ? each.what : each.subject + ": " + each.what;
    if (each.value) line += ": '" + *each.value + "'";
    for (const note& one : each.notes)
      if (one.label == "declared at" || one.label == "try")
        line += fmt::format(" ({}: {})", one.label, one.text);
    why_.push_back(std::move(line));
  }
}

std::string job_summary::head() const {
  using namespace report_job_summary;
  std::string text = fmt::format("## {} {}\n", is_good_ ? "✓" : "✗", markdown_text(rendered_line(title_)));
  if (!is_good_ && !author_.empty())
    text += "\nThe commit is " + markdown_text(rendered_line(author_))
            + (branch_.empty() ? "" : ", on " + markdown_text(rendered_line(branch_))) + ".\n";
  if (!change_.empty()) text += "\n" + markdown_text(rendered_line(change_)) + "\n";
  if (!why_.empty()) text += "\n";
  for (const std::string& each : why_) text += "- " + markdown_text(cell(each)) + "\n";
  return text;
}

std::string job_summary::steps_part() const {
  std::vector<std::vector<std::string>> rows;
  for (const step_row& each : steps_) rows.push_back({each.step, each.result, each.time, each.reason});
  if (rows.empty() || totals_.nothing_done()) return {};
  return report_job_summary::table("\n### Steps\n\n| step | result | time | reason |\n|---|---|--:|---|\n",
                                   rows);
}

std::string job_summary::tests_part() const {
  using namespace report_job_summary;
  if (tests_.empty()) return {};
  std::string text =
      table("\n### Tests\n\n| step | tests | failed | skipped | flaky |\n|---|--:|--:|--:|--:|\n", tests_);
  if (failing_tests_.empty()) return text;
  std::vector<std::vector<std::string>> shown = failing_tests_;
  if (shown.size() > most_tests) shown.resize(most_tests);
  text += table("\n| failing test | place | message |\n|---|---|---|\n", shown);
  if (shown.size() < failing_tests_.size())
    text += fmt::format("\nand {} more\n", failing_tests_.size() - shown.size());
  return text;
}

std::string job_summary::scans_part() const {
  return scans_.empty() ? std::string() : "\n" + scan_markdown(scans_);
}

std::string job_summary::deployed_part() const {
  std::vector<std::vector<std::string>> rows;
  for (const place_row& each : places_)
    rows.push_back({each.at.text() + (each.at.cluster.empty() ? "" : " in " + each.at.cluster),
                    report_job_summary::cell(each.is), each.version, each.images, short_name(each.who),
                    each.approved_by});
  if (rows.empty()) return {};
  return report_job_summary::table(
      "\n### Deployed\n\n| environment | is | version | digest | by | approved by "
      "|\n|---|---|---|---|---|---|\n",
      rows);
}

std::string job_summary::markdown(std::size_t most) const {
  std::vector<std::string> parts{head(), deployed_part(), steps_part(), tests_part(), scans_part()};
  constexpr std::string_view shortened = "\nThe rest is too long for this page: see the log of the job.\n";
  std::string text;
  bool is_whole = true;
  for (const std::string& part : parts)
    if (text.size() + part.size() + shortened.size() + 1 <= most)
      text += part;
    else
      is_whole = false;
  if (!is_whole && text.size() + shortened.size() < most) text += shortened;
  return text.empty() ? text : text + "\n";
}

}  // namespace cicd
