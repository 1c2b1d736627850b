// pip-audit and npm audit, which say that nothing was found where no database was asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/report/scan/readers.hpp>

namespace cicd {

namespace report_scan_readers_audit {
namespace {

/// npm's `moderate` and `info` in our words.
severity severity_of_npm(const std::string& word) {
  if (word == "moderate") return severity::medium;
  return severity_named(word).value_or(severity::low);
}

/// A finding for each advisory; of a package that is bad by what it depends on alone, one by its name.
void take_package(const std::string& name, const json& of, scan_report& to) {
  const severity worst = severity_of_npm(of["severity"].text());
  scan_finding one{.level = "error", .rule = name, .message = {}, .path = "package-lock.json"};
  one.identity = name;
  bool has_advisory = false;
  for (const json& via : of["via"].elements()) {
    if (!via.is_object()) continue;
    has_advisory = true;
    const std::string url = via["url"].text(), title = via["title"].text();
    one.rule = url.empty() ? name : url.substr(url.rfind('/') + 1);
    one.how_bad = via["severity"].is_string() ? severity_of_npm(via["severity"].text()) : worst;
    one.message = fmt::format("{} {}: {}", name, via["range"].text(), title);
    to.rules[one.rule] = {title, url, via["cvss"]["score"].number()};
    to.findings.push_back(one);
  }
  if (has_advisory) return;
  one.how_bad = worst;
  one.message = fmt::format("{} {}", name, of["range"].text());
  to.findings.push_back(std::move(one));
}

}  // namespace
}  // namespace report_scan_readers_audit

scan_report read_pip_audit(const json& root) {
  scan_report made{.tool = "pip-audit", .version = {}, .findings = {}, .rules = {}, .unread = {}};
  for (const json& each : root["dependencies"].elements()) {
    const std::string name = each["name"].text();
    if (const std::string why = each["skip_reason"].text(); !why.empty())
      made.unread.push_back(name + ": " + why);
    for (const json& one : each["vulns"].elements()) {
      const std::vector<std::string> fixed = one["fix_versions"].texts();
      made.findings.push_back(
          {.level = "error",
           .rule = one["id"].text(),
           .message = fmt::format("{} {}{}", name, each["version"].text(),
                                  fixed.empty() ? "" : ", fixed in " + joined(fixed, ", ")),
           .path = {},
           .how_bad = severity::high,
           .identity = name});
    }
  }
  return made;
}

result<scan_report> read_npm_audit(const json& root, std::string_view command) {
  if (!root["error"].is_object() && !root["vulnerabilities"].is_object())
    return error{
        exit_class::usage, {}, "the report of npm audit is not whole: it has no vulnerabilities", {}, {}};
  scan_report made{.tool = "npm audit", .version = {}, .findings = {}, .rules = {}, .unread = {}};
  if (root["error"].is_object()) {
    const std::string said = root["error"]["summary"].text();
    made.unread.push_back(said.empty() ? root["message"].text("npm could not audit") : said);
  }
  if (command.find("--offline") != command.npos)
    made.unread.emplace_back("npm was started with --offline, and asks no database then");
  for (const auto& [name, each] : root["vulnerabilities"].members())
    report_scan_readers_audit::take_package(name, each, made);
  return made;
}

}  // namespace cicd
