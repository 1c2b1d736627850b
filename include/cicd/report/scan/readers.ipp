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
      "clang-tidy, "
      "pip-audit or npm audit (JSON)");
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
  if (has(head_of(text), "\"reason\":\"")) return read_clippy(text, files);
  const result<json> root = parse_json(text);
  if (!root) return unknown("no whole JSON: " + root.error().what);
  if (!(*root)["bomFormat"].is_null())
    return unknown("a CycloneDX file, which does not say whether a database was asked");
  if (is_of_pip_audit(*root)) return read_pip_audit(text);
  if (!(*root)["auditReportVersion"].is_null() || (*root)["error"].is_object())
    return read_npm_audit(text, file.command);
  return unknown("the JSON of a program that is not known");
}

}  // namespace
}  // namespace report_scan_readers

result<scan_report> read_scan_report(const report_file& file, const sarif_places& places) {
  using namespace report_scan_readers;
  std::string_view text = file.text;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::string_view plain = trimmed(text);
  named_files files(places);
  const auto sorted = [](result<scan_report> made) {
    if (made) sort_findings(made->findings);
    return made;
  };
  if (file.is_sarif || (plain.starts_with('{') && has(head_of(plain), "\"runs\"")))
    return read_sarif(text, places);
  if (plain.starts_with('<')) return sorted(of_xml(text, files));
  if (plain.starts_with('{')) {
    // Where `$schema` or the like is long, or its members are sorted.
    if (result<scan_report> sarif = read_sarif(text, places)) return sarif;
    return sorted(of_json(file, plain, files));
  }
  if (is_empty_of_clang_tidy(file)) return read_clang_tidy(text, files);
  result<scan_report> lines = read_clang_tidy(text, files);
  if (lines && lines->findings.empty() && lines->unread.empty())
    return unknown(plain.empty() ? "an empty file" : "no report of a scanner that is known");
  return sorted(std::move(lines));
}

}  // namespace cicd
