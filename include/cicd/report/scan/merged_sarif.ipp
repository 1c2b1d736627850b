// Writing SARIF. It is written as text, since there may be much of it.
#pragma once

#include <cicd/report/scan/merged_sarif.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/system/url.hpp>

namespace cicd {

namespace report_scan_merged_sarif {
namespace {

struct entry {
  const judged_finding* of = nullptr;
  const scanned* from = nullptr;
};
/// One run of the file.
struct run {
  std::string tool, version, id;
  std::vector<entry> entries;
  std::vector<std::string> not_run;
};

/// What fails before all else, then the worst.
auto rank_of(const judged_finding& of) {
  return std::tuple(does_fail(of.state) ? 0 : 1, -static_cast<int>(of.found.how_bad));
}

std::vector<run> runs_of(const std::vector<scanned>& all) {
  const bool joins = all.size() > most_sarif_runs;
  std::map<std::string, std::size_t> by_tool;
  std::vector<run> runs;
  for (const scanned& each : all) {
    const std::string tool =
        each.found.tool.empty() ? each.step.substr(each.step.find('/') + 1) : each.found.tool;
    const auto [at, added] = by_tool.try_emplace(joins ? tool : each.step, runs.size());
    if (added) runs.push_back({tool, each.found.version, joins ? tool + "/" : each.step + "/", {}, {}});
    run& to = runs[at->second];
    for (const judged_finding& one : each.verdict.findings) to.entries.push_back({&one, &each});
    to.not_run.insert(to.not_run.end(), each.verdict.not_run.begin(), each.verdict.not_run.end());
  }
  // To a forge a run without results says that all is mended.
  std::erase_if(runs, [](const run& each) { return !each.not_run.empty() && each.entries.empty(); });
  return runs;
}

/// Keeps the worst of all runs together.
std::size_t leave_out_results(std::vector<run>& runs) {
  std::vector<const judged_finding*> all;
  for (const run& each : runs)
    for (const entry& one : each.entries) all.push_back(one.of);
  if (all.size() <= most_sarif_results) return 0;
  std::ranges::stable_sort(
      all, [](const auto* one, const auto* other) { return rank_of(*one) < rank_of(*other); });
  const std::set<const judged_finding*> out(all.begin() + most_sarif_results, all.end());
  for (run& each : runs) std::erase_if(each.entries, [&](const entry& one) { return out.contains(one.of); });
  return out.size();
}

std::size_t leave_out_runs(std::vector<run>& runs) {
  if (runs.size() <= most_sarif_runs) return 0;
  const auto worst_of = [](const run& of) {
    return of.entries.empty() ? std::tuple(2, 0) : rank_of(*of.entries.front().of);
  };
  std::ranges::stable_sort(runs,
                           [&](const run& one, const run& other) { return worst_of(one) < worst_of(other); });
  const std::size_t out = runs.size() - most_sarif_runs;
  runs.resize(most_sarif_runs);
  return out;
}

class writer {
 public:
  std::string text(const std::vector<run>& runs) && {
    to_ = R"({"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[)";
    for (const run& each : runs) write(each, &each == runs.data());
    return to_ + "]}\n";
  }

 private:
  void member(std::string_view name, std::string_view value, std::string_view before = ",") {
    to_.append(before) += '"';
    to_.append(name) += "\":";
    append_json_string(to_, value);
  }

  void write(const run& of, bool is_first) {
    to_ += is_first ? R"({"tool":{"driver":{)" : R"(,{"tool":{"driver":{)";
    member("name", of.tool, "");
    if (!of.version.empty()) member("version", of.version);
    to_ += ",\"rules\":[";
    std::map<std::string, std::size_t, std::less<>> rules;
    for (const entry& each : of.entries) add_rule(each, rules);
    to_ += "]}}";
    to_ += ",\"automationDetails\":{";
    member("id", of.id, "");
    to_ += '}';
    if (!of.not_run.empty()) write_not_run(of.not_run);
    to_ += ",\"columnKind\":\"utf16CodeUnits\",\"results\":[";
    for (const entry& each : of.entries) {
      if (&each != of.entries.data()) to_ += ',';
      write(each, rules.at(each.of->found.rule));
    }
    to_ += "]}";
  }

