// The reports of scanners that write no SARIF, by a small reader each, and which of them a text is of. Who
// runs them it does not know.
#pragma once

#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/report/scan/finding.hpp>
#include <cicd/report/scan/sarif.hpp>

namespace cicd {

/// A report as it lies there.
struct report_file {
  std::string_view text;
  std::string name;     ///< of the file
  std::string command;  ///< the words that made it: what an empty report is of, whether a database was asked
  bool is_sarif = false;  ///< it must be SARIF
};

/// By its content: SARIF, cppcheck's and SpotBugs' XML, cargo's JSON lines (clippy), the text of clang-tidy,
/// the JSON of pip-audit and of npm audit. Class `usage` where it is none of these, or not whole. No text of
/// it holds one of `secrets`, so that a finding is the same one after a secret was changed.
result<scan_report> read_scan_report(const report_file& file,
                                     const sarif_places& places,
                                     const secret_finder& secrets);

/// `cppcheck --xml`.
result<scan_report> read_cppcheck(std::string_view xml, named_files& files);
/// `spotbugsXml.xml`: its priority is the severity, which its SARIF does not have.
result<scan_report> read_spotbugs(std::string_view xml, named_files& files);
/// `cargo clippy --message-format=json`.
result<scan_report> read_clippy(std::string_view lines, named_files& files);
/// What clang-tidy prints.
scan_report read_clang_tidy(std::string_view text, named_files& files);
/// `pip-audit --format json`.
scan_report read_pip_audit(const json& root);
/// `npm audit --json`, made by `command`.
result<scan_report> read_npm_audit(const json& root, std::string_view command);

}  // namespace cicd
