// The lines of jobs: cmake --build, and the driver's own commands.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/schedule.hpp>
#include <cicd/export/ci_lines.hpp>

namespace cicd {

namespace export_ci_lines {
namespace {

constexpr std::string_view driver = "build/.cicd/cicd";
constexpr std::string_view pipeline_variable = "$CICD_PIPELINE",
                           slug_variable = "$CI_COMMIT_REF_SLUG";  ///< GitLab's, of a merge request's branch

/// What stands in double quotes as it is.
std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (std::string_view("$`\\\"").find(c) != std::string_view::npos) made += '\\';
    made += c;
  }
  return made;
}

/// A word that may hold those variables; nothing else in it is one for a shell.
std::string word(const std::string& text) {
  std::string made = escaped(text);
  bool has_variable = false;
  for (const std::string_view each : {pipeline_variable, slug_variable}) {
    has_variable = has_variable || text.find(each) != text.npos;
    made = replaced_all(made, "\\" + std::string(each), each);
  }
  return has_variable ? "\"" + made + "\"" : shell_quoted(text);
}

std::string pipeline_in(const ci_job& of) {
  return of.is_matrix() ? std::string(pipeline_variable) : of.pipeline;
}

/// `orders-build`, in a matrix `$CICD_PIPELINE-build`.
std::string own_name(const ci_job& of, std::string_view pipeline) {
  return of.is_matrix() ? fmt::format("{}-{}", pipeline, of.part) : of.name;
}

std::string path(std::string_view file) {
  return fmt::format("{}/{}", handed_on_folder, file);
}

std::string plan_of(const ci_job& of) {
  return fmt::format("{}-{}.plan.json", pipeline_in(of), what_is_deployed(of));
}

std::string cicd_line(const ci_job& of) {
  std::string line(driver);
  for (const std::string& each : split(of.command, ' '))
    line += " " + word(replaced_all(each, "{pipeline}", pipeline_in(of)));
  if (of.command.starts_with("canary set")) line += " \"$CICD_SHARE\"";
  return line;
}

}  // namespace
}  // namespace export_ci_lines

std::string ci_source::runner(std::string_view system) const {
  for (const assignment& each : declared.runner)
    if (each.name.view() == system) return each.value;
  return {};
}

std::string ci_source::schedule() const {
  return declared.schedule ? fields_of_schedule(declared.schedule) : std::string("17 * * * *");
}

std::vector<std::string> lines_to_set_up(const ci_source& of) {
  std::vector<std::string> setup;
  for (const text& each : of.declared.setup) setup.push_back(each.str());
  if (setup.empty()) return {};
  return {shell_quoted(setup)};
}

std::vector<std::string> lines_to_configure(const ci_source& of) {
  std::vector<std::string> lines = lines_to_set_up(of);
  lines.push_back(fmt::format("mkdir -p {}", handed_on_folder));
  std::string configure =
      fmt::format("cmake -S {} -B build", of.folder.empty() ? "." : shell_quoted(of.folder));
  if (const ci_pin* archive = of.pins.archive()) {
    const std::string folder = "build/cicd-package";
    lines.push_back(fmt::format("mkdir -p {}", folder));
    lines.push_back(
        fmt::format("curl --fail --silent --show-error --location --retry 3 --output {}.tar.gz {}", folder,
                    shell_quoted(archive->url)));
    lines.push_back(
        fmt::format("echo \"{}  {}.tar.gz\" | sha256sum --check --quiet", archive->digest.substr(7), folder));
    lines.push_back(fmt::format("tar -xzf {}.tar.gz -C {} --strip-components=1", folder, folder));
    configure += fmt::format(" -DCMAKE_PREFIX_PATH=\"$PWD/{}\"", folder);
  }
  for (const text& each : of.declared.configure) configure += " " + shell_quoted(each.view());
  lines.push_back(std::move(configure));
  return lines;
}

std::string line_to_clear() {
  return fmt::format("rm -rf {}", handed_on_folder);
}

std::string line_to_load() {
  return fmt::format("{} cache load {}", export_ci_lines::driver, handed_on_folder);
}

std::vector<std::string> lines_to_make(const ci_job& plan, const ci_jobs& among) {
  using namespace export_ci_lines;
  if (plan.kind != ci_job_kind::plan || !plan.is_named) return {};
  std::string targets;
  for (const ci_job& each : among.jobs) {
    const auto is_of_it = [&](const std::string& pipeline) {
      return std::ranges::find(each.pipelines, pipeline) != each.pipelines.end();
    };
    if (each.kind == ci_job_kind::verify && std::ranges::find(plan.after, each.name) != plan.after.end()
        && each.pipeline == plan.pipeline && std::ranges::all_of(plan.pipelines, is_of_it))
      targets += " " + word(fmt::format("{}.{}", pipeline_in(plan), each.part));
  }
  if (targets.empty()) return {};
  return {"cmake --build build --target" + targets};
}

