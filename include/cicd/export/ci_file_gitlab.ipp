// GitLab CI: the gate of an environment is the job itself, which a person starts; who did is
// GITLAB_USER_LOGIN.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/export/ci_file.hpp>

namespace cicd {

namespace export_ci_file_gitlab {
namespace {

/// GitLab makes no more jobs of one matrix, and takes no more names in `needs`.
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
  pipeline_file(const ci_jobs& jobs, const ci_source& of) : jobs_(jobs), of_(of) {}

  result<json> made() {
    json workflow(json::object{});
    if (of_.declared.cancel_waiting)
      workflow.set("auto_cancel", members_of("on_new_commit", "interruptible"));
    workflow.set("rules", pipelines());
    json all = members_of("stages", list_of("decide", "run", "result"), "workflow", std::move(workflow));
    all.set(".cicd", base());
    all.set("decide", decide());
    for (const ci_job& each : jobs_.jobs) {
      if (each.kind == ci_job_kind::gate) continue;
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
          .set("cache", members_of("key", "cicd-$CI_JOB_NAME_SLUG", "paths", list_of(".cicd-cache/")));
    if (of_.declared.cancel_waiting) job.set("interruptible", true);
    return job;
  }

  static json kept(const std::vector<std::string>& paths) {
    return members_of("paths", json_texts(paths), "expire_in", "1 day");
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
        return list_of(rule(follows(of.on)));
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
      const ci_job* job = jobs_.find(each);
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
      if (is_decided(of) || (of.is_named && jobs_.find(each)->is_named))
        needs.push(members_of("job", each, "optional", true));
    return needs;
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
    for (const std::string& line : lines_of_work(of, "{pipeline}/" + of.environment)) script.push(line);
    for (const std::string& line : lines_to_hand_on(of)) script.push(line);
    return script;
  }

  json job_of(const ci_job& of) const {
    json job = members_of("extends", ".cicd", "stage", "run", "needs", needs_of(of), "rules", rules_of(of));
    const std::string pipeline = of.is_matrix() ? "$CICD_PIPELINE" : of.pipeline;
    if (of.is_matrix())
      job.set("parallel",
              members_of("matrix", list_of(members_of("CICD_PIPELINE", json_texts(of.pipelines)))));
    const bool is_preview = of.kind == ci_job_kind::preview;
    if (is_preview || of.kind == ci_job_kind::closed) {
      json place = members_of("name", pipeline + "/preview/$CI_COMMIT_REF_SLUG");
      const std::string stop = stop_of(of);
      if (is_preview && jobs_.find(stop) != nullptr) place.set("on_stop", stop);
      if (!is_preview) place.set("action", "stop");
      job.set("environment", std::move(place));
    } else if (of.kind == ci_job_kind::plan) {
      // A protected environment would ask for the right to deploy before anything is shown.
      job.set("environment",
              members_of("name", pipeline + "/" + of.environment + "-plan", "action", "access"));
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
    if (!lines_to_hand_on(of).empty()) job.set("artifacts", kept(files_of(of, pipeline)));
    return job;
  }

  std::string stop_of(const ci_job& of) const {
    for (const ci_job& each : jobs_.jobs)
      if (each.kind == ci_job_kind::closed && each.pipeline == of.pipeline
          && (of.pipelines.empty()
              || std::ranges::find(each.pipelines, of.pipelines.front()) != each.pipelines.end()))
        return each.name;
    return {};
  }

  json result_job() const {
    json needs = list_of(members_of("job", "decide"));
    const auto behind = behind_gates(jobs_.jobs);
    for (const ci_job& each : jobs_.jobs)
      if (is_decided(each) && !behind.contains(each.name))
        needs.push(members_of("job", each.name, "optional", true));
    json script(json::array{});
    for (const std::string& line : lines_of_result()) script.push(line);
    json rules = list_of(members_of("if", scheduled, "when", "never"),
                         members_of("if", by_hand, "when", "never"), members_of("when", "always"));
    json job = members_of("extends", ".cicd", "stage", "result");
    if (needs.elements().size() <= most_needs) job.set("needs", std::move(needs));
    return job.set("rules", std::move(rules)).set("script", std::move(script));
  }

  const ci_jobs& jobs_;
  const ci_source& of_;
};

}  // namespace
}  // namespace export_ci_file_gitlab

result<json> gitlab_pipeline(const ci_jobs& jobs, const ci_source& of) {
  return export_ci_file_gitlab::pipeline_file(jobs, of).made();
}

}  // namespace cicd
