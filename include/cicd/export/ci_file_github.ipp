// GitHub Actions: a workflow. No right is given to all jobs, actions are named by the digests of their
// commits, and nothing of an event stands in a shell's line: what a step needs of it comes as a variable.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/export/ci_file.hpp>
#include <cicd/export/ci_gate.hpp>

namespace cicd {

namespace export_ci_file_github {
namespace {

constexpr std::string_view needed = "fromJSON(needs.decide.outputs.jobs)";
constexpr const char* usual_machine = "ubuntu-24.04";

/// A newer commit of a branch, tag or pull request; each run by time or by hand is alone.
constexpr const char* newer_commit =
    "cicd-${{ github.event_name }}-${{ github.event.pull_request.number || (github.event_name == 'push' && "
    "github.ref) || github.run_id }}";

/// `*` spans `/` in our patterns; some characters are operators in GitHub's.
json patterns(const std::vector<std::string>& of) {
  json all(json::array{});
  for (const std::string& each : of) {
    std::string made;
    for (const char c : each) {
      if (std::string_view("+?[]!").find(c) != std::string_view::npos) made += '\\';
      made += c == '*' ? std::string("**") : std::string(1, c);
    }
    all.push(made);
  }
  return all;
}

class workflow {
 public:
  workflow(const ci_jobs& jobs, const ci_source& of) : jobs_(jobs), of_(of) {}

  result<json> made() {
    json jobs(json::object{});
    jobs.set("decide", decide());
    for (const ci_job& each : jobs_.jobs) jobs.set(each.name, job_of(each));
    jobs.set("result", result_job());
    if (of_.declared.image) used_.push_back(of_.declared.image.str());
    if (const auto lacked = of_.pins.lacked(used_); !lacked.empty()) return pins_that_lack(lacked);
    if (wrong_) return *std::move(wrong_);
    json all = members_of("name", "cicd", "on", events(), "permissions", json::object{});
    if (of_.declared.cancel_waiting)
      all.set("concurrency", members_of("group", newer_commit, "cancel-in-progress", true));
    all.set("defaults", members_of("run", members_of("shell", "bash"))).set("jobs", std::move(jobs));
    return all;
  }

 private:
  json events() const {
    json push = members_of("branches", patterns(jobs_.branches));
    if (!jobs_.tags.empty()) push.set("tags", patterns(jobs_.tags));
    json request(json::object{});
    if (jobs_.has_previews) request.set("types", list_of("opened", "synchronize", "reopened", "closed"));
    json events = members_of("push", std::move(push), "pull_request", std::move(request), "merge_group",
                             json::object{});
    if (jobs_.has_scheduled) events.set("schedule", list_of(members_of("cron", of_.schedule())));
    if (jobs_.has_by_hand) events.set("workflow_dispatch", members_of("inputs", inputs()));
    return events;
  }

  json inputs() const {
    json names(json::array{});
    bool has_share = false;
    for (const ci_job& each : jobs_.single)
      if (each.kind == ci_job_kind::by_hand)
        names.push(each.name), has_share = has_share || each.command.starts_with("canary set");
    json made = members_of("job", members_of("description", "what is to be done", "type", "choice",
                                             "required", true, "options", std::move(names)));
    if (has_share)
      made.set("share", members_of("description", "of a canary", "type", "string", "default", "10%"));
    return made;
  }

  json uses(std::string_view action, json with) {
    used_.emplace_back(action);
    result<std::string> name = of_.pins.action(action);
    if (!name && !wrong_) wrong_ = name.error();
    json step = members_of("uses", name ? *name : std::string(action));
    if (!with.members().empty()) step.set("with", std::move(with));
    return step;
  }

  static json run(const std::string& line) { return members_of("run", line); }

  json machine(json job) const {
    const std::string label = of_.runner("github");
    job.set("runs-on", label.empty() ? usual_machine : label);
    if (!of_.image.empty()) job.set("container", members_of("image", of_.image));
    return job;
  }