  void write_not_run(const std::vector<std::string>& reasons) {
    to_ += R"(,"invocations":[{"executionSuccessful":false,"toolExecutionNotifications":[)";
    for (const std::string& each : reasons) {
      member(
          "text", each,
          &each == reasons.data() ? R"({"level":"error","message":{)" : R"(,{"level":"error","message":{)");
      to_ += "}}";
    }
    to_ += "]}]";
  }

  void add_rule(const entry& of, std::map<std::string, std::size_t, std::less<>>& rules) {
    const std::string& id = of.of->found.rule;
    if (!rules.try_emplace(id, rules.size()).second) return;
    if (rules.size() > 1) to_ += ',';
    member("id", id, "{");
    const auto known = of.from->found.rules.find(id);
    const scan_rule rule = known == of.from->found.rules.end() ? scan_rule{} : known->second;
    if (!rule.words.empty()) member("text", rule.words, ",\"shortDescription\":{"), to_ += '}';
    if (rule.help_uri.starts_with("https://")) member("helpUri", rule.help_uri);
    if (rule.score > 0)
      to_ += fmt::format(R"(,"properties":{{"security-severity":"{:.1f}","tags":["security"]}})", rule.score);
    to_ += '}';
  }

  void write(const entry& of, std::size_t rule) {
    const scan_finding& found = of.of->found;
    member("ruleId", found.rule, "{");
    to_ += fmt::format(",\"ruleIndex\":{}", rule);
    member("level", level_of(found.how_bad));
    member("text", found.message.empty() ? found.rule : found.message, ",\"message\":{");
    to_ += R"(},"locations":[{"physicalLocation":{"artifactLocation":{)";
    member("uri", uri_of(of), "");
    to_ += '}';
    if (found.line > 0) write_region(found);
    to_ += "}}]";
    member("primaryLocationLineHash", found.fingerprint + ":1", ",\"partialFingerprints\":{");
    to_ += '}';
    member("severity", word_for(found.how_bad), ",\"properties\":{");
    to_ += '}';
    if (of.of->state == finding_state::known) to_ += R"(,"baselineState":"unchanged")";
    if (of.of->state == finding_state::excepted) {
      to_ += R"(,"suppressions":[{"kind":"external","status":"accepted")";
      member("justification", fmt::format("{} ({}, until {})", of.of->by->reason, of.of->by->owner,
                                          day_text(of.of->by->until)));
      to_ += "}]";
    }
    to_ += '}';
  }

  void write_region(const scan_finding& of) {
    to_ += fmt::format(",\"region\":{{\"startLine\":{}", of.line);
    if (of.column > 0) to_ += fmt::format(",\"startColumn\":{}", of.column);
    if (of.end_line >= of.line) to_ += fmt::format(",\"endLine\":{}", of.end_line);
    const bool is_later = of.end_line > of.line || of.end_column > of.column;
    if (of.column > 0 && of.end_column > 0 && is_later)
      to_ += fmt::format(",\"endColumn\":{}", of.end_column);
    to_ += '}';
  }

  /// Relative in any case: what lies outside is named without its first `/`, what names no file by its scan.
  static std::string uri_of(const entry& of) {
    std::string path = of.of->found.path;
    const bool is_outside = path.starts_with('/') || path.starts_with("../");
    while (path.starts_with('/')) path.erase(0, 1);
    while (path.starts_with("../")) path.erase(0, 3);
    if (path.empty()) path = of.from->step;
    return percent_encoded((is_outside ? std::string() : of.from->prefix) + path, "/!$&'()*+,;=@");
  }

  std::string to_;
};

}  // namespace
}  // namespace report_scan_merged_sarif

merged_sarif merged_sarif_of(const std::vector<scanned>& all) {
  using namespace report_scan_merged_sarif;
  std::vector<run> runs = runs_of(all);
  for (run& each : runs)
    std::ranges::stable_sort(each.entries, [](const entry& one, const entry& other) {
      return rank_of(*one.of) < rank_of(*other.of);
    });
  merged_sarif made;
  made.runs_left_out = leave_out_runs(runs);
  made.left_out = leave_out_results(runs);
  made.text = writer().text(runs);
  return made;
}

}  // namespace cicd
