// Reading the events of `go test -json` (`go doc test2json`).
#pragma once

#include <cicd/report/test_report.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>

namespace cicd {

namespace report_test_report_go {
namespace {

constexpr std::size_t longest_output = 64U << 10U;
constexpr std::size_t most_cases = 100'000;

/// A test, or with an empty name what its package says besides.
struct observed_test {
  std::string package, name, output, failed_build;
  std::string end;  ///< `pass`, `fail`, `skip`; empty while it runs
  std::chrono::milliseconds duration{};
  bool has_subtests = false;
};

/// What the runner says around the output of a test itself.
bool is_frame(std::string_view line) {
  constexpr std::array<std::string_view, 7> frames{
      "=== ", "--- FAIL: ", "--- PASS: ", "--- SKIP: ", "--- BENCH", "PASS\n", "FAIL"};
  while (line.starts_with("    ")) line.remove_prefix(4);
  return std::ranges::any_of(frames, [&](std::string_view each) { return line.starts_with(each); });
}

/// `hi_test.go:6` at the start of a line, without the compiler's `./`, and what is said after it and the
/// column.
std::pair<std::string, std::string_view> place_at_start(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with("./")) line.remove_prefix(2);
  const std::size_t file = line.find(".go:");
  if (file == line.npos || line.substr(0, file).find(' ') != line.npos) return {};
  const std::size_t number = file + 4, end = line.find_first_not_of("0123456789", number);
  if (end == number || end == line.npos || line[end] != ':') return {};
  std::string_view said = line.substr(end + 1);
  if (const std::size_t column = said.find_first_not_of("0123456789");
      column != 0 && column < said.size() && said[column] == ':')
    said.remove_prefix(column + 1);
  return {std::string(line.substr(0, end)), trimmed(said)};
}

std::string without_margin(std::string_view line, std::size_t margin) {
  const std::size_t spaces = std::min(line.find_first_not_of(' '), line.size());
  return std::string(line.substr(std::min(margin, spaces)));
}

/// The place of the first line that has one in a test's file, else of the first that has one at all; the
/// message is what is said from there on.
void tell_failure(const std::string& output, test_case& to) {
  const std::vector<std::string> lines = split(output, '\n');
  const auto place_in = [&](std::string_view ending) {
    return std::ranges::find_if(lines, [&](const std::string& line) {
      const std::string file = place_at_start(line).first;
      return file.find(ending) != file.npos;
    });
  };
  auto first = place_in("_test.go:");
  if (first == lines.end()) first = place_in(".go:");
  to.details = output;
  if (first == lines.end()) {
    const auto panic = std::ranges::find_if(lines, [](const std::string& line) {
      return line.starts_with("panic: ") || line.starts_with("fatal error: ");
    });
    if (panic != lines.end()) to.message = *panic;
    return;
  }
  auto [file, said] = place_at_start(*first);
  to.file = std::move(file);
  to.message = said;
  const std::size_t margin = first->find_first_not_of(' ') + 4;
  for (auto line = std::next(first); line != lines.end() && !trimmed(*line).empty(); ++line)
    to.message += "\n" + without_margin(*line, margin);
}

class reader {
 public:
  std::vector<test_case> read(std::string_view lines) {
    for (const std::string& line : split(lines, '\n'))
      if (const result<json> event = parse_json(line); event && event->is_object()) take(*event);
    std::vector<test_case> cases;
    for (const observed_test& each : tests_)
      if (is_case(each) && cases.size() < most_cases) cases.push_back(case_of(each));
    return cases;
  }

 private:
  void take(const json& event) {
    const std::string action = event["Action"].text();
    if (action == "build-output") {
      append(builds_[event["ImportPath"].text()], event["Output"].text());
      return;
    }
    const std::string package = event["Package"].text();
    if (package.empty()) return;
    observed_test& test = test_of(package, event["Test"].text());
    if (action == "output" && !is_frame(event["Output"].text())) append(test.output, event["Output"].text());
    if (action == "pass" || action == "fail" || action == "skip") {
      test.end = action;
      const double seconds = event["Elapsed"].number();
      if (std::isfinite(seconds) && seconds > 0 && seconds < 1e9)
        test.duration = std::chrono::milliseconds(std::llround(seconds * 1000));
      test.failed_build = event["FailedBuild"].text();
      if (action == "fail" && !test.name.empty()) failed_packages_[package] = true;
    }
  }

  observed_test& test_of(const std::string& package, const std::string& name) {
    const auto [found, added] = known_.try_emplace({package, name}, tests_.size());
    if (added) {
      tests_.push_back({.package = package, .name = name, .output = {}, .failed_build = {}, .end = {}});
      if (const std::size_t slash = name.rfind('/'); slash != name.npos)
        test_of(package, name.substr(0, slash)).has_subtests = true;
    }
    return tests_[known_.at({package, name})];
  }

  static void append(std::string& to, std::string_view text) {
    to += text.substr(0, longest_output - std::min(longest_output, to.size()));
  }

  bool is_case(const observed_test& test) const {
    if (!test.name.empty()) return !test.has_subtests || !trimmed(test.output).empty();
    return test.end == "fail" && !failed_packages_.contains(test.package);
  }

  test_case case_of(const observed_test& test) const {
    test_case made{.suite = test.package,
                   .name = test.name,
                   .file = {},
                   .how = test.end == "pass"   ? test_case::state::passed
                          : test.end == "skip" ? test_case::state::skipped
                          : test.end == "fail" ? test_case::state::failed
                                               : test_case::state::error,
                   .duration = test.duration,
                   .message = {},
                   .details = {}};
    if (made.how == test_case::state::passed) return made;
    const auto build = builds_.find(test.failed_build);
    tell_failure(build == builds_.end() ? test.output : build->second, made);
    if (test.end.empty() && made.message.empty()) made.message = "it did not end";
    if (test.name.empty()) made.how = test_case::state::error;
    return made;
  }

  std::vector<observed_test> tests_;
  std::map<std::pair<std::string, std::string>, std::size_t> known_;
  std::map<std::string, std::string> builds_;  ///< what the compiler said of each import path
  std::map<std::string, bool> failed_packages_;
};

}  // namespace
}  // namespace report_test_report_go

std::vector<test_case> read_go_tests(std::string_view lines) {
  return report_test_report_go::reader().read(lines);
}

}  // namespace cicd
