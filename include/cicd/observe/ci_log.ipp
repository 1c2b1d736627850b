// The commands of GitHub Actions (actions/toolkit, command.ts; job summaries), GitLab CI (custom collapsible
// sections; code quality reports), Buildkite (managing log output; `buildkite-agent annotate`) and Azure
// Pipelines (logging commands). Gitea's and Forgejo's actions fold as GitHub's do, and show annotations as
// plain lines, so that they get none.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/ci_log.hpp>

namespace cicd {

namespace observe_ci_log {
namespace {

constexpr std::string_view github = "GitHub Actions", gitlab = "GitLab CI", buildkite = "Buildkite",
                           azure = "Azure Pipelines";

bool folds_as_github(std::string_view system) {
  return system == github || system == "Gitea Actions" || system == "Forgejo Actions";
}

/// One line, in which only the ends of lines stand for something else.
std::string in_one_line(std::string text, std::string_view percent) {
  text = replaced_all(std::move(text), "%", percent);
  return replaced_all(replaced_all(std::move(text), "\r", "%0D"), "\n", "%0A");
}

std::string github_value(std::string text) {
  return in_one_line(std::move(text), "%25");
}

std::string github_property(std::string text) {
  text = replaced_all(github_value(std::move(text)), ":", "%3A");
  return replaced_all(std::move(text), ",", "%2C");
}

std::string azure_value(std::string text) {
  return in_one_line(std::move(text), "%AZP25");
}

std::string azure_property(std::string text) {
  text = replaced_all(azure_value(std::move(text)), ";", "%3B");
  return replaced_all(std::move(text), "]", "%5D");
}

/// What GitLab takes for a section's name.
std::string section_name(std::string name) {
  std::ranges::replace_if(
      name,
      [](char c) {
        return (c < '0' || c > '9') && ((c | 0x20) < 'a' || (c | 0x20) > 'z') && c != '.' && c != '-';
      },
      '_');
  return name;
}

std::int64_t seconds(std::chrono::system_clock::time_point at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

ci_fold gitlab_section(const ci_part& of) {
  const std::string name = section_name(of.name);
  return {fmt::format("\x1b[0Ksection_start:{}:{}{}\r\x1b[0K{}\n", seconds(of.begin), name,
                      of.is_open ? "" : "[collapsed=true]", of.title),
          fmt::format("\x1b[0Ksection_end:{}:{}\r\x1b[0K\n", seconds(of.end), name)};
}

std::string github_annotation(const ci_annotation& of) {
  std::string line = of.is_error ? "::error " : "::warning ";
  if (!of.path.empty()) line += "file=" + github_property(of.path) + ",";
  if (!of.path.empty() && of.line > 0) line += fmt::format("line={},", of.line);
  if (!of.path.empty() && of.column > 0) line += fmt::format("col={},", of.column);
  return line + "title=" + github_property(of.title)
         + "::" + github_value(of.message.empty() ? of.title : of.message);
}

std::string azure_annotation(const ci_annotation& of) {
  std::string line = fmt::format("##vso[task.logissue type={};", of.is_error ? "error" : "warning");
  if (!of.path.empty()) line += "sourcepath=" + azure_property(of.path) + ";";
  if (!of.path.empty() && of.line > 0) line += fmt::format("linenumber={};", of.line);
  if (!of.path.empty() && of.column > 0) line += fmt::format("columnnumber={};", of.column);
  return line + "]" + azure_value(of.message.empty() ? of.title : of.title + ": " + of.message);
}

std::string_view gitlab_severity(const ci_annotation& of) {
  if (of.severity == "critical") return "critical";
  if (of.severity == "low") return "info";
  if (of.severity == "medium") return "minor";
  return of.is_error || of.severity == "high" ? "major" : "minor";
}

}  // namespace
}  // namespace observe_ci_log

std::string ci_log_system(const surroundings& around) {
  return around.get_or("CICD_CI_LOG", "") == "plain" ? std::string() : ci_event_of(around).system;
}

bool folds(std::string_view system) {
  using namespace observe_ci_log;
  return folds_as_github(system) || system == gitlab || system == buildkite || system == azure;
}

bool ends_by_next(std::string_view system) {
  return system == observe_ci_log::buildkite;
}

ci_fold fold_of(std::string_view system, const ci_part& of) {
  using namespace observe_ci_log;
  if (system == gitlab) return gitlab_section(of);
  if (system == buildkite) return {fmt::format("{} {}\n", of.is_open ? "+++" : "---", of.title), ""};
  if (of.is_open || !folds(system)) return {of.title + "\n", ""};  // they have no group that is open
  if (system == azure) return {"##[group]" + of.title + "\n", "##[endgroup]\n"};
  return {"::group::" + github_value(of.title) + "\n", "::endgroup::\n"};
}

std::string loose_line(std::string_view system, std::string_view text) {
  return fmt::format("{}{}\n", ends_by_next(system) ? "~~~ " : "", text);
}

std::string line_of(std::string_view system, const ci_annotation& of) {
  using namespace observe_ci_log;
  if (system == github) return github_annotation(of);
  return system == azure ? azure_annotation(of) : std::string();
}

std::string code_quality_of(const std::vector<ci_annotation>& all,
                            std::string_view before,
                            const std::string& job) {
  json report{json::array{}};
  std::vector<std::string> known;
  const auto add = [&](json entry) {
    const std::string print = entry["fingerprint"].text();
    if (std::ranges::find(known, print) != known.end()) return;
    known.push_back(print);
    report.push(std::move(entry));
  };
  for (const ci_annotation& each : all) {
    if (each.path.empty()) continue;
    const std::string line = std::to_string(std::max<std::int64_t>(each.line, 1));
    const std::string identity =
        each.identity.empty() ? each.path + "\n" + line + "\n" + each.title : each.identity;
    json entry;
    entry.set("description", each.message.empty() ? each.title : each.title + ": " + each.message)
        .set("check_name", each.title)
        .set("fingerprint", hex(sha256(identity)))
        .set("severity", observe_ci_log::gitlab_severity(each))
        .set("location", json()
                             .set("path", each.path)
                             .set("lines", json().set("begin", std::max<std::int64_t>(each.line, 1))))
        .set("job", job);
    add(std::move(entry));
  }
  if (const result<json> old = parse_json(before); old && old->is_array() && !job.empty())
    for (const json& each : old->elements())
      if (each["job"].text() == job) add(each);
  return pretty(report);
}

ci_summary_place summary_place_of(std::string_view system,
                                  const surroundings& around,
                                  const std::string& name,
                                  bool is_good) {
  using namespace observe_ci_log;
  if (folds_as_github(system)) return {.file = around.get_or("GITHUB_STEP_SUMMARY", ""), .most = 1U << 20U};
  if (system == azure) return {.line = "##vso[task.uploadsummary]{}"};
  if (system == buildkite)
    return {.program = {"buildkite-agent", "annotate", "--context", name, "--style",
                        is_good ? "success" : "error"}};
  return {};
}

std::string ci_job_id(const surroundings& around) {
  return around.get_or("CI_JOB_ID", "");
}

}  // namespace cicd
