// The block of a failed step: headline, what the status means, failing tests or last lines, and the labelled
// lines below. Why it may have failed is in failure_hints.ipp, how paths become readable in paths.ipp.
#pragma once

#include <cicd/report/failure.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/report/paths.hpp>
#include <cicd/report/rendering.hpp>
#include <cicd/report/step_lines.hpp>
#include <cicd/report/test_place.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cicd {

namespace report_failure {
namespace {

constexpr std::size_t most_tests = 10;
constexpr std::size_t most_test_lines = 12;
constexpr std::size_t most_last_lines = 20;
constexpr std::size_t widest = 400;  ///< columns of one line of foreign text

bool has_failed(const test_case& test) {
  return test.how == test_case::state::failed || test.how == test_case::state::error;
}

/// Text of others, ready to be shown.
std::string safe(std::string_view line, const failure_facts& facts, const readable_paths& paths) {
  return in_locale(rendered_line(paths.in(line)), facts.utf8);
}

/// The same of a step's output, which may have lines of any length.
std::string shown(std::string_view line, const failure_facts& facts, const readable_paths& paths) {
  std::string text = safe(line, facts, paths);
  text.resize(text.find_last_not_of(" \t") + 1);
  return cut_in_locale(text, widest, facts.utf8);
}

/// `orders/test failed: exit status 1 after 12.4 s`; a reason in words comes last, since it may be long.
std::string headline(const failure_facts& facts) {
  const step_ended& end = facts.end;
  const std::string start = fmt::format("{} {} ", signs_for(facts.utf8).failed, displayable(end.step));
  const std::string time = human_duration(end.duration), status = status_text(end.how);
  if (end.outcome == step_outcome::timed_out) return fmt::format("{}timed out after {}\n", start, time);
  if (end.how.kind != ending::how::not_started && !status.empty())
    return fmt::format("{}failed: {} after {}\n", start, status, time);
  std::string why = status;
  if (why.empty() && end.failure) why = rendered_line(end.failure->what);
  if (status.empty() && end.failure && end.failure->value)
    why += ": '" + rendered_line(*end.failure->value) + "'";
  return in_locale(fmt::format("{}failed after {}{}{}\n", start, time, why.empty() ? "" : ": ", why),
                   facts.utf8);
}

std::string meaning(const step_ended& end) {
  if (end.outcome == step_outcome::timed_out) return "its time limit was reached, so it was ended";
  return end.how.kind == ending::how::not_started ? "" : meaning_of(end.how);
}

/// Whether the cause is known, with what helps: then nothing has to be guessed.
bool is_explained(const step_ended& end) {
  return end.failure
         && std::ranges::any_of(end.failure->notes, [](const note& each) { return each.label == "try"; });
}

/// What goes below the block's body, label and text; empty texts are left out.
std::vector<note> labelled(const failure_facts& facts) {
  const step_ended& end = facts.end;
  std::vector<note> lines{{"means", meaning(end)}};
  if (end.failure && !status_text(end.how).empty()) lines.push_back({"error", end.failure->what});
  for (note& each : end.failure ? in_usual_order(end.failure->notes) : std::vector<note>())
    lines.push_back(std::move(each));
  lines.push_back({"log", end.log});
  std::vector<std::string> telling = facts.causes;
  telling.insert(telling.end(), facts.last_lines.begin(), facts.last_lines.end());
  if (!is_explained(end)) lines.push_back({"likely", likely_cause(end, telling)});
  lines.push_back({"again", facts.rerun});
  std::erase_if(lines, [](const note& line) { return line.text.empty(); });
  return lines;
}

std::string labelled_text(const std::vector<note>& lines,
                          const failure_facts& facts,
                          const readable_paths& paths) {
  readable_paths own = paths;  // `folder` is where the step ran, not the source folder that it has files of
  own.source_folders.clear();
  std::size_t width = 6;
  for (const note& line : lines) width = std::max(width, columns(displayable(line.label)));
  std::string text;
  for (const note& line : lines) {
    std::vector<std::string> parts;
    for (const std::string& part : split(trimmed(line.text), '\n'))
      parts.push_back(safe(part, facts, line.label == "folder" ? own : paths));
    text += "  " + padded(displayable(line.label), width) + "  "
            + joined(parts, "\n" + std::string(width + 4, ' ')) + "\n";
  }
  return text;
}

/// A line without Maven's word before it: `[ERROR] x` → `x`.
std::string_view without_level(std::string_view line) {
  line = trimmed(line);
  for (const std::string_view level : {"[ERROR]", "[WARNING]", "[INFO]"})
    if (line.starts_with(level)) return trimmed(line.substr(level.size()));
  return line;
}

/// What Maven says below each of its errors, whatever it was.
bool is_filler(std::string_view line) {
  constexpr std::array<std::string_view, 9> said_always{"To see the full stack trace",
                                                        "Re-run Maven using",
                                                        "For more information about the errors",
                                                        "[Help ",
                                                        "-> [Help ",
                                                        "After correcting the problems",
                                                        "mvn <args> -rf",
                                                        "See dump files (if any exist)",
                                                        "Command was /bin/sh -c cd "};
  const std::string_view text = without_level(line);
  if (text.find_first_not_of('-') == text.npos) return true;
  return trimmed(line) != text
         && std::any_of(said_always.begin(), said_always.end(),
                        [&](std::string_view start) { return text.starts_with(start); });
}

/// A frame of Maven's, its plugins' or the JDK's: below an error of theirs it is of no use to a reader.
bool is_frame_of_tool(std::string_view line) {
  constexpr std::array<std::string_view, 8> tools{"org.apache.maven.",  "org.codehaus.", "org.eclipse.",
                                                  "java.base/",         "jdk.internal.", "sun.",
                                                  "java.lang.reflect.", "java.util."};
  std::string_view text = without_level(line);
  if (!text.starts_with("at ") || !line.starts_with("[ERROR]")) return false;
  text.remove_prefix(3);
  return std::any_of(tools.begin(), tools.end(),
                     [&](std::string_view start) { return text.starts_with(start); });
}

/// `src/Broken.java:2:33: ';' expected`, as compilers write places and editors read them, of
/// `[ERROR] src/Broken.java:[2,33] ';' expected`.
std::string with_place(std::string line) {
  const auto open = line.find(":["), close = line.find(']', open);
  if (open == line.npos || close == line.npos) return line;
  const std::string inner = line.substr(open + 2, close - open - 2);
  const auto comma = inner.find(',');
  if (comma == 0 || comma + 1 >= inner.size() || inner.find_first_not_of("0123456789,") != inner.npos)
    return line;
  const std::string place =
      comma == inner.npos ? inner : inner.substr(0, comma) + ":" + inner.substr(comma + 1);
  line.replace(open, close - open + 1, ":" + place + ":");
  return std::string(without_level(line));
}

/// Maven says its errors twice: where they happen, and once more at the end.
bool is_repeated(const std::string& line, const std::vector<std::string>& before) {
  return line.starts_with("[ERROR]") && std::find(before.begin(), before.end(), line) != before.end();
}

std::string last_lines_text(const failure_facts& facts, const readable_paths& paths) {
  std::vector<std::string> said, kept;
  for (const std::string& line : facts.last_lines) {
    const std::string plain = rendered_line(line);
    if (!is_telling(plain) || is_repeated(plain, said)) continue;
    said.push_back(plain);
    kept.push_back(with_place(shown(plain, facts, paths)));
  }
  if (kept.empty()) return {};
  if (kept.size() > most_last_lines) kept.erase(kept.begin(), kept.end() - most_last_lines);
  return "  last lines\n    " + joined(kept, "\n    ") + "\n";
}

/// What is to be read of a failing test: its message, or for an error the exception and what caused it.
std::vector<std::string> lines_of(const test_case& test) {
  std::vector<std::string> lines = rendered_lines(trimmed(test.message));
  if (test.how == test_case::state::failed && !lines.empty()) return lines;
  std::vector<std::string> from_details;
  bool in_trace = false;
  for (std::string& line : rendered_lines(trimmed(test.details))) {
    const std::string_view plain = trimmed(line);
    in_trace = in_trace || plain.starts_with("at ");
    if (!in_trace || plain.starts_with("Caused by: ")) from_details.push_back(std::move(line));
  }
  return from_details.empty() ? lines : from_details;
}

std::string test_text(const test_case& test, const failure_facts& facts, const readable_paths& paths) {
  const std::string place = place_of(test, paths);
  std::string suite = test.suite;
  if (!place.empty()) suite = suite.substr(suite.rfind(suite.find('/') == suite.npos ? '.' : '/') + 1);
  const std::string name = suite.empty() || test.name.empty() ? suite + test.name : suite + "." + test.name;
  std::string text =
      "    " + shown(name, facts, paths) + (place.empty() ? "" : "  " + shown(place, facts, paths)) + "\n";
  const std::vector<std::string> lines = lines_of(test);
  for (std::size_t at = 0; at < lines.size() && at < most_test_lines; ++at)
    text += "      " + shown(lines[at], facts, paths) + "\n";
  if (!test.history.empty()) text += "      history  " + shown(test.history, facts, paths) + "\n";
  if (lines.size() > most_test_lines)
    text +=
        fmt::format("      {} {} more lines\n", signs_for(facts.utf8).more, lines.size() - most_test_lines);
  return text;
}

std::string tests_text(const failure_facts& facts, const readable_paths& paths) {
  const auto& tests = facts.end.tests;
  const auto count = static_cast<std::size_t>(std::count_if(tests.begin(), tests.end(), has_failed));
  if (count == 0) return {};
  std::string text =
      fmt::format("  {} of {} test{} failed\n", count, tests.size(), tests.size() == 1 ? "" : "s");
  std::size_t told = 0;
  for (const test_case& test : tests)
    if (has_failed(test) && told++ < most_tests) text += test_text(test, facts, paths);
  if (count > most_tests)
    text += fmt::format("    {} and {} more\n", signs_for(facts.utf8).more, count - most_tests);
  return text;
}

/// What a scanner found says more than its last lines.
bool has_findings(const failure_facts& facts) {
  return facts.end.failure && std::ranges::any_of(facts.end.failure->notes, [](const note& each) {
           return each.label == "findings";
         });
}

}  // namespace
}  // namespace report_failure

bool is_telling(std::string_view line) {
  const std::string_view plain = trimmed(line);
  if (!plain.empty() && plain.front() != '[' && plain.front() != '-') return true;
  return !report_failure::is_filler(line) && !report_failure::is_frame_of_tool(line);
}

std::string failure_block(const failure_facts& facts) {
  using namespace report_failure;
  const readable_paths paths{facts.source_folders, facts.here,     facts.exists,
                             facts.links,          facts.end.step, facts.given};
  const std::string tests = tests_text(facts, paths);
  return headline(facts)
         + (!tests.empty()        ? tests
            : has_findings(facts) ? ""
                                  : last_lines_text(facts, paths))
         + labelled_text(labelled(facts), facts, paths);
}

}  // namespace cicd
