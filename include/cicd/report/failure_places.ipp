// Events to places.
#pragma once

#include <cicd/report/failure_places.hpp>

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/report/failure.hpp>
#include <cicd/report/rendering.hpp>
#include <cicd/report/step_lines.hpp>
#include <cicd/report/test_place.hpp>

namespace cicd {

namespace report_failure_places {
namespace {

constexpr std::size_t most_kept = 100;  ///< of all steps
constexpr std::size_t most_lines = 12;  ///< of a message
constexpr std::size_t most_last = 5;    ///< of what a step printed, where nothing else is known
constexpr std::size_t longest_line = 400;

std::string message_of(std::string_view text) {
  std::vector<std::string> lines = rendered_lines(trimmed(text));
  if (lines.size() > most_lines) lines.resize(most_lines);
  for (std::string& each : lines) each = cut_to(each, longest_line);
  return joined(lines, "\n");
}

/// A title is one line of moderate length.
std::string title_of(std::string_view text) {
  return cut_to(rendered_line(text), 200);
}

bool touches(const changed_lines& changed, const std::string& path, const scan_finding& of) {
  const auto file = changed.find(path);
  if (file == changed.end() || of.line <= 0) return false;
  const std::int64_t last = std::max(of.line, of.end_line);
  return std::ranges::any_of(
      file->second, [&](const auto& range) { return of.line <= range.second && range.first <= last; });
}

}  // namespace
}  // namespace report_failure_places

void failure_places::hear(const event& happened) {
  if (const auto* begun = std::get_if<step_started>(&happened.body)) printed_[begun->step] = {};
  if (const auto* line = std::get_if<step_output>(&happened.body)) {
    printed& of = printed_[line->step];
    of.errors.read(line->line);
    if (is_telling(line->line)) of.last.push_back(line->line.substr(0, 4U << 10U));
    if (of.last.size() > report_failure_places::most_last) of.last.pop_front();
  }
  const auto* end = std::get_if<step_ended>(&happened.body);
  if (end == nullptr) return;
  if (end->outcome == step_outcome::failed || end->outcome == step_outcome::timed_out) add_step(*end);
  printed_.erase(end->step);
}

/// Only the step's own folder and what is below it: another one's may have files of the same names.
readable_paths failure_places::paths_of(const std::string& step) const {
  readable_paths own = paths_;
  own.step = step;
  const auto folder = folders_.find(step);
  if (folder == folders_.end()) return own;
  std::erase_if(own.source_folders, [&](const auto& each) {
    return each.first != folder->second && !each.first.starts_with(folder->second + "/");
  });
  return own;
}

bool failure_places::set_place(ci_annotation& to, const std::string& place) const {
  const std::size_t colon = place.rfind(':');
  std::string path = place;
  std::int64_t line = 0;
  if (colon != place.npos && colon + 1 < place.size()
      && place.find_first_not_of("0123456789", colon + 1) == place.npos && place.size() - colon < 10) {
    line = std::stoll(place.substr(colon + 1));
    path = place.substr(0, colon);
  }
  if (path.starts_with(paths_.here + "/")) path.erase(0, paths_.here.size() + 1);
  if (path.empty() || path.front() == '/' || ("/" + path).find("/../") != path.npos) return false;
  if (paths_.exists && !paths_.exists(paths_.here + "/" + path)) return false;
  to.path = path;
  to.line = line;
  return true;
}

void failure_places::set_declared(ci_annotation& to, const error& of) const {
  for (const note& each : of.notes)
    if (each.label == "declared at" && to.path.empty())
      (void)set_place(to, each.text.starts_with('/') ? each.text : source_root_ + "/" + each.text);
}

bool failure_places::add_tests(const step_ended& end, readable_paths of) {
  using namespace report_failure_places;
  of.here.clear();  // so that what is no path of the sources, but a name, is told apart
  bool has_any = false;
  for (const test_case& test : end.tests) {
    if (test.how != test_case::state::failed && test.how != test_case::state::error) continue;
    if (all_.size() >= most_kept) break;
    ci_annotation one;
    one.title = title_of(test.suite.empty() ? test.name : test.suite + "." + test.name);
    one.message = message_of(test.message.empty() ? test.details : test.message);
    one.identity = end.step + "\n" + one.title;
    if (const std::string place = place_of(test, of); place.starts_with('/')) (void)set_place(one, place);
    all_.push_back(std::move(one));
    has_any = true;
  }
  return has_any;
}

bool failure_places::add_output(const step_ended& end, const readable_paths& of) {
  using namespace report_failure_places;
  bool has_any = false;
  for (const output_error& each : printed_[end.step].errors.all()) {
    if (all_.size() >= most_kept) break;
    ci_annotation one{.column = each.column, .title = displayable(end.step) + " failed"};
    one.message = message_of(each.message);
    for (auto place = each.places.rbegin(); place != each.places.rend() && one.path.empty(); ++place)
      if (const std::string file = file_in_sources(place->first, {}, of); !file.empty())
        (void)set_place(one, fmt::format("{}:{}", file, place->second));
    if (one.path.empty()) continue;
    all_.push_back(std::move(one));
    has_any = true;
  }
  return has_any;
}

void failure_places::add_step(const step_ended& end) {
  using namespace report_failure_places;
  const readable_paths own = paths_of(end.step);
  if (add_tests(end, own) || add_output(end, own)) return;
  ci_annotation one{.title = title_of(end.step + " " + ended_text(end))};
  const std::deque<std::string>& last = printed_[end.step].last;
  one.message = message_of(joined(std::vector<std::string>(last.begin(), last.end()), "\n"));
  if (end.failure) {
    one.message = message_of(text_of(*end.failure));
    set_declared(one, *end.failure);
  }
  if (all_.size() < most_kept) all_.push_back(std::move(one));
}

void failure_places::add(const error& of) {
  using namespace report_failure_places;
  ci_annotation one{.title = title_of(of.subject.empty() ? of.what : of.subject + ": " + of.what)};
  one.message = message_of(text_of(of));
  set_declared(one, of);
  if (all_.size() < most_kept) all_.push_back(std::move(one));
}

std::vector<ci_annotation> annotations_of(const std::vector<scanned>& scans, const changed_lines* changed) {
  using namespace report_failure_places;
  std::vector<std::pair<severity, ci_annotation>> found;
  for (const scanned& scan : scans)
    for (const scan_finding& each : scan.verdict.failing()) {
      const std::string path = scan.prefix + each.path;
      if (changed != nullptr && !touches(*changed, path, each)) continue;
      if (each.path.empty() || each.path.front() == '/' || each.path.starts_with("../")) continue;
      ci_annotation one{.is_error = false, .path = path, .line = each.line, .column = each.column};
      one.title = title_of(fmt::format("{}: {} ({})", scan.step, each.rule, word_for(each.how_bad)));
      one.message = message_of(each.message);
      one.identity = scan.step + "\n" + path + "\n" + each.fingerprint;
      one.severity = word_for(each.how_bad);
      found.emplace_back(each.how_bad, std::move(one));
    }
  std::ranges::stable_sort(found, std::greater<>(), &std::pair<severity, ci_annotation>::first);
  std::vector<ci_annotation> all;
  for (auto& [how_bad, one] : found) all.push_back(std::move(one));
  return all;
}

}  // namespace cicd
