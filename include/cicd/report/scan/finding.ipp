// Severities, order and fingerprints.
#pragma once

#include <cicd/report/scan/finding.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>

namespace cicd {

namespace report_scan_finding {
namespace {

constexpr std::size_t most_shown = 10;
constexpr std::array<std::string_view, 4> words{"low", "medium", "high", "critical"};

/// One blank for each stretch of them, none at the ends.
std::string with_single_blanks(std::string_view text) {
  std::string made;
  for (const char c : trimmed(text)) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\r';
    if (!is_blank)
      made += c;
    else if (!made.ends_with(' '))
      made += ' ';
  }
  return made;
}

/// `At line 12` and `At line 31` are the same.
std::string without_numbers(std::string_view text) {
  std::string made;
  for (const char c : text)
    if (c < '0' || c > '9')
      made += c;
    else if (!made.ends_with('#'))
      made += '#';
  return made;
}

/// The line less the columns of the finding; of a secret over several lines all from where it begins.
std::string around_the_place(const scan_finding& of, const std::string& line) {
  const auto begin = static_cast<std::size_t>(std::max<std::int64_t>(of.column, 1) - 1);
  const bool ends_here = of.end_line == 0 || of.end_line == of.line;
  // Scanners do not agree on whether the end counts: what a secret leaves of itself may be its last letter.
  const auto end = ends_here && of.end_column > 0 ? static_cast<std::size_t>(of.end_column) : line.size();
  return line.substr(0, std::min(begin, line.size())) + "…" + line.substr(std::min(end, line.size()));
}

std::string text_at(const scan_finding& of, const std::optional<std::string>& line) {
  std::string text;
  if (line) text = with_single_blanks(of.is_secret ? around_the_place(of, *line) : *line);
  if (!text.empty()) return text;
  return of.identity.empty() ? without_numbers(of.message) : of.identity;
}

}  // namespace
}  // namespace report_scan_finding

std::string_view word_for(severity of) {
  return report_scan_finding::words[static_cast<std::size_t>(of)];
}

std::optional<severity> severity_named(std::string_view word) {
  const auto& words = report_scan_finding::words;
  const auto found = std::ranges::find(words, lower(word));
  if (found == words.end()) return std::nullopt;
  return static_cast<severity>(found - words.begin());
}

severity severity_of_score(double score) {
  return score >= 9   ? severity::critical
         : score >= 7 ? severity::high
         : score >= 4 ? severity::medium
                      : severity::low;
}

severity severity_of_level(std::string_view level) {
  return level == "error" ? severity::high : level == "warning" ? severity::medium : severity::low;
}

std::string_view level_of(severity how_bad) {
  return how_bad >= severity::high ? "error" : how_bad == severity::medium ? "warning" : "note";
}

std::string place_of(const scan_finding& of) {
  return of.line > 0 ? fmt::format("{}:{}", of.path, of.line) : of.path;
}

std::string findings_text(const std::vector<scan_finding>& findings) {
  std::string text;
  for (std::size_t at = 0; at < findings.size() && at < report_scan_finding::most_shown; ++at) {
    const scan_finding& each = findings[at];
    const std::string place = place_of(each);
    text += fmt::format("{}{}{}{}  {}", text.empty() ? "" : "\n", place, place.empty() ? "" : "  ", each.rule,
                        cut_to(each.message, 200));
  }
  if (findings.size() > report_scan_finding::most_shown)
    text += fmt::format("\nand {} more", findings.size() - report_scan_finding::most_shown);
  return text;
}

void sort_findings(std::vector<scan_finding>& all) {
  std::ranges::stable_sort(all, [](const scan_finding& one, const scan_finding& other) {
    const auto key = [](const scan_finding& of) {
      return std::tuple(-static_cast<int>(of.how_bad), std::string_view(of.path), of.line, of.column);
    };
    return key(one) < key(other);
  });
}

void give_fingerprints(
    std::vector<scan_finding>& all,
    const std::function<std::optional<std::string>(const std::string& path, std::int64_t line)>& line_of) {
  constexpr std::size_t digits = 16;
  std::vector<scan_finding*> in_order;
  in_order.reserve(all.size());
  for (scan_finding& each : all) in_order.push_back(&each);
  std::ranges::stable_sort(in_order, {}, [](const scan_finding* of) {
    return std::tuple(std::string_view(of->path), of->line, of->column);
  });
  std::map<std::string, std::size_t> alike;
  for (scan_finding* each : in_order) {
    const auto line = each->line > 0 ? line_of(each->path, each->line) : std::nullopt;
    std::string text =
        each->rule + '\0' + each->path + '\0' + report_scan_finding::text_at(*each, line) + '\0';
    text += std::to_string(alike[text]++);
    each->fingerprint = hex(sha256(text)).substr(0, digits);
  }
}

}  // namespace cicd
