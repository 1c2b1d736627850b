// Tables of findings.
#pragma once

#include <cicd/report/scan/scan_table.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/report/markdown.hpp>
#include <cicd/report/text_table.hpp>

namespace cicd {

namespace report_scan_scan_table {
namespace {

std::string number(std::size_t of) {
  return of == 0 ? "" : std::to_string(of);
}

std::string state_of(const scanned& of) {
  return !of.verdict.not_run.empty() ? "not run" : of.verdict.is_good() ? "good" : "fails";
}

std::vector<std::string> row_of(const scanned& of) {
  const scan_counts& counts = of.verdict.counts;
  return {displayable(of.step),    state_of(of),         number(counts.failing),        number(counts.known),
          number(counts.excepted), number(counts.below), number(of.verdict.gone.size())};
}

}  // namespace
}  // namespace report_scan_scan_table

std::string scan_totals(const std::vector<scanned>& all) {
  const auto ran = static_cast<std::size_t>(
      std::ranges::count_if(all, [](const scanned& each) { return each.verdict.not_run.empty(); }));
  scan_counts sum;
  for (const scanned& each : all) {
    sum.failing += each.verdict.counts.failing;
    sum.known += each.verdict.counts.known;
    sum.excepted += each.verdict.counts.excepted;
  }
  std::string text = ran == all.size() ? counted(ran, "scan") + " ran"
                                       : fmt::format("{} of {} ran, {} not", ran, counted(all.size(), "scan"),
                                                     all.size() - ran);
  text += ": " + (sum.failing == 0 ? std::string("no new finding") : counted(sum.failing, "new finding"));
  if (sum.known > 0) text += fmt::format(", {} known", sum.known);
  if (sum.excepted > 0) text += fmt::format(", {} excepted", sum.excepted);
  return text;
}

std::string scan_markdown(const std::vector<scanned>& all, std::size_t most) {
  using namespace report_scan_scan_table;
  std::string text = "### Scans\n\n" + scan_totals(all) + "\n\n| scan | is | new | known | excepted | below FAIL\\_ON | gone |\n"
                     "|---|---|--:|--:|--:|--:|--:|\n";
  for (const scanned& each : all) text += markdown_row(row_of(each));
  std::string reasons, found;
  std::size_t shown = 0, failing = 0;
  for (const scanned& each : all) {
    for (const std::string& why : each.verdict.not_run)
      reasons += fmt::format("- {} did not run: {}\n", markdown_text(each.step), markdown_text(why));
    for (const scan_finding& one : each.verdict.failing())
      if (++failing; shown < most)
        ++shown, found += markdown_row(
                     {std::string(word_for(one.how_bad)), place_of(one), one.rule, cut_to(one.message, 200)});
  }
  if (!reasons.empty()) text += "\n" + reasons;
  if (!found.empty()) text += "\n| severity | place | rule | finding |\n|---|---|---|---|\n" + found;
  if (failing > shown) text += fmt::format("\nand {} more\n", failing - shown);
  return text;
}

std::string scan_text(const std::vector<scanned>& all, bool with_all, std::size_t width) {
  using namespace report_scan_scan_table;
  std::vector<std::vector<std::string>> rows, found;
  std::string reasons;
  for (const scanned& each : all) {
    rows.push_back(row_of(each));
    for (const std::string& why : each.verdict.not_run)
      reasons += fmt::format("{} did not run: {}\n", displayable(each.step), displayable(why));
    for (const judged_finding& one : each.verdict.findings) {
      if (!with_all && !does_fail(one.state)) continue;
      found.push_back({std::string(word_for(one.found.how_bad)), std::string(word_for(one.state)),
                       displayable(place_of(one.found)), displayable(one.found.rule),
                       displayable(one.found.message)});
    }
  }
  std::string text = table_text({"SCAN", "IS", "NEW", "KNOWN", "EXCEPTED", "BELOW", "GONE"}, rows, width);
  if (!reasons.empty()) text += "\n" + reasons;
  if (!found.empty())
    text += "\n" + table_text({"SEVERITY", "STATE", "PLACE", "RULE", "FINDING"}, found, width);
  return text;
}

}  // namespace cicd
