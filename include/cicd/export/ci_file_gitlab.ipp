// GitLab CI: the gate of an environment is the job itself, which a person starts; who did is
// asked of the server.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/export/ci_file.hpp>
#include <cicd/export/ci_gate.hpp>

namespace cicd {

namespace export_ci_file_gitlab {
namespace {

/// GitLab makes no more jobs of one matrix, and takes no more jobs in `needs`, each of a matrix counted.
constexpr std::size_t most_in_matrix = 200, most_needs = 50;

json rule(const std::string& condition) {
  return members_of("if", condition);
}
json manual(const std::string& condition) {
  return members_of("if", condition, "when", "manual");
}

constexpr const char *scheduled = "$CI_PIPELINE_SOURCE == \"schedule\"",
                     *by_hand = "$CI_PIPELINE_SOURCE == \"web\"";

/// `$CI_COMMIT_BRANCH =~ /^main$/`, of a push alone: what the browser or the API starts there is another
/// event.
std::string follows(const trigger& on) {
  return fmt::format("$CI_PIPELINE_SOURCE == \"push\" && ${} =~ /{}/",
                     on.kind == ref_kind::tag ? "CI_COMMIT_TAG" : "CI_COMMIT_BRANCH",
                     regex_of(on.pattern.view()));
}

/// Whether it belongs to an event for which the job `decide` says what is needed.
bool is_decided(const ci_job& of) {
  return of.kind != ci_job_kind::scheduled && of.kind != ci_job_kind::closed && !of.is_named;
}

class pipeline_file {
 public:
  pipeline_file(const ci_jobs& jobs, const ci_source& of)
      : jobs_(jobs), of_(of), behind_(behind_gates(jobs.single)) {
    for (const ci_job& each : jobs.jobs) add(each);
    result_needs_ = needs_of_result();
    is_staged_ = is_too_many(result_needs_)
                 || std::ranges::any_of(made_, [&](const ci_job& each) { return is_staged(each); });
    if (is_staged_)
      for (const ci_job& each : made_) number_of(each);
  }

  result<json> made() {
    json workflow(json::object{});
    if (of_.declared.cancel_waiting)
      workflow.set("auto_cancel", members_of("on_new_commit", "interruptible"));
    workflow.set("rules", pipelines());
    json all = members_of("stages", stages(), "workflow", std::move(workflow));
    all.set(".cicd", base());
    all.set("decide", decide());
    for (const ci_job& each : made_) {
      if (each.pipelines.size() > most_in_matrix)
        return error{exit_class::usage,
                     of_.declared_at,
                     fmt::format("GitLab makes at most {} jobs of one", most_in_matrix),
                     std::to_string(each.pipelines.size()),
                     {}}
            .with("try", "a build tree for each part of the pipelines");
      all.set(each.name, job_of(each));
    }
    return all.set("cicd / result", result_job());
  }

 private:
  /// A preview and what stops it are one for each pipeline: `on_stop` names no job of a matrix.
  void add(const ci_job& of) {
    if (of.kind == ci_job_kind::gate) return;
    const bool is_alone = of.kind == ci_job_kind::preview || of.kind == ci_job_kind::closed;
    if (!of.is_matrix() || !is_alone) return made_.push_back(of);
    for (const ci_job& each : jobs_.single)
      if (is_one_of(of, each)) made_.push_back(each);
  }

  static bool is_one_of(const ci_job& matrix, const ci_job& one) {
    return matrix.part == one.part
           && std::ranges::find(matrix.pipelines, one.pipeline) != matrix.pipelines.end();
  }

  /// Of more jobs than `needs` takes it has none, and waits for the stages before its own.
  bool is_staged(const ci_job& of) const { return is_too_many(needs_of(of)); }

  bool is_too_many(const json& needs) const {
    std::size_t count = 0;
    for (const json& each : needs.elements()) {
      const ci_job* job = each["parallel"].is_null() ? job_of_name(each["job"].text()) : nullptr;
      count += job == nullptr ? 1 : std::max<std::size_t>(job->pipelines.size(), 1);
    }
    return count > most_needs;
  }

