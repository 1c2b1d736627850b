// The test cases of whatever report a test runner leaves. Which of the formats a file has is seen by how it
// begins.
#pragma once

#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

/// Those of a JUnit file, of the lines of `go test -json` or of those that `cargo test` prints. Class `usage`
/// for any other text.
result<std::vector<test_case>> read_test_report(std::string_view text);

/// Lines of `go test -json`: a case each test, `TestHi/sub_one` in the suite of its package, with `file` as
/// `hi_test.go:6`, relative to the package. A test that has subtests and says nothing itself is left out. A
/// package that did not compile, or that ended without a failing test, is a case without a name.
std::vector<test_case> read_go_tests(std::string_view lines);

/// What `cargo test` prints, with or without its lines `Running …`, which give the suite. `file` is
/// `src/a.rs:7`.
std::vector<test_case> read_cargo_tests(std::string_view text);

}  // namespace cicd
