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
