// Writing a JUnit file as CI systems read it. Deterministic; valid XML 1.0 whatever bytes the texts hold.
#pragma once

#include <cicd/report/junit.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cicd {

namespace report_junit_write {
namespace {

constexpr std::size_t longest_text = 64U << 10U;
constexpr std::string_view replacement = "\xef\xbf\xbd";

/// The size of a character that XML 1.0 forbids (section 2.2: controls but tab and line ends, U+FFFE,
/// U+FFFF), else 0.
std::size_t forbidden_size(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c < 0x20) return c != '\t' && c != '\n' && c != '\r' ? 1 : 0;
  const std::string_view three = text.substr(at, 3);
  return three == "\xef\xbf\xbe" || three == "\xef\xbf\xbf" ? 3 : 0;
}

/// As an attribute's value or as characters: line ends and tabs are written as references, since a reader may
/// fold them.
void append_escaped(std::string& to, std::string_view raw) {
  const bool cut = raw.size() > longest_text;
  const std::string text = valid_utf8(raw.substr(0, longest_text));
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const std::size_t size = forbidden_size(text, at)) {
      to.append(replacement);
      at += size - 1;
      continue;
    }
    switch (text[at]) {
      case '&': to += "&amp;"; break;
      case '<': to += "&lt;"; break;
      case '>': to += "&gt;"; break;
      case '"': to += "&quot;"; break;
      case '\n': to += "&#10;"; break;
      case '\r': to += "&#13;"; break;
      case '\t': to += "&#9;"; break;
      default: to.push_back(text[at]);
    }
  }
  if (cut) to += "…";
}

void append_attribute(std::string& to, std::string_view name, std::string_view value) {
  to.append(" ").append(name).append("=\"");
  append_escaped(to, value);
  to += '"';
}

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{}.{:03}", std::max<std::int64_t>(0, time.count()) / 1000,
                     std::max<std::int64_t>(0, time.count()) % 1000);
}

struct counts {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
};

counts counted(const std::vector<test_case>& cases) {
  counts all{.tests = cases.size()};
  for (const test_case& test : cases) {
    if (test.how == test_case::state::failed) ++all.failures;
    if (test.how == test_case::state::error) ++all.errors;
    if (test.how == test_case::state::skipped) ++all.skipped;
  }
  return all;
}

bool has_failed(step_outcome outcome) {
  return outcome == step_outcome::failed || outcome == step_outcome::timed_out
         || outcome == step_outcome::interrupted;
}

std::string message_for(step_outcome outcome) {
  return outcome == step_outcome::not_run ? "something before it failed"
                                          : replaced_all(std::string(word_for(outcome)), "-", " ");
}

/// The step itself as a case: `orders` / `build`.
test_case case_of(const junit_suite& suite) {
  const std::size_t slash = suite.step.rfind('/');
  test_case test{.suite = slash == std::string::npos ? "" : suite.step.substr(0, slash),
                 .name = slash == std::string::npos ? suite.step : suite.step.substr(slash + 1),
                 .file = {},
                 .how = test_case::state::passed,
                 .duration = suite.duration,
                 .message = suite.message,
                 .details = {}};
  if (suite.outcome == step_outcome::failed)
    test.how = test_case::state::failed;
  else if (has_failed(suite.outcome))
    test.how = test_case::state::error;
  else if (suite.outcome == step_outcome::not_run)
    test.how = test_case::state::skipped;
  if (test.message.empty() && test.how != test_case::state::passed) test.message = message_for(suite.outcome);
  return test;
}

/// A step without cases is one, and a step that failed although its tests did not is one beside them.
std::vector<test_case> cases_of(const junit_suite& suite) {
  std::vector<test_case> cases = suite.cases;
  const counts found = counted(cases);
  if (cases.empty() || (has_failed(suite.outcome) && found.failures + found.errors == 0))
    cases.push_back(case_of(suite));
  return cases;
}

void append_counts(std::string& to, const counts& all, std::chrono::milliseconds duration) {
  to += fmt::format(R"( tests="{}" failures="{}" errors="{}" skipped="{}" time="{}")", all.tests,
                    all.failures, all.errors, all.skipped, seconds(duration));
}

void append_outcome(std::string& to, const test_case& test) {
  const std::string_view element = test.how == test_case::state::passed   ? "flakyFailure"
                                   : test.how == test_case::state::failed ? "failure"
                                   : test.how == test_case::state::error  ? "error"
                                                                          : "skipped";
  to.append("      <").append(element);
  if (!test.message.empty()) append_attribute(to, "message", test.message);
  if (test.details.empty()) {
    to += "/>\n";
    return;
  }
  to += ">";
  append_escaped(to, test.details);
  to.append("</").append(element).append(">\n");
}

/// `src/a.rs:7` as pytest writes it, in two attributes.
void append_place(std::string& to, const std::string& file) {
  if (file.empty()) return;
  const std::size_t colon = file.rfind(':');
  const bool has_line = colon != file.npos && colon + 1 < file.size()
                        && file.find_first_not_of("0123456789", colon + 1) == file.npos;
  append_attribute(to, "file", has_line ? file.substr(0, colon) : file);
  if (has_line) append_attribute(to, "line", file.substr(colon + 1));
}

void append_case(std::string& to, const test_case& test) {
  to += "    <testcase";
  append_attribute(to, "name", test.name);
  append_attribute(to, "classname", test.suite);
  append_attribute(to, "time", seconds(test.duration));
  append_place(to, test.file);
  if (test.how == test_case::state::passed && !test.flaky) {
    to += "/>\n";
    return;
  }
  to += ">\n";
  append_outcome(to, test);
  to += "    </testcase>\n";
}

}  // namespace
}  // namespace report_junit_write

std::string junit_text(const std::vector<junit_suite>& suites, std::chrono::system_clock::time_point when) {
  using namespace report_junit_write;
  // JUnit's times bear no zone; all readers take them as UTC.
  const std::string timestamp = utc_text(when).substr(0, 19);
  std::string body;
  counts all;
  std::chrono::milliseconds duration{};
  for (const junit_suite& suite : suites) {
    const std::vector<test_case> cases = cases_of(suite);
    const counts these = counted(cases);
    all = {all.tests + these.tests, all.failures + these.failures, all.errors + these.errors,
           all.skipped + these.skipped};
    duration += suite.duration;
    body += "  <testsuite";
    append_attribute(body, "name", suite.step);
    append_counts(body, these, suite.duration);
    append_attribute(body, "timestamp", timestamp);
    body += ">\n";
    for (const test_case& test : cases) append_case(body, test);
    body += "  </testsuite>\n";
  }
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cicd\"";
  append_counts(text, all, duration);
  append_attribute(text, "timestamp", timestamp);
  return text + ">\n" + body + "</testsuites>\n";
}

}  // namespace cicd
