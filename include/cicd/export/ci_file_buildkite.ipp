// Buildkite: a step for each pipeline and stage, since a value of its matrix has neither a key nor a gate; a
// gate is a `block` step. A step whose block is left out by its `if` would run: both have the same.
#pragma once

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/export/ci_file.hpp>
#include <cicd/export/ci_gate.hpp>

namespace cicd {

namespace export_ci_file_buildkite {
namespace {

constexpr std::string_view agent = "buildkite-agent";

/// What the upload of a pipeline would replace, as it is.
std::string kept(const std::string& text) {
  return replaced_all(text, "$", "$$");
}

/// Its event: a push, or what a person asks for by its name. `CICD_JOB` is a variable of the build.
std::string condition(const ci_job& of) {
  if (of.kind == ci_job_kind::scheduled) return "build.source == \"schedule\"";
  if (of.is_preview) return "build.pull_request.id != null && !build.pull_request.repository.fork";
  if (of.is_named) return fmt::format("build.env(\"CICD_JOB\") == \"{}\"", name_by_hand(of));
  if (of.kind == ci_job_kind::verify) return "build.source != \"schedule\"";
  const std::string push = "build.source == \"webhook\" && build.pull_request.id == null && ";
  const std::string pattern = regex_of(of.on.pattern.view());
  if (of.on.kind == ref_kind::tag)
    return fmt::format("{}build.tag != null && build.tag =~ /{}/", push, pattern);
  return fmt::format("{}build.tag == null && build.branch =~ /{}/", push, pattern);
}

class build_steps {
 public:
  build_steps(const ci_jobs& jobs, const ci_source& of) : jobs_(jobs), of_(of) {
    for (const ci_job& each : jobs.single) by_name_.emplace(each.name, &each);
  }

  json made() const {
    json all(json::object{});
    if (const std::string queue = of_.runner("buildkite"); !queue.empty())
      all.set("agents", members_of("queue", queue));
    if (!of_.image.empty()) all.set("image", of_.image);
    json steps = list_of(decide());
    const bool is_grouped = std::ranges::any_of(jobs_.jobs, &ci_job::is_matrix);
    std::map<std::string, std::vector<const ci_job*>> grouped;
    for (const ci_job& each : jobs_.single) {
      if (each.kind == ci_job_kind::closed) continue;
      if (!is_grouped || each.pipeline.empty())
        steps.push(step_of(each));
      else
        grouped[each.pipeline].push_back(&each);
    }
    for (const auto& [pipeline, jobs] : grouped) {
      json inner(json::array{});
      for (const ci_job* each : jobs) inner.push(step_of(*each));
      steps.push(members_of("group", pipeline, "steps", std::move(inner)));
    }
    steps.push(result_step());
    return all.set("steps", std::move(steps));
  }

 private:
  static json texts(const std::vector<std::string>& lines) {
    json all(json::array{});
    for (const std::string& each : lines) all.push(kept(each));
    return all;
  }

  static std::string line_to_take(const std::string& files, const std::string& step) {
    return fmt::format("{} artifact download '{}/{}' . --step {}", agent, handed_on_folder, files, step);
  }

  static std::string line_to_give(const std::string& files) {
    return fmt::format("{} artifact upload '{}/{}'", agent, handed_on_folder, files);
  }

  json decide() const {
    std::vector<std::string> lines{line_to_clear()};
    for (const std::string& each : lines_to_configure(of_)) lines.push_back(each);
    lines.push_back(fmt::format("build/.cicd/cicd export buildkite --jobs {}/jobs.txt{}", handed_on_folder,
                                jobs_.has_by_hand ? " --job \"${CICD_JOB:-}\"" : ""));
    lines.push_back(line_to_give("*.txt"));
    return members_of("label", "decide", "key", "decide", "depends_on", json::array{}, "if",
                      "build.source != \"schedule\"", "commands", texts(lines));
  }

  static bool is_decided(const ci_job& of) { return of.kind != ci_job_kind::scheduled; }

  /// What the jobs before it made, where the event needs them.
  std::vector<std::string> lines_to_load(const ci_job& of) const {
    std::vector<std::string> lines;
    for (const std::string& name : of.after) {
      const auto found = by_name_.find(name);
      if (found == by_name_.end() || !found->second->hands_on()) continue;
      lines.push_back(fmt::format("if {}; then {}; fi", condition_of(*found->second),
                                  line_to_take(name + ".cicd", name)));
    }
    if (!lines.empty()) lines.push_back(line_to_load());
    return lines;
  }

