// Seeing which format a report has.
#pragma once

#include <cicd/report/test_report.hpp>

#include <cicd/base/text.hpp>
#include <cicd/report/junit.hpp>

namespace cicd {

namespace report_test_report {
namespace {

/// Whether a line is the head of a test program of Rust: `running 4 tests`.
bool has_cargo_line(std::string_view text) {
  for (std::size_t at = text.find("running "); at != text.npos; at = text.find("running ", at + 1)) {
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    if ((at == 0 || text[at - 1] == '\n') && (line.ends_with(" tests") || line.ends_with(" test")))
      return true;
  }
  return false;
}

}  // namespace
}  // namespace report_test_report

result<std::vector<test_case>> read_test_report(std::string_view text) {
  const std::string_view start = trimmed(text.substr(0, 4096));
  if (start.starts_with("{")) return read_go_tests(text);
  if (!start.starts_with("<") && report_test_report::has_cargo_line(text)) return read_cargo_tests(text);
  return read_junit(text);
}

}  // namespace cicd