std::vector<std::string> lines_of_work(const ci_job& of, const std::string& gate) {
  using namespace export_ci_lines;
  if (!of.command.empty()) return {cicd_line(of)};
  const std::string pipeline = pipeline_in(of);
  std::vector<std::string> lines;
  if (of.kind == ci_job_kind::plan) {
    std::string targets;
    for (const std::string& each : of.makes) targets += " " + word(fmt::format("{}.{}", pipeline, each));
    if (!targets.empty()) lines.push_back("cmake --build build --target" + targets);
    lines.push_back(fmt::format("{} plan {} --out {}", driver,
                                word(fmt::format("{}.deploy-{}", pipeline, what_is_deployed(of))),
                                word(path(plan_of(of)))));
    return lines;
  }
  const std::string saved = "build/.cicd/plans/" + plan_of(of);
  if (approves_by_gate(of) && !gate.empty())
    lines.push_back(
        fmt::format("{} approve {} {}{} --gate {} --plan {} --reason 'the gate of this job was passed'",
                    driver, word(pipeline), shell_quoted(of.environment), of.is_preview ? " --preview" : "",
                    word(replaced_all(gate, "{pipeline}", pipeline)), word(saved)));
  if (of.is_planned)
    lines.push_back(fmt::format("{} deploy --plan {}", driver, word(saved)));
  else
    lines.push_back("cmake --build build --target " + word(fmt::format("{}.{}", pipeline, of.part)));
  return lines;
}

bool may_publish(std::string_view line) {
  return line.starts_with("cmake --build")
         || line.starts_with(fmt::format("{} deploy", export_ci_lines::driver));
}

std::vector<std::string> lines_to_hand_on(const ci_job& of) {
  using namespace export_ci_lines;
  if (!of.hands_on()) return {};
  const std::string pipeline = pipeline_in(of), name = own_name(of, pipeline);
  const std::string target =
      of.kind == ci_job_kind::plan ? fmt::format("deploy-{}", what_is_deployed(of)) : of.part;
  std::string save = fmt::format("{} cache save {} {}", driver, word(path(name + ".cicd")),
                                 word(fmt::format("{}.{}", pipeline, target)));
  if (of.kind == ci_job_kind::plan) save += " --plan " + word(path(plan_of(of)));
  return {std::move(save), "touch " + word(path(name + ".done"))};
}

std::vector<std::string> files_of(const ci_job& of, std::string_view pipeline) {
  const std::string name = export_ci_lines::own_name(of, pipeline);
  return {export_ci_lines::path(name + ".cicd"), export_ci_lines::path(name + ".done")};
}

std::string condition_of(const ci_job& of) {
  using namespace export_ci_lines;
  return fmt::format("grep -qxF {} {}", word(own_name(of, pipeline_in(of))), path("jobs.txt"));
}

std::string name_by_hand(const ci_job& of) {
  const bool is_before =
      of.kind == ci_job_kind::plan || (of.kind == ci_job_kind::gate && of.part.starts_with("approve-"));
  const std::string part = is_before ? "deploy-" + of.environment : of.part;
  return of.name.substr(0, of.name.size() - of.part.size()) + part;
}

std::vector<std::string> lines_of_result() {
  using export_ci_lines::path;
  return {
      fmt::format("while read -r job; do test -f \"{}/$job.done\" || {{ echo \"$job did not end well\"; "
                  "failed=1; }}; done < {}; test -z \"${{failed:-}}\"",
                  handed_on_folder, path("result.txt"))};
}

std::string regex_of(std::string_view pattern) {
  std::string regex = "^";
  for (const char c : pattern) {
    if (c == '*')
      regex += ".*";
    else if (std::string_view(".+()|{}$^[]\\/?").find(c) != std::string_view::npos)
      regex += std::string("\\") + c;
    else
      regex += c;
  }
  return regex + "$";
}

bool is_only_gate(const ci_job& of, const ci_jobs& among) {
  return of.is_named || std::ranges::none_of(among.single, [&](const ci_job& other) {
           return other.is_approved && !other.is_named && other.name != of.name
                  && other.is_preview == of.is_preview && (of.is_preview || other.on.kind == of.on.kind);
         });
}

std::set<std::string, std::less<>> behind_gates(const std::vector<ci_job>& jobs) {
  std::set<std::string, std::less<>> behind;
  for (bool is_more = true; std::exchange(is_more, false);)
    for (const ci_job& each : jobs) {
      const bool is_behind =
          each.kind == ci_job_kind::gate || each.is_approved
          || std::ranges::any_of(each.after, [&](const std::string& one) { return behind.contains(one); });
      if (is_behind && behind.insert(each.name).second) is_more = true;
    }
  return behind;
}

}  // namespace cicd