  /// Signed by the identity of the job, which that line alone is given.
  static std::string work(const ci_job& of, const std::string& line) {
    if (!of.signs_keyless || of.is_named || !may_publish(line)) return line;
    return fmt::format(
        "(SIGSTORE_ID_TOKEN=\"$({} oidc request-token --audience sigstore)\" && export SIGSTORE_ID_TOKEN && "
        "{})",
        agent, line);
  }

  json commands_of(const ci_job& of) const {
    std::vector<std::string> lines{line_to_clear()};
    const auto add = [&](const std::vector<std::string>& more) {
      lines.insert(lines.end(), more.begin(), more.end());
    };
    if (is_decided(of)) {
      lines.push_back(line_to_take("*.txt", "decide"));
      // What a person let go on does not end well without having done it.
      lines.push_back(
          condition_of(of)
          + (of.is_approved ? " || { echo 'this event does not need this job'; exit 1; }" : " || exit 0"));
    }
    add(lines_to_configure(of_));
    if (!of.role.empty())
      lines.push_back(
          fmt::format("(umask 077 && {} oidc request-token --audience sts.amazonaws.com > "
                      "build/cicd-token) && export "
                      "AWS_WEB_IDENTITY_TOKEN_FILE=\"$PWD/build/cicd-token\"",
                      agent));
    if (of.command.starts_with("canary set")) lines.push_back("export CICD_SHARE=\"${CICD_SHARE:-10%}\"");
    if (is_decided(of)) add(lines_to_load(of));
    // Of several blocks in a build the variables do not say which was passed.
    for (const std::string& line : lines_of_work(of, is_only_gate(of, jobs_) ? gate_of(of) : ""))
      lines.push_back(work(of, line));
    add(lines_to_hand_on(of));
    if (of.hands_on()) lines.push_back(line_to_give(of.name + ".*"));
    return texts(lines);
  }

  /// The step behind the block.
  static std::string gate_of(const ci_job& of) {
    return gate_name("Buildkite", {of.pipeline, of.environment, of.part, of.is_preview});
  }

  json after(const ci_job& of) const {
    json names(json::array{});
    if (is_decided(of)) names.push("decide");
    for (const std::string& each : of.after) names.push(each);
    return names;
  }

  json step_of(const ci_job& of) const {
    const std::string label = of.pipeline.empty() ? of.part : fmt::format("{} / {}", of.pipeline, of.part);
    const bool is_gate = of.kind == ci_job_kind::gate;
    json step = members_of(is_gate ? "block" : "label", label, "key", of.name, "depends_on", after(of), "if",
                           kept(condition(of)));
    if (is_gate) return step;
    json env(json::object{});
    if (!of.role.empty()) {
      env.set("AWS_ROLE_ARN", kept(of.role));
      if (of_.declared.region) env.set("AWS_REGION", kept(of_.declared.region.str()));
    }
    if (!env.members().empty()) step.set("env", std::move(env));
    // The groups are those of all pipelines of an organization.
    if (!of.place.empty() && of.kind != ci_job_kind::plan)
      step.set("concurrency", 1)
          .set("concurrency_group",
               fmt::format("${{BUILDKITE_PIPELINE_SLUG}}/{}{}", of.place,
                           of.kind == ci_job_kind::preview ? "-${BUILDKITE_PULL_REQUEST}" : ""))
          .set("concurrency_method", "ordered");
    return step.set("commands", commands_of(of));
  }

  /// It runs whatever became of the others, and is the check that is asked for.
  json result_step() const {
    json names = list_of("decide");
    const auto behind = behind_gates(jobs_.single);
    for (const ci_job& each : jobs_.single)
      if (is_decided(each) && !each.is_named && each.kind != ci_job_kind::closed
          && !behind.contains(each.name))
        names.push(each.name);
    std::vector<std::string> lines{
        line_to_clear(), line_to_take("*.txt", "decide"),
        fmt::format("{} artifact download '{}/*.done' . || true", agent, handed_on_folder)};
    for (const std::string& each : lines_of_result()) lines.push_back(each);
    json told = list_of(members_of("github_commit_status", members_of("context", "cicd / result")));
    return members_of("label", "cicd / result", "key", "result", "depends_on", std::move(names),
                      "allow_dependency_failure", true, "if", "build.source != \"schedule\"", "notify",
                      std::move(told))
        .set("commands", texts(lines));
  }

  const ci_jobs& jobs_;
  const ci_source& of_;
  std::map<std::string_view, const ci_job*> by_name_;
};

}  // namespace
}  // namespace export_ci_file_buildkite

json buildkite_pipeline(const ci_jobs& jobs, const ci_source& of) {
  return export_ci_file_buildkite::build_steps(jobs, of).made();
}

}  // namespace cicd