  const ci_job* job_of_name(std::string_view name) const {
    const auto found = std::ranges::find(made_, name, &ci_job::name);
    return found == made_.end() ? nullptr : &*found;
  }

  bool is_behind(const ci_job& of) const {
    return std::ranges::any_of(jobs_.single, [&](const ci_job& each) {
      return (of.is_matrix() ? is_one_of(of, each) : each.name == of.name) && behind_.contains(each.name);
    });
  }

  /// Of the stages before the result, or of those behind it: which. A job is in none before one that it
  /// needs.
  std::size_t number_of(const ci_job& of) {
    if (const auto there = places_.find(of.name); there != places_.end()) return there->second;
    const std::size_t step = is_staged(of) ? 1 : 0;
    std::size_t at = 1;
    const json needs = needs_of(of);
    for (const json& each : needs.elements()) {
      const ci_job* before = job_of_name(each["job"].text());
      if (before != nullptr && is_behind(*before) == is_behind(of))
        at = std::max(at, number_of(*before) + step);
    }
    return places_[of.name] = at;
  }

  std::string stage_of(const ci_job& of) const {
    if (!is_staged_) return "run";
    const std::size_t at = places_.at(of.name);
    const std::string stage = is_behind(of) ? "gates" : "run";
    return at == 1 ? stage : fmt::format("{}-{}", stage, at);
  }

  json stages() const {
    std::map<std::size_t, std::string> before{{1, "run"}}, behind;
    for (const ci_job& each : made_) {
      const std::string stage = stage_of(each);
      if (is_staged_) (stage.starts_with("gates") ? behind : before)[places_.at(each.name)] = stage;
    }
    json all = list_of("decide");
    for (const auto& [at, stage] : before) all.push(stage);
    all.push("result");
    for (const auto& [at, stage] : behind) all.push(stage);
    return all;
  }

  json pipelines() const {
    json rules = list_of(rule("$CI_PIPELINE_SOURCE == \"merge_request_event\""), rule("$CI_COMMIT_TAG"),
                         rule("$CI_PIPELINE_SOURCE == \"schedule\""), rule("$CI_PIPELINE_SOURCE == \"web\""));
    for (const std::string& each : jobs_.branches)
      rules.push(rule(fmt::format("$CI_COMMIT_BRANCH =~ /{}/", regex_of(each))));
    return rules;
  }

  json base() const {
    json job(json::object{});
    if (!of_.image.empty()) job.set("image", of_.image);
    if (const std::string tag = of_.runner("gitlab"); !tag.empty()) job.set("tags", list_of(tag));
    json variables = members_of("GIT_DEPTH", "0");
    if (of_.declared.caches) variables.set("CICD_CACHE_DIR", "$CI_PROJECT_DIR/.cicd-cache");
    job.set("variables", std::move(variables));
    if (of_.declared.caches)
      // In the folder of the project, where it is no change of the sources.
      job.set("before_script", list_of("echo /.cicd-cache/ >> .git/info/exclude"))
          // What a merge request leaves is its own, and nothing else takes it.
          .set("cache", members_of("key", "cicd-$CI_JOB_NAME_SLUG-$CI_MERGE_REQUEST_IID", "paths",
                                   list_of(".cicd-cache/")));
    if (of_.declared.cancel_waiting) job.set("interruptible", true);
    return job;
  }

  static json kept(const std::vector<std::string>& paths) {
    return members_of("paths", json_texts(paths), "expire_in", "1 day");
  }

  /// What a merge request shows of a job, also of one that failed.
  static void add_reports(json& to) {
    to.set("when", "always")
        .set("reports", members_of("codequality", "build/.cicd/gl-code-quality-report.json", "junit",
                                   "build/.cicd/junit/*.xml"));
  }

  json decide() const {
    json script(json::array{});
    for (const std::string& line : lines_to_configure(of_)) script.push(line);
    script.push(fmt::format("build/.cicd/cicd export gitlab --jobs {}/jobs.txt", handed_on_folder));
    const std::string folder(handed_on_folder);
    json job = members_of("extends", ".cicd", "stage", "decide", "script", std::move(script));
    return job.set("artifacts", kept({folder + "/jobs.txt", folder + "/result.txt"}));
  }