  /// Until the build tree is there.
  void add_ready(json& steps, bool reads_remote, const std::string& role, const std::string& kept) {
    // Of a private repository the remote is asked with the token that the checkout keeps.
    steps.push(uses("actions/checkout", members_of("fetch-depth", 0, "persist-credentials", reads_remote)));
    if (of_.declared.caches && !kept.empty())
      steps.push(uses("actions/cache", members_of("path", joined(of_.kept, "\n"), "lookup-only",
                                                  "${{ github.ref_type == 'tag' }}", "key",
                                                  fmt::format("cicd-{}-${{{{ github.sha }}}}", kept),
                                                  "restore-keys", fmt::format("cicd-{}-", kept))));
    if (!role.empty()) {
      json with = members_of("role-to-assume", role);
      with.set("aws-region", of_.declared.region ? of_.declared.region.str() : std::string("us-east-1"));
      steps.push(uses("aws-actions/configure-aws-credentials", std::move(with)));
    }
    // The user of a container is not the owner of the checkout.
    if (!of_.image.empty()) steps.push(run("git config --global --add safe.directory \"$GITHUB_WORKSPACE\""));
    for (const std::string& line : lines_to_configure(of_)) steps.push(run(line));
  }

  static json rights(bool has_identity) {
    json rights = members_of("contents", "read");
    if (has_identity) rights.set("id-token", "write");
    return rights;
  }

  json decide() {
    json job = machine(members_of("name", "decide"));
    job.set("permissions", rights(false))
        .set("outputs", members_of("jobs", "${{ steps.jobs.outputs.jobs }}"));
    json steps(json::array{});
    add_ready(steps, false, {}, {});
    json env(json::object{});
    std::string line = "build/.cicd/cicd export github --jobs \"$GITHUB_OUTPUT\"";
    if (jobs_.has_by_hand) env.set("CICD_JOB", "${{ inputs.job }}"), line += " --job \"$CICD_JOB\"";
    if (jobs_.has_previews)
      env.set("CICD_ACTION", "${{ github.event.action }}"), line += " --action \"$CICD_ACTION\"";
    json last = members_of("id", "jobs", "run", line);
    if (!env.members().empty()) last.set("env", std::move(env));
    steps.push(std::move(last));
    return job.set("steps", std::move(steps));
  }

  std::string condition(const ci_job& of) const {
    return fmt::format("${{{{ !failure() && !cancelled() && {}['{}'] != null }}}}", needed, of.name);
  }

  /// The files of the jobs before it: each by its name, or all of them by a pattern.
  std::string pattern_of(const ci_job& of) const {
    if (of.is_matrix()) return "cicd-*";
    std::vector<std::string> names;
    for (const std::string& each : of.after)
      if (const ci_job* job = jobs_.find(each); job != nullptr && job->hands_on()) names.push_back(each);
    if (names.empty()) return {};
    return names.size() == 1 ? "cicd-" + names.front() : fmt::format("cicd-{{{}}}", joined(names, ","));
  }

  json job_of(const ci_job& of) {
    json job(json::object{});
    const std::string matrix = "${{ matrix.pipeline }}";
    job.set("name", of.is_matrix()        ? of.part + " / " + matrix
                    : of.pipeline.empty() ? of.part
                                          : of.pipeline + " / " + of.part);
    json needs = list_of("decide");
    for (const std::string& each : of.after) needs.push(each);
    job.set("needs", std::move(needs)).set("if", condition(of));
    if (of.is_matrix()) {
      json values = members_of("pipeline", fmt::format("${{{{ {}['{}'] }}}}", needed, of.name));
      job.set("strategy", members_of("fail-fast", false, "matrix", std::move(values)));
    }
    const std::string place = of.is_matrix() ? matrix + "-" + place_in_matrix(of) : of.place;
    if (of.kind == ci_job_kind::gate) {
      job.set("runs-on", usual_machine).set("permissions", json::object{});
      job.set("environment", members_of("name", gate_of(of, matrix)));
      return job.set("steps", list_of(run("echo 'the gate was passed'")));
    }
    if (!of.place.empty()) {
      job.set("environment", members_of("name", place));
      // Of those that wait in one group GitHub keeps the newest alone, and previews are no successors.
      const std::string own =
          of.kind == ci_job_kind::preview ? "-${{ github.event.pull_request.number }}" : "";
      if (of.kind != ci_job_kind::plan)
        job.set("concurrency", members_of("group", "cicd-" + place + own, "cancel-in-progress", false));
    }
    job = machine(std::move(job));
    // What is started by its name comes after the job that publishes.
    json allowed = rights(!of.role.empty() || (of.signs_keyless && !of.is_named));
    if (approves_by_gate(of)) allowed.set("actions", "read");
    job.set("permissions", std::move(allowed));
    json env(json::object{});
    if (of.is_matrix()) env.set("CICD_PIPELINE", matrix);
    if (of.command.starts_with("canary set")) env.set("CICD_SHARE", "${{ inputs.share }}");
    if (!env.members().empty()) job.set("env", std::move(env));
    return job.set("steps", steps_of(of));
  }

