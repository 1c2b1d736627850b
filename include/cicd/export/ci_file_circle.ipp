// CircleCI: jobs are always there, and end at once where the event does not need them; a gate is a job of
// `type: approval`. Nothing there names who passed it.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/export/ci_file.hpp>

namespace cicd {

namespace export_ci_file_circle {
namespace {

constexpr std::string_view pipeline_parameter = "<< parameters.pipeline >>";

json run(const std::string& name, const std::string& line) {
  return members_of("run", members_of("name", name, "command", line));
}

json regexes(const std::vector<std::string>& patterns) {
  json all(json::array{});
  for (const std::string& each : patterns) all.push("/" + regex_of(each) + "/");
  return all;
}

class config {
 public:
  config(const ci_jobs& jobs, const ci_source& of) : jobs_(jobs), of_(of) {}

  json made() const {
    json all = members_of("version", 2.1);
    if (jobs_.has_by_hand)
      all.set("parameters", members_of("job", members_of("type", "string", "default", ""), "share",
                                       members_of("type", "string", "default", "10%")));
    all.set("executors", members_of("cicd", executor())).set("commands", commands()).set("jobs", jobs());
    json workflows = members_of("cicd", main_workflow());
    const json by_hand = by_hand_workflow();
    if (!by_hand["jobs"].elements().empty()) workflows.set("by-hand", by_hand);
    for (const ci_job& each : jobs_.jobs)
      if (is_gated_by_name(each) && each.kind == ci_job_kind::by_hand)
        workflows.set(each.name, gated_workflow(each));
    if (jobs_.has_scheduled) workflows.set("scheduled", scheduled_workflow());
    all.set("workflows", std::move(workflows));
    return all;
  }

 private:
  json executor() const {
    json made = of_.image.empty() ? members_of("machine", members_of("image", "ubuntu-2404:2024.11.1"))
                                  : members_of("docker", list_of(members_of("image", of_.image)));
    if (const std::string size = of_.runner("circleci"); !size.empty()) made.set("resource_class", size);
    return made;
  }

  /// The checkout, and a build tree.
  json commands() const {
    json steps(json::array{});
    for (const std::string& line : lines_to_configure(of_))
      steps.push(run(line.substr(0, line.find(' ')), line));
    return members_of("configure", members_of("steps", std::move(steps)));
  }

  json jobs() const {
    json all = members_of("decide", decide());
    for (const ci_job& each : jobs_.jobs)
      if (each.kind != ci_job_kind::gate && each.kind != ci_job_kind::closed)
        all.set(each.name, job_of(each));
    return all.set("result", result_job());
  }

  json decide() const {
    const std::string folder(handed_on_folder);
    json steps =
        list_of("checkout", "configure",
                run("decide", fmt::format("build/.cicd/cicd export circleci --jobs {}/jobs.txt", folder)));
    steps.push(members_of("persist_to_workspace",
                          members_of("root", folder, "paths", list_of("jobs.txt", "result.txt"))));
    return members_of("executor", "cicd", "steps", std::move(steps));
  }

  static bool is_decided(const ci_job& of) { return of.kind != ci_job_kind::scheduled && !of.is_named; }

  /// A gate that waits where its deploy was not asked for would wait forever: a workflow of its own.
  static bool is_gated_by_name(const ci_job& of) {
    return of.is_named && (of.kind != ci_job_kind::by_hand || of.is_approved);
  }

  /// Whether it is the one that was asked for; a plan is of its deploy.
  static std::string condition_by_name(const ci_job& of) {
    if (!of.is_matrix()) return "test \"$CICD_JOB\" = " + name_by_hand(of);
    const std::string part = of.kind == ci_job_kind::plan ? "deploy-" + of.environment : of.part;
    return fmt::format("test \"$CICD_JOB\" = \"$CICD_PIPELINE-{}\"", part);
  }

  /// Signed by the identity of the job, which that line alone is given.
  static std::string work(const ci_job& of, const std::string& line) {
    if (!of.signs_keyless || !may_publish(line)) return line;
    return "SIGSTORE_ID_TOKEN=\"$(circleci run oidc get --claims '{\"aud\": \"sigstore\"}')\" && export "
           "SIGSTORE_ID_TOKEN && "
           + line;
  }