  json rules_of(const ci_job& of) const {
    const std::string request = "$CI_PIPELINE_SOURCE == \"merge_request_event\"";
    switch (of.kind) {
      case ci_job_kind::verify:
        return list_of(members_of("if", scheduled, "when", "never"),
                       members_of("if", by_hand, "when", "never"), members_of("when", "on_success"));
      case ci_job_kind::plan:
      case ci_job_kind::gate:
        // What it plans is published first, so that it waits until a person starts it.
        if (of.is_named) return list_of(manual(by_hand).set("allow_failure", true));
        return list_of(rule(of.is_preview ? request : follows(of.on)));
      case ci_job_kind::deploy:
        return list_of(of.is_approved ? manual(follows(of.on)) : rule(follows(of.on)));
      case ci_job_kind::preview:
      case ci_job_kind::closed: return list_of(manual(request).set("allow_failure", true));
      case ci_job_kind::by_hand: return list_of(manual(by_hand).set("allow_failure", true));
      case ci_job_kind::scheduled: return list_of(rule(scheduled));
    }
    return {};
  }

  /// The jobs before it; a gate is none of its own here.
  json needs_of(const ci_job& of) const {
    json needs(json::array{});
    std::vector<std::string> names;
    const auto add = [&](const std::string& each, auto& self) -> void {
      const ci_job* job = any_job(each);
      if (job == nullptr) return;
      if (job->kind == ci_job_kind::gate) {
        for (const std::string& before : job->after) self(before, self);
      } else if (std::ranges::find(names, each) == names.end()) {
        names.push_back(each);
      }
    };
    for (const std::string& each : of.after) add(each, add);
    if (is_decided(of)) needs.push(members_of("job", "decide"));
    // Of what is started by hand the plan alone is another job.
    for (const std::string& each : names)
      if (is_decided(of) || (of.is_named && any_job(each)->is_named)) needs.push(need_of(each));
    return needs;
  }

  const ci_job* any_job(const std::string& name) const {
    if (const ci_job* job = jobs_.find(name)) return job;
    const auto found = std::ranges::find(jobs_.single, name, &ci_job::name);
    return found == jobs_.single.end() ? nullptr : &*found;
  }

  /// One of a matrix is named by its pipeline.
  json need_of(const std::string& name) const {
    const ci_job* one = jobs_.find(name) == nullptr ? any_job(name) : nullptr;
    for (const ci_job& each : jobs_.jobs)
      if (one != nullptr && is_one_of(each, *one) && each.kind == one->kind)
        return members_of("job", each.name, "optional", true, "parallel",
                          members_of("matrix", list_of(members_of("CICD_PIPELINE", list_of(one->pipeline)))));
    return members_of("job", name, "optional", true);
  }

  /// The job's own name, as GitLab makes it.
  static std::string gate_of(const ci_job& of) {
    return of.is_matrix() ? of.name + ": [{pipeline}]" : of.name;
  }

  json script_of(const ci_job& of) const {
    json script(json::array{});
    // What was started in the browser does not end well without having done it.
    if (is_decided(of))
      script.push(
          condition_of(of)
          + (of.is_approved ? " || { echo 'this event does not need this job'; exit 1; }" : " || exit 0"));
    for (const std::string& line : lines_to_configure(of_)) script.push(line);
    if (!of.role.empty()) script.push("(umask 077 && printf %s \"$CICD_AWS_TOKEN\" > build/cicd-token)");
    if (needs_of(of).elements().size() > (is_decided(of) ? 1U : 0U)) script.push(line_to_load());
    for (const std::string& line : lines_to_make(of, jobs_)) script.push(line);
    for (const std::string& line : lines_of_work(of, gate_of(of))) script.push(line);
    for (const std::string& line : lines_to_hand_on(of)) script.push(line);
    return script;
  }