  /// What the place of a pipeline is called without its name: `prod`, `stage-preview`.
  static std::string place_in_matrix(const ci_job& of) {
    return of.place.empty() ? std::string() : of.place.substr(of.pipelines.front().size() + 1);
  }

  /// The environment whose reviewers let the job before it go.
  static std::string gate_of(const ci_job& of, const std::string& in_matrix) {
    const std::string& pipeline = of.is_matrix() ? in_matrix : of.pipeline;
    return gate_name("GitHub Actions", {pipeline, of.environment, of.part, of.is_preview});
  }

  /// Who passed the gate is asked with the token of the job, and by that line alone.
  static json work(const std::string& line) {
    json step = run(line);
    if (line.starts_with("build/.cicd/cicd approve"))
      step.set("env", members_of("GITHUB_TOKEN", "${{ github.token }}"));
    return step;
  }

  json steps_of(const ci_job& of) {
    json steps(json::array{});
    add_ready(steps, of.reads_remote, of.role, of.kind == ci_job_kind::verify ? of.name : "");
    if (const std::string pattern = pattern_of(of); !pattern.empty()) {
      steps.push(uses("actions/download-artifact",
                      members_of("pattern", pattern, "path", handed_on_folder, "merge-multiple", true)));
      steps.push(run(line_to_load()));
    }
    for (const std::string& line : lines_of_work(of, gate_of(of, "{pipeline}"))) steps.push(work(line));
    const std::vector<std::string> hands = lines_to_hand_on(of);
    if (hands.empty()) return steps;
    steps.push(run(hands.front()));
    const std::string artifact =
        of.is_matrix() ? "cicd-${{ matrix.pipeline }}-" + of.part : "cicd-" + of.name;
    const std::string pipeline = of.is_matrix() ? "${{ matrix.pipeline }}" : of.pipeline;
    steps.push(
        uses("actions/upload-artifact", members_of("name", artifact, "path", files_of(of, pipeline).front(),
                                                   "retention-days", 1, "if-no-files-found", "error")));
    return steps;
  }

  /// Of fixed name, so that a branch's protection can ask for it: it ends whatever was left out.
  json result_job() const {
    json needs = list_of("decide");
    const auto behind = behind_gates(jobs_.jobs);
    for (const ci_job& each : jobs_.jobs)
      if (!behind.contains(each.name)) needs.push(each.name);
    json fails = members_of(
        "if", "${{ contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled') }}", "run",
        "exit 1");
    json job = members_of("name", "cicd / result", "needs", std::move(needs), "if", "${{ always() }}",
                          "runs-on", usual_machine);
    return job.set("permissions", json::object{})
        .set("steps", list_of(std::move(fails), run("echo 'all jobs that were needed ended well'")));
  }

  const ci_jobs& jobs_;
  const ci_source& of_;
  std::optional<error> wrong_;
  std::vector<std::string> used_;  ///< of the table of digests
};

}  // namespace
}  // namespace export_ci_file_github

result<json> github_workflow(const ci_jobs& jobs, const ci_source& of) {
  return export_ci_file_github::workflow(jobs, of).made();
}

}  // namespace cicd
