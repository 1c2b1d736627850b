// clippy's JSON lines and clang-tidy's text.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/report/scan/readers.hpp>

namespace cicd {

namespace report_scan_readers_text {
namespace {

/// A header is looked at with each file that includes it, a library with its tests.
class findings_once {
 public:
  explicit findings_once(scan_report& to) : to_(to) {}
  void add(scan_finding one) {
    if (seen_.emplace(one.path, one.line, one.column, one.rule).second)
      to_.findings.push_back(std::move(one));
  }

 private:
  scan_report& to_;
  std::set<std::tuple<std::string, std::int64_t, std::int64_t, std::string>> seen_;
};

/// The next line, without its end.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_error(const json& message) {
  return message["level"].text().starts_with("error");  // `error: internal compiler error` too
}

/// An error of the compiler, after which nothing is looked at: `E0425`, or one without a code, as of the
/// linker. The last one counts the others.
bool is_of_compiler(const json& message) {
  const std::string code = message["code"]["code"].text();
  const bool is_code =
      code.size() == 5 && code.starts_with('E') && code.find_first_not_of("0123456789", 1) == code.npos;
  return is_error(message)
         && (is_code || (code.empty() && !message["message"].text().starts_with("aborting due to ")));
}

const json& main_span(const json& message) {
  static const json none;
  for (const json& each : message["spans"].elements())
    if (each["is_primary"].boolean()) return each;
  return none;
}

/// Where nothing was looked at, and why.
std::string not_read(const scan_finding& of) {
  const std::string place = place_of(of);
  return place.empty() ? of.message : place + ": " + of.message;
}

void take_message(const json& message, named_files& files, scan_report& made, findings_once& once) {
  const json& span = main_span(message);
  scan_finding one{.level = message["level"].text(),
                   .rule = message["code"]["code"].text(),
                   .message = message["message"].text(),
                   .path = files.path_of(span["file_name"].text()),
                   .line = span["line_start"].integer(),
                   .column = span["column_start"].integer(),
                   .end_line = span["line_end"].integer(),
                   .end_column = span["column_end"].integer()};
  std::ranges::replace(one.message, '\n', ' ');
  if (is_of_compiler(message)) return made.unread.push_back(not_read(one));
  if (one.rule.empty()) return;  // `3 warnings emitted`
  one.how_bad = severity_of_level(one.level);
  once.add(std::move(one));
}

/// Checks for what is wrong; the others are for how it is written.
severity severity_of_check(std::string_view check) {
  constexpr std::array<std::string_view, 6> of_medium{"clang-analyzer-", "bugprone-",         "cert-",
                                                      "concurrency-",    "clang-diagnostic-", "-W"};
  const bool is_medium =
      std::ranges::any_of(of_medium, [&](std::string_view each) { return check.starts_with(each); });
  return is_medium ? severity::medium : severity::low;
}

/// Takes `12:` from the front; 0 where there is none.
std::int64_t taken_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto used = static_cast<std::size_t>(end - text.data());
  if (wrong != std::errc() || used >= text.size() || text[used] != ':') return 0;
  text.remove_prefix(used + 1);
  return number;
}

/// `<path>:<line>:<column>: warning: <message> [<check>]`; no rule in what is no such line.
scan_finding finding_in(std::string_view line, named_files& files) {
  scan_finding one;
  for (const std::string_view level : {std::string_view("warning"), std::string_view("error")}) {
    const std::string mark = ": " + std::string(level) + ": ";
    const std::size_t at = line.find(mark), open = line.rfind(" [");
    if (at == line.npos || open == line.npos || open < at + mark.size() || !line.ends_with(']')) continue;
    std::string_view place = line.substr(0, at);
    const std::size_t first = place.find(':', 1);
    if (first == place.npos) continue;
    std::string_view numbers = place.substr(first + 1);
    const std::string with_end = std::string(numbers) + ":";
    std::string_view rest = with_end;
    one.line = taken_number(rest);
    one.column = taken_number(rest);
    if (one.line == 0) continue;
    one.path = files.path_of(std::string(place.substr(0, first)));
    one.level = level;
    one.message = line.substr(at + mark.size(), open - at - mark.size());
    const std::string_view checks = line.substr(open + 2, line.size() - open - 3);
    one.rule = checks.substr(0, checks.find(','));
    return one;
  }
  return one;
}

/// What clang-tidy says of a file that it did not read, and of itself, at no place. A line of the sources,
/// which it quotes, may begin with the label `error:`.
bool is_of_no_file(std::string_view line) {
  constexpr std::array<std::string_view, 3> beginnings{"Error while processing ", "Error: no ",
                                                       "LLVM ERROR: "};
  return std::ranges::any_of(beginnings, [&](std::string_view each) { return line.starts_with(each); })
         || (line.starts_with("error: ") && line.ends_with(" [clang-diagnostic-error]"))
         || (line.starts_with("Skipping ") && line.ends_with("Compile command not found."));
}

}  // namespace
}  // namespace report_scan_readers_text

result<scan_report> read_clippy(std::string_view lines, named_files& files) {
  using namespace report_scan_readers_text;
  scan_report made{.tool = "clippy", .version = {}, .findings = {}, .rules = {}, .unread = {}};
  findings_once once(made);
  bool is_whole = false, is_built = true;
  while (!lines.empty()) {
    const std::string_view line = next_line(lines);
    if (!trimmed(line).starts_with('{')) continue;
    const result<json> message = parse_json(line);
    if (!message) break;
    const std::string reason = (*message)["reason"].text();
    if (reason == "build-finished") is_whole = true, is_built = (*message)["success"].boolean();
    if (reason == "compiler-message") take_message((*message)["message"], files, made, once);
  }
  if (!is_whole)
    return error{
        exit_class::usage, {}, "the report of clippy is not whole: it has no build-finished", {}, {}};
  const bool has_error = std::ranges::any_of(
      made.findings, [](const scan_finding& each) { return each.level.starts_with("error"); });
  if (!is_built && !has_error && made.unread.empty())
    made.unread.emplace_back("the build did not succeed, and no lint says why");
  return made;
}

scan_report read_clang_tidy(std::string_view text, named_files& files) {
  using namespace report_scan_readers_text;
  scan_report made{.tool = "clang-tidy", .version = {}, .findings = {}, .rules = {}, .unread = {}};
  findings_once once(made);
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (is_of_no_file(line)) made.unread.emplace_back(trimmed(line));
    scan_finding one = finding_in(line, files);
    if (one.rule.empty()) continue;
    if (one.rule == "clang-diagnostic-error") {
      made.unread.push_back(not_read(one));
      continue;
    }
    one.how_bad = severity_of_check(one.rule);
    once.add(std::move(one));
  }
  return made;
}

}  // namespace cicd