  json job_of(const ci_job& of) const {
    json job = members_of("extends", ".cicd", "stage", stage_of(of));
    if (!is_staged(of)) job.set("needs", needs_of(of));
    job.set("rules", rules_of(of));
    if (of_.declared.cancel_waiting && (of.is_named || of.kind == ci_job_kind::scheduled))
      job.set("interruptible", false);
    const std::string pipeline = of.is_matrix() ? "$CICD_PIPELINE" : of.pipeline;
    if (of.is_matrix())
      job.set("parallel",
              members_of("matrix", list_of(members_of("CICD_PIPELINE", json_texts(of.pipelines)))));
    const bool is_preview = of.kind == ci_job_kind::preview;
    if (is_preview || of.kind == ci_job_kind::closed) {
      json place = members_of("name", pipeline + "/preview/$CI_COMMIT_REF_SLUG");
      if (is_preview)
        place.set("on_stop", of.name.substr(0, of.name.size() - of.part.size()) + "undeploy-branch");
      if (!is_preview) place.set("action", "stop");
      job.set("environment", std::move(place));
    } else if (of.kind == ci_job_kind::plan) {
      // A protected environment would ask for the right to deploy before anything is shown.
      const std::string what = of.is_preview ? "preview" : of.environment;
      job.set("environment", members_of("name", pipeline + "/" + what + "-plan", "action", "access"));
    } else if (!of.place.empty() && !of.environment.empty()) {
      job.set("environment", members_of("name", pipeline + "/" + of.environment));
    }
    if (!of.place.empty() && of.kind != ci_job_kind::plan)
      job.set("resource_group", is_preview       ? pipeline + "-preview-$CI_COMMIT_REF_SLUG"
                                : of.is_matrix() ? pipeline + "-" + of.environment
                                                 : of.place);
    json variables(json::object{});
    if (of.command.starts_with("canary set")) variables.set("CICD_SHARE", "10%");
    json tokens(json::object{});
    if (!of.role.empty()) tokens.set("CICD_AWS_TOKEN", members_of("aud", "sts.amazonaws.com"));
    if (of.signs_keyless) tokens.set("SIGSTORE_ID_TOKEN", members_of("aud", "sigstore"));
    if (!tokens.members().empty()) job.set("id_tokens", std::move(tokens));
    if (!of.role.empty()) {
      variables.set("AWS_ROLE_ARN", of.role)
          .set("AWS_WEB_IDENTITY_TOKEN_FILE", "$CI_PROJECT_DIR/build/cicd-token");
      if (of_.declared.region) variables.set("AWS_REGION", of_.declared.region.str());
    }
    if (!variables.members().empty()) job.set("variables", std::move(variables));
    job.set("script", script_of(of));
    json artifacts = lines_to_hand_on(of).empty() ? json(json::object{}) : kept(files_of(of, pipeline));
    if (of.kind == ci_job_kind::verify || of.kind == ci_job_kind::deploy) add_reports(artifacts);
    if (!artifacts.members().empty()) job.set("artifacts", std::move(artifacts));
    return job;
  }

  json needs_of_result() const {
    json needs = list_of(members_of("job", "decide"));
    for (const ci_job& each : made_)
      if (is_decided(each) && !is_behind(each)) needs.push(members_of("job", each.name, "optional", true));
    return needs;
  }

  json result_job() const {
    json script(json::array{});
    for (const std::string& line : lines_of_result()) script.push(line);
    json rules = list_of(members_of("if", scheduled, "when", "never"),
                         members_of("if", by_hand, "when", "never"), members_of("when", "always"));
    json job = members_of("extends", ".cicd", "stage", "result");
    if (!is_too_many(result_needs_)) job.set("needs", result_needs_);
    return job.set("rules", std::move(rules)).set("script", std::move(script));
  }

  const ci_jobs& jobs_;
  const ci_source& of_;
  const std::set<std::string, std::less<>> behind_;  ///< of single jobs
  std::vector<ci_job> made_;                         ///< those of the file
  json result_needs_;
  bool is_staged_ = false;
  std::map<std::string, std::size_t, std::less<>> places_;  ///< among the stages, where those decide
};

}  // namespace
}  // namespace export_ci_file_gitlab

result<json> gitlab_pipeline(const ci_jobs& jobs, const ci_source& of) {
  return export_ci_file_gitlab::pipeline_file(jobs, of).made();
}

}  // namespace cicd
