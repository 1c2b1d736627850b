// JUnit files: those that steps leave, read; and the ones that CI systems read, written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

/// The test cases of a JUnit file (surefire's, ctest's, pytest's, …). Class `usage` when it is no such file;
/// entities and bad bytes are survived.
result<std::vector<test_case>> read_junit(std::string_view xml);

/// The cases of one report file, and the folder that it lies in.
struct junit_file {
  std::string folder;
  std::vector<test_case> cases;
};
/// The cases of a run's files. One that stands in several files of a folder was run again: it counts once, as
/// passed and flaky where one of them says so.
std::vector<test_case> cases_of_run(std::vector<junit_file> files);
/// `58 tests, 2 skipped, 1 flaky (OrdersTest.closes)`, `0 tests`.
std::string tests_summary(const std::vector<test_case>& cases);

/// A step with its cases as a suite; a step without cases is one case itself.
struct junit_suite {
  std::string step;
  step_outcome outcome = step_outcome::ran;
  std::chrono::milliseconds duration{};
  std::string message;  ///< of a failure
  std::vector<test_case> cases;
};
/// One JUnit document; texts are capped at 64 KiB and cleaned of what XML forbids.
std::string junit_text(const std::vector<junit_suite>& suites, std::chrono::system_clock::time_point when);

}  // namespace cicd
