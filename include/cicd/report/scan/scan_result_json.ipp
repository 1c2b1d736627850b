// A scan's result as JSON and back.
#pragma once

#include <utility>

#include <cicd/base/json.hpp>
#include <cicd/report/scan/scan_result_json.hpp>

namespace cicd {

namespace report_scan_scan_result_json {
namespace {

constexpr int schema = 1;

json json_of(const scan_finding& of) {
  return members_of("level", of.level, "rule", of.rule, "message", of.message, "path", of.path, "at",
                    list_of(of.line, of.column, of.end_line, of.end_column), "severity", word_for(of.how_bad),
                    "fingerprint", of.fingerprint);
}

scan_finding finding_from(const json& of) {
  const auto at = [&](std::size_t which) {
    return which < of["at"].elements().size() ? of["at"].elements()[which].integer() : 0;
  };
  return {.level = of["level"].text(),
          .rule = of["rule"].text(),
          .message = of["message"].text(),
          .path = of["path"].text(),
          .line = at(0),
          .column = at(1),
          .end_line = at(2),
          .end_column = at(3),
          .how_bad = severity_named(of["severity"].text()).value_or(severity::low),
          .fingerprint = of["fingerprint"].text()};
}

}  // namespace
}  // namespace report_scan_scan_result_json

std::string text_of(const scan_result& of, std::string_view key) {
  using namespace report_scan_scan_result_json;
  json findings = json::array{}, rules = json::object{};
  for (const scan_finding& each : of.findings) findings.push(json_of(each));
  for (const auto& [id, rule] : of.rules)
    rules.set(id, members_of("words", rule.words, "help", rule.help_uri, "score", rule.score));
  return compact(members_of("schema", schema, "key", key, "tool", of.tool, "version", of.version, "not_run",
                            json_texts(of.not_run), "findings", std::move(findings), "rules",
                            std::move(rules)));
}

std::optional<remembered_scan> remembered_scan_from(std::string_view text) {
  using namespace report_scan_scan_result_json;
  const result<json> root = parse_json(text);
  if (!root || (*root)["schema"].integer() != schema) return std::nullopt;
  remembered_scan made;
  made.key = (*root)["key"].text();
  made.found.tool = (*root)["tool"].text();
  made.found.version = (*root)["version"].text();
  made.found.not_run = (*root)["not_run"].texts();
  for (const json& each : (*root)["findings"].elements()) made.found.findings.push_back(finding_from(each));
  for (const auto& [id, rule] : (*root)["rules"].members())
    made.found.rules[id] = {rule["words"].text(), rule["help"].text(), rule["score"].number()};
  return made;
}

}  // namespace cicd
