// Reading what the test programs of Rust print (libtest's own lines), and what cargo says around them.
#pragma once

#include <cicd/report/test_report.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <cicd/base/text.hpp>

namespace cicd {

namespace report_test_report_cargo {
namespace {

constexpr std::size_t longest_output = 64U << 10U;
constexpr std::size_t most_cases = 100'000;

/// `src/main.rs:7` of `thread 'a' (12) panicked at src/main.rs:7:37:`, or of the one line that older versions
/// print, `thread 'a' panicked at 'text', src/main.rs:7:37`.
std::string place_of_panic(std::string_view line) {
  const std::size_t said = line.find(" panicked at ");
  if (!line.starts_with("thread '") || said == line.npos) return {};
  line.remove_prefix(said + 13);
  if (line.starts_with('\'')) line.remove_prefix(std::min(line.rfind("', ") + 3, line.size()));
  const std::size_t file = line.find(".rs:");
  if (file == line.npos) return {};
  const std::size_t end = line.find_first_not_of("0123456789", file + 4);
  return end == file + 4 ? std::string() : std::string(line.substr(0, end));
}

/// The message between the line of the panic and the backtrace; the whole output where it did not panic.
void tell_failure(const std::string& output, test_case& to) {
  to.details = output;
  bool after = false;
  for (const std::string& line : split(output, '\n')) {
    if (line.starts_with("stack backtrace:") || line.starts_with("note: ")) break;
    if (after) to.message += (to.message.empty() ? "" : "\n") + line;
    if (after || place_of_panic(line).empty()) continue;
    to.file = place_of_panic(line);
    after = true;
  }
  if (to.message.empty()) to.message = std::string(trimmed(output));
}

class reader {
 public:
  std::vector<test_case> read(std::string_view text) {
    for (const std::string& line : split(text, '\n')) take(line);
    return std::move(cases_);
  }

 private:
  void take(const std::string& line) {
    const std::string_view plain = trimmed(line);
    if (plain.starts_with("Running ") && plain.ends_with(")"))
      return begin(plain.substr(8, plain.rfind(" (") - 8));
    if (plain.starts_with("Doc-tests ")) return begin(plain);
    if (plain.starts_with("running ") && (plain.ends_with(" tests") || plain.ends_with(" test")))
      return end();
    if (line.starts_with("---- ") && line.ends_with(" stdout ----")) {
      end_speaking();
      speaking_ = line.substr(5, line.size() - 5 - 12);
      return;
    }
    if (line == "failures:" || line.starts_with("test result: ")) return end_speaking();
    if (!speaking_.empty())
      output_ += (line + "\n").substr(0, longest_output - std::min(longest_output, output_.size()));
    else if (line.starts_with("test "))
      add(line.substr(5));
  }

  /// `unittests src/main.rs`, `tests/http.rs`.
  void begin(std::string_view suite) {
    end();
    suite_ = suite.starts_with("unittests ") ? suite.substr(10) : suite;
  }
  void end() {
    end_speaking();
    known_.clear();
  }

  void add(std::string_view line) {
    const std::size_t dots = line.rfind(" ... ");
    if (dots == line.npos || cases_.size() >= most_cases) return;
    std::string_view name = line.substr(0, dots);
    if (name.ends_with(" - should panic")) name.remove_suffix(15);
    const std::string_view how = line.substr(dots + 5);
    known_[std::string(name)] = cases_.size();
    cases_.push_back({.suite = suite_,
                      .name = std::string(name),
                      .file = {},
                      .how = how.starts_with("ok")        ? test_case::state::passed
                             : how.starts_with("ignored") ? test_case::state::skipped
                                                          : test_case::state::failed,
                      .duration = {},
                      .message = {},
                      .details = {}});
  }

  void end_speaking() {
    if (const auto found = known_.find(speaking_); found != known_.end())
      tell_failure(output_, cases_[found->second]);
    speaking_.clear();
    output_.clear();
  }

  std::vector<test_case> cases_;
  std::map<std::string, std::size_t> known_;  ///< of the program that is read
  std::string suite_, speaking_, output_;
};

}  // namespace
}  // namespace report_test_report_cargo

std::vector<test_case> read_cargo_tests(std::string_view text) {
  return report_test_report_cargo::reader().read(text);
}

}  // namespace cicd