  json job_of(const ci_job& of) const {
    json job = members_of("executor", "cicd");
    json env(json::object{}), steps = list_of("checkout");
    if (of.is_matrix()) {
      job.set("parameters", members_of("pipeline", members_of("type", "string")));
      env.set("CICD_PIPELINE", pipeline_parameter);
    }
    if (of.is_named)
      env.set("CICD_JOB", "<< pipeline.parameters.job >>")
          .set("CICD_SHARE", "<< pipeline.parameters.share >>");
    if (!of.role.empty()) {
      env.set("AWS_ROLE_ARN", of.role).set("AWS_WEB_IDENTITY_TOKEN_FILE", "/tmp/cicd-token");
      if (of_.declared.region) env.set("AWS_REGION", of_.declared.region.str());
    }
    if (!env.members().empty()) job.set("environment", std::move(env));
    const bool takes = is_decided(of) || (of.is_named && of.is_planned && of.kind != ci_job_kind::plan);
    if (takes) steps.push(members_of("attach_workspace", members_of("at", handed_on_folder)));
    if (is_decided(of) || of.is_named)
      steps.push(run("needed", (is_decided(of) ? condition_of(of) : condition_by_name(of))
                                   + " || circleci-agent step halt"));
    const bool keeps = of_.declared.caches && of.kind == ci_job_kind::verify;
    // Each branch takes its own and that of the main one; a fork's branch is `pull/7`. No branch has one
    // below.
    const std::string of_job = "cicd/" + of.name + "/", key = of_job + "{{ .Branch }}/";
    if (keeps)
      steps.push(members_of("restore_cache", members_of("keys", list_of(key + "{{ .Revision }}", key,
                                                                        of_job + jobs_.main_branch + "/"))));
    steps.push("configure");
    if (!of.role.empty())
      steps.push(run("token", "(umask 077 && printf %s \"$CIRCLE_OIDC_TOKEN_V2\" > /tmp/cicd-token)"));
    if (takes && !of.after.empty()) steps.push(run("load", line_to_load()));
    for (const std::string& line : lines_to_make(of, jobs_)) steps.push(run("make", work(of, line)));
    for (const std::string& line : lines_of_work(of, {})) steps.push(run(of.part, work(of, line)));
    if (keeps)
      steps.push(members_of("save_cache",
                            members_of("key", key + "{{ .Revision }}", "paths", json_texts(of_.kept))));
    const std::vector<std::string> hands = lines_to_hand_on(of);
    for (const std::string& line : hands) steps.push(run("hand on", line));
    if (!hands.empty()) {
      json paths(json::array{});
      for (const std::string& each :
           files_of(of, of.is_matrix() ? pipeline_parameter : std::string_view(of.pipeline)))
        paths.push(each.substr(handed_on_folder.size() + 1));
      steps.push(members_of("persist_to_workspace",
                            members_of("root", handed_on_folder, "paths", std::move(paths))));
    }
    return job.set("steps", std::move(steps));
  }

  json result_job() const {
    json steps = list_of(members_of("attach_workspace", members_of("at", handed_on_folder)));
    for (const std::string& line : lines_of_result()) steps.push(run("result", line));
    return members_of("executor", "cicd", "steps", std::move(steps));
  }

  /// What decides whether a job is there at all: a gate that is not needed would wait forever.
  json filters_of(const ci_job& of) const {
    // Its environment's own branch is not that of a preview.
    if (of.is_preview) return members_of("branches", members_of("ignore", regexes(jobs_.branches)));
    const json none = members_of("ignore", "/.*/");
    const bool is_placed =
        of.kind == ci_job_kind::plan || of.kind == ci_job_kind::gate || of.kind == ci_job_kind::deploy;
    if (is_placed && of.on.kind == ref_kind::tag)
      return members_of("branches", none, "tags", members_of("only", regexes({of.on.pattern.str()})));
    if (is_placed && of.on.kind == ref_kind::branch)
      return members_of("branches", members_of("only", regexes({of.on.pattern.str()})));
    return jobs_.tags.empty() ? json() : members_of("tags", members_of("only", regexes(jobs_.tags)));
  }

  /// Jobs that its filters leave out when another runs cannot be required by that.
  bool may_require(const ci_job& of, const ci_job& before) const {
    if (before.on.kind == ref_kind::none || before.kind == ci_job_kind::verify) return true;
    return before.on == of.on;
  }

  json invoked(const ci_job& of, json requires_list) const {
    json with = members_of("requires", std::move(requires_list));
    if (of.kind == ci_job_kind::gate) with.set("type", "approval");
    if (const json filters = filters_of(of); !filters.is_null()) with.set("filters", filters);
    if (of.is_matrix() && of.kind != ci_job_kind::gate)
      with.set("matrix", members_of("parameters", members_of("pipeline", json_texts(of.pipelines))));
    const bool has_place = !of.place.empty() && of.kind != ci_job_kind::gate && of.kind != ci_job_kind::plan;
    if (has_place) {
      const std::string place = of.is_matrix() ? "all-" + of.environment : of.place;
      with.set("serial-group", "<< pipeline.project.slug >>/" + place);
    }
    if (!of.role.empty())
      with.set("context", list_of("cicd-"
                                  + (of.is_matrix() ? of.environment.empty() ? of.part : of.environment
                                     : has_place    ? of.place
                                                    : of.name)));
    return members_of(of.name, std::move(with));
  }

