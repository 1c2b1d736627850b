// Reading what the test programs of Rust print (libtest's own lines), and what cargo says around them.
#pragma once

#include <cicd/report/test_report.hpp>

#include <algorithm>
#include <map>
#include <optional>
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
  to.message.clear();
  bool after = false;
  for (const std::string& line : split(output, '\n')) {
    if (line.starts_with("stack backtrace:") || line.starts_with("note: ")) break;
    if (after) to.message += (to.message.empty() ? "" : "\n") + line;
    if (after || place_of_panic(line).empty()) continue;
    to.file = place_of_panic(line);
    after = true;
  }
  to.message.resize(to.message.find_last_not_of('\n') + 1);
  if (to.message.empty()) to.message = std::string(trimmed(output));
}

/// What a line says of a test, where it says that alone: `ok`, `ok <0.1s>`, `FAILED`, `ignored, later`.
std::optional<test_case::state> verdict_of(std::string_view line) {
  if (line == "ok" || line.starts_with("ok <") || line.starts_with("bench: "))
    return test_case::state::passed;
  if (line == "FAILED" || line.starts_with("FAILED <") || line.starts_with("FAILED (time"))
    return test_case::state::failed;
  if (line == "ignored" || line.starts_with("ignored, ")) return test_case::state::skipped;
  return {};
}

/// The same of the last line of a test, which output without an end of line may precede: `halfway ok`.
std::optional<test_case::state> last_verdict_of(std::string_view line) {
  if (const auto alone = verdict_of(line)) return alone;
  if (line.ends_with("ok")) return test_case::state::passed;
  if (line.ends_with("FAILED")) return test_case::state::failed;
  return {};
}

class reader {
 public:
  std::vector<test_case> read(std::string_view text) {
    const std::vector<std::string> lines = split(text, '\n');
    for (std::size_t at = 0; at < lines.size(); ++at)
      take(lines[at], at + 1 < lines.size() ? lines[at + 1] : std::string_view());
    end();
    return std::move(cases_);
  }

 private:
  void take(const std::string& line, std::string_view next) {
    const std::string_view plain = trimmed(line);
    if (plain.starts_with("Running ") && plain.ends_with(")"))
      return begin(plain.substr(8, plain.rfind(" (") - 8));
    if (plain.starts_with("Doc-tests ")) return begin(plain);
    if (!speaking_.empty()) return take_speech(line, next);
    if (open_ && !(is_libtest(line) && (last_verdict_of(last_) || is_whole_case(line)))) return hear(line);
    if (plain.starts_with("running ") && (plain.ends_with(" tests") || plain.ends_with(" test")))
      return end();
    if (!open_ || last_verdict_of(last_)) close();
    if (is_heading(line)) speaking_ = line.substr(5, line.size() - 5 - 12);
    if (line.starts_with("test ")) add(line.substr(5));
  }

  /// The captured output of a failed test, up to that of the next one or to the list of all that failed.
  void take_speech(const std::string& line, std::string_view next) {
    const bool listed = (line == "failures:" || line == "successes:") && next.starts_with("    ")
                        && known_.contains(std::string(next.substr(4)));
    if (listed || is_heading(line)) end_speaking();
    if (is_heading(line))
      speaking_ = line.substr(5, line.size() - 5 - 12);
    else if (!listed)
      keep(line);
  }

  bool is_heading(const std::string& line) const {
    return line.size() > 17 && line.starts_with("---- ") && line.ends_with(" stdout ----")
           && known_.contains(line.substr(5, line.size() - 5 - 12));
  }
  /// Lines that follow the verdict of a test, unless they are its output.
  static bool is_libtest(std::string_view line) {
    return line == "failures:" || line == "successes:" || line.starts_with("test result: ")
           || (line.starts_with("test ") && line.find(" ... ") != line.npos);
  }
  static bool is_whole_case(std::string_view line) {
    const std::size_t dots = line.find(" ... ");
    return line.starts_with("test ") && dots != line.npos && verdict_of(line.substr(dots + 5));
  }

  /// `unittests src/main.rs`, `tests/http.rs`.
  void begin(std::string_view suite) {
    end();
    suite_ = suite.starts_with("unittests ") ? suite.substr(10) : suite;
  }
  void end() {
    close();
    end_speaking();
    known_.clear();
  }

  /// One whose verdict does not follow at once is open until that stands on a later line, as with
  /// RUST_TEST_THREADS=1, where what the test prints comes before it.
  void add(std::string_view line) {
    const std::size_t dots = line.find(" ... ");
    if (dots == line.npos || cases_.size() >= most_cases) return;
    std::string_view name = line.substr(0, dots);
    if (name.ends_with(" - should panic")) name.remove_suffix(15);
    const auto how = verdict_of(line.substr(dots + 5));
    known_[std::string(name)] = cases_.size();
    cases_.push_back({.suite = suite_,
                      .name = std::string(name),
                      .file = {},
                      .how = how.value_or(test_case::state::error),
                      .duration = {},
                      .message = {},
                      .details = {}});
    if (how || open_) return;
    open_ = cases_.size() - 1;
    hear(std::string(line.substr(dots + 5)));
  }

  /// A line of the test that is open, of which the last one is its verdict.
  void hear(const std::string& line) {
    if (trimmed(line).empty()) return;
    if (!last_.empty()) keep(last_);
    last_ = line;
  }
  void close() {
    if (!open_) return;
    test_case& one = cases_[*std::exchange(open_, std::nullopt)];
    const auto how = last_verdict_of(last_);
    if (how) one.how = *how;
    if (!how || !verdict_of(last_)) keep(last_);
    if (one.how == test_case::state::failed || one.how == test_case::state::error) tell_failure(output_, one);
    if (!how) one.message = "it did not end";
    last_.clear();
    output_.clear();
  }

  void keep(const std::string& line) {
    output_ += (line + "\n").substr(0, longest_output - std::min(longest_output, output_.size()));
  }

  void end_speaking() {
    if (const auto found = known_.find(speaking_); found != known_.end())
      tell_failure(output_, cases_[found->second]);
    speaking_.clear();
    output_.clear();
  }

  std::vector<test_case> cases_;
  std::map<std::string, std::size_t> known_;  ///< of the program that is read
  std::optional<std::size_t> open_;           ///< the case whose verdict is still to come
  std::string suite_, speaking_, output_, last_;
};

}  // namespace
}  // namespace report_test_report_cargo

std::vector<test_case> read_cargo_tests(std::string_view text) {
  return report_test_report_cargo::reader().read(text);
}

}  // namespace cicd
