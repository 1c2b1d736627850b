// Which reader a report is for.
#pragma once

#include <cicd/report/scan/readers.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>

namespace cicd {

namespace report_scan_readers {
namespace {

error unknown(std::string what) {
  return error{exit_class::usage, {}, std::move(what), {}, {}}.with(
      "allowed",
      "SARIF, or the report of cppcheck (--xml), SpotBugs (XML), cargo clippy (--message-format=json), "
      "clang-tidy, pip-audit or npm audit (JSON)");
}

/// clang-tidy prints nothing where it finds nothing.
bool is_empty_of_clang_tidy(const report_file& file) {
  return trimmed(file.text).empty()
         && (file.name.find("clang-tidy") != std::string::npos
             || file.command.find("clang-tidy") != std::string::npos);
}

/// The beginning of a text, where its kind shows.
std::string_view head_of(std::string_view text) {
  return text.substr(0, 4096);
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

result<scan_report> of_xml(std::string_view text, named_files& files) {
  if (has(head_of(text), "<BugCollection")) return read_spotbugs(text, files);
  if (has(head_of(text), "<results") && has(head_of(text), "<cppcheck")) return read_cppcheck(text, files);
  return unknown("the XML of a program that is not known");
}

/// Others have `dependencies` too: a list of packages, each looked up or skipped, is pip-audit's alone.
bool is_of_pip_audit(const json& root) {
  const json& all = root["dependencies"];
  return all.is_array() && (!all.elements().empty() || root["fixes"].is_array())
         && std::ranges::all_of(all.elements(), [](const json& each) {
              return each["name"].is_string()
                     && (each["vulns"].is_array() || each["skip_reason"].is_string());
            });
}

result<scan_report> of_json(const report_file& file, std::string_view text, named_files& files) {
  const result<json> root = parse_json(text);
  if (root && (*root)["runs"].is_array()) return read_sarif(*root, files);
  if (file.is_sarif) return error{exit_class::usage, {}, "no SARIF file", {}, {}};
  if (has(head_of(text), "\"reason\":\"")) return read_clippy(text, files);
  if (!root) return unknown("no whole JSON: " + root.error().what);
  if (!(*root)["bomFormat"].is_null())
    return unknown("a CycloneDX file, which does not say whether a database was asked");
  if (is_of_pip_audit(*root)) return read_pip_audit(*root);
  if (!(*root)["auditReportVersion"].is_null() || (*root)["error"].is_object())
    return read_npm_audit(*root, file.command);
  return unknown("the JSON of a program that is not known");
}

result<scan_report> of_text(const report_file& file, std::string_view text, named_files& files) {
  scan_report lines = read_clang_tidy(text, files);
  if (lines.findings.empty() && lines.unread.empty() && !is_empty_of_clang_tidy(file))
    return unknown(text.empty() ? "an empty file" : "no report of a scanner that is known");
  return lines;
}

/// Every text that came out of the report.
void mask(scan_report& of, const secret_finder& by) {
  const auto masks = [&](std::string& text) { text = by.masked(text); };
  masks(of.tool);
  masks(of.version);
  for (scan_finding& each : of.findings)
    for (std::string* text : {&each.level, &each.rule, &each.message, &each.path, &each.identity})
      masks(*text);
  std::map<std::string, scan_rule, std::less<>> rules;
  for (auto& [name, rule] : of.rules) {
    masks(rule.words);
    masks(rule.help_uri);
    rules.emplace(by.masked(name), std::move(rule));
  }
  of.rules = std::move(rules);
  for (std::string& each : of.unread) masks(each);
}

}  // namespace
}  // namespace report_scan_readers

result<scan_report> read_scan_report(const report_file& file,
                                     const sarif_places& places,
                                     const secret_finder& secrets) {
  using namespace report_scan_readers;
  std::string_view text = file.text;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text = trimmed(text);
  named_files files(places);
  result<scan_report> made = file.is_sarif || text.starts_with('{') ? of_json(file, text, files)
                             : text.starts_with('<')                ? of_xml(text, files)
                                                                    : of_text(file, text, files);
  if (!made) {
    made.error().what = secrets.masked(made.error().what);
    return made;
  }
  if (!secrets.empty()) report_scan_readers::mask(*made, secrets);
  sort_findings(made->findings);
  return made;
}

}  // namespace cicd