  json main_workflow() const {
    json list(json::array{});
    json first(json::object{});
    if (!jobs_.tags.empty())
      first.set("filters", members_of("tags", members_of("only", regexes(jobs_.tags))));
    list.push(first.members().empty() ? json("decide") : members_of("decide", std::move(first)));
    json last = list_of(members_of("decide", "terminal"));
    const auto behind = behind_gates(jobs_.jobs);
    for (const ci_job& each : jobs_.jobs) {
      if (!is_decided(each) || each.kind == ci_job_kind::closed) continue;
      json requires_list = list_of("decide");
      for (const std::string& name : each.after)
        if (const ci_job* before = jobs_.find(name);
            before != nullptr && is_decided(*before) && may_require(each, *before))
          requires_list.push(name);
      list.push(invoked(each, std::move(requires_list)));
      const bool is_always_there = each.kind == ci_job_kind::verify;
      if (is_always_there && !behind.contains(each.name)) last.push(members_of(each.name, "terminal"));
    }
    json result = members_of("name", "cicd / result", "requires", std::move(last));
    if (!jobs_.tags.empty())
      result.set("filters", members_of("tags", members_of("only", regexes(jobs_.tags))));
    list.push(members_of("result", std::move(result)));
    json made(json::object{});
    if (jobs_.has_by_hand)
      made.set("when", members_of("equal", list_of("", "<< pipeline.parameters.job >>")));
    return made.set("jobs", std::move(list));
  }

  json by_hand_workflow() const {
    json list(json::array{});
    for (const ci_job& each : jobs_.jobs)
      if (each.kind == ci_job_kind::by_hand && !each.is_approved)
        list.push(invoked_unfiltered(each, json::array{}));
    return members_of("when",
                      members_of("not", members_of("equal", list_of("", "<< pipeline.parameters.job >>"))),
                      "jobs", std::move(list));
  }

  /// Of a deploy without ON: its plan, its gate, and itself.
  json gated_workflow(const ci_job& deploy) const {
    json list(json::array{}), names(json::array{});
    for (const ci_job& each : jobs_.jobs) {
      if (&each != &deploy
          && (!each.is_named || std::ranges::find(deploy.after, each.name) == deploy.after.end()))
        continue;
      json before(json::array{});
      for (const std::string& name : each.after)
        if (const ci_job* job = jobs_.find(name); job != nullptr && job->is_named) before.push(name);
      list.push(invoked_unfiltered(each, std::move(before)));
    }
    for (const ci_job& each : jobs_.single)
      if (each.kind == ci_job_kind::by_hand && each.part == deploy.part
          && (deploy.is_matrix()
                  ? std::ranges::find(deploy.pipelines, each.pipeline) != deploy.pipelines.end()
                  : each.pipeline == deploy.pipeline))
        names.push(members_of("equal", list_of(each.name, "<< pipeline.parameters.job >>")));
    return members_of("when", members_of("or", std::move(names)), "jobs", std::move(list));
  }

  json invoked_unfiltered(const ci_job& of, json requires_list) const {
    const json with = invoked(of, std::move(requires_list));
    json made(json::object{});
    for (const auto& [key, value] : with[of.name].members())
      if (key != "filters" && (key != "requires" || !value.elements().empty())) made.set(key, value);
    return made.members().empty() ? json(of.name) : members_of(of.name, std::move(made));
  }

  json scheduled_workflow() const {
    json list(json::array{});
    for (const ci_job& each : jobs_.jobs)
      if (each.kind == ci_job_kind::scheduled) list.push(invoked_unfiltered(each, json::array{}));
    json when = members_of(
        "schedule", members_of("cron", of_.schedule(), "filters",
                               members_of("branches", members_of("only", list_of(jobs_.main_branch)))));
    return members_of("triggers", list_of(std::move(when)), "jobs", std::move(list));
  }

  const ci_jobs& jobs_;
  const ci_source& of_;
};

}  // namespace
}  // namespace export_ci_file_circle

json circleci_config(const ci_jobs& jobs, const ci_source& of) {
  return export_ci_file_circle::config(jobs, of).made();
}

}  // namespace cicd
