// What runs to its end: cron jobs, and one run of a service's image as a task. Their pods bear no label that
// a Service selects, and nothing here suspends or resumes: that belongs to who did it.
#pragma once

#include <algorithm>

#include <cicd/base/text.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd::kubernetes {
namespace kubernetes_render_workload_cron_job {

inline std::string_view policy_of(concurrency_rule rule) {
  if (rule == concurrency_rule::allow) return "Allow";
  return rule == concurrency_rule::replace ? "Replace" : "Forbid";
}

/// A finished task that no command fetched is removed by the cluster after this long.
inline constexpr std::int64_t kept_seconds = 3600;

inline json::object one_run(const workload& of) {
  const std::optional<cron_job>& scheduled = of.scheduled;
  json::object spec;
  spec.reserve(4);
  spec.emplace_back("backoffLimit", scheduled ? scheduled->retries.number() : 0);
  if (scheduled && scheduled->deadline)
    spec.emplace_back("activeDeadlineSeconds", scheduled->deadline.whole_seconds());
  spec.emplace_back("template", pod_template(of));
  return spec;
}

inline result<workload> named(const declared_pipeline& pipeline,
                              const release_facts& facts,
                              std::string_view name) {
  std::vector<std::string> names;
  for (service& each : services_in(pipeline.declared, facts.environment, facts.on)) {
    if (each.name.view() == name) return workload_of(pipeline, std::move(each), facts);
    names.push_back(each.name.str());
  }
  for (const cron_job& each : cron_jobs_in(pipeline.declared, facts.environment, facts.on)) {
    if (each.name.view() == name) return workload_of(pipeline, each, facts);
    names.push_back(each.name.str());
  }
  error failure{.kind = exit_class::usage,
                .subject = facts.pipeline,
                .what = "there is no such service or cron job",
                .value = std::string(name),
                .notes = {}};
  if (const auto near = nearest(name, names)) failure.notes.push_back({"did you mean", *near});
  return std::move(failure).with("allowed", joined(names, ", "));
}

inline std::vector<text> words_of(const std::vector<std::string>& command) {
  std::vector<text> words;
  for (const std::string& word : command) words.push_back(text::from(word));
  return words;
}

}  // namespace kubernetes_render_workload_cron_job

/// `suspend` is not sent, so that a suspended cron job stays so.
json cron_job_object(const workload& of) {
  const cron_job& declared = *of.scheduled;
  const int kept = declared.history ? declared.history.number() : 3;
  json::object spec;
  spec.reserve(7);
  spec.emplace_back("schedule", declared.schedule.view());
  spec.emplace_back("timeZone", declared.time_zone.empty() ? "Etc/UTC" : declared.time_zone.view());
  spec.emplace_back("concurrencyPolicy",
                    kubernetes_render_workload_cron_job::policy_of(declared.concurrency));
  if (declared.start_within)
    spec.emplace_back("startingDeadlineSeconds", declared.start_within.whole_seconds());
  spec.emplace_back("successfulJobsHistoryLimit", kept);
  spec.emplace_back("failedJobsHistoryLimit", kept);
  json labels = of.labels;
  labels.set(std::string(job_label), of.pods_of);
  spec.emplace_back("jobTemplate", members_of("metadata", members_of("labels", std::move(labels)), "spec",
                                              json(kubernetes_render_workload_cron_job::one_run(of))));
  return document("batch/v1", "CronJob", of, of.name, json(std::move(spec)));
}

result<json> job_of(const declared_pipeline& pipeline,
                    const release_facts& facts,
                    std::string_view service_or_cron_job,
                    const std::vector<std::string>& command,
                    const std::string& name) {
  result<workload> of = kubernetes_render_workload_cron_job::named(pipeline, facts, service_or_cron_job);
  if (!of) return std::move(of).error();
  of->runs_once = true;
  of->traffic.clear();
  of->drain = 0;
  if (!command.empty()) of->declared.command = kubernetes_render_workload_cron_job::words_of(command);
  json::object spec = kubernetes_render_workload_cron_job::one_run(*of);
  spec.emplace(spec.begin(), "ttlSecondsAfterFinished", kubernetes_render_workload_cron_job::kept_seconds);
  json job = document("batch/v1", "Job", *of, name, json(std::move(spec)));
  json metadata = job["metadata"], labels = metadata["labels"];
  labels.set(std::string(job_label), of->pods_of);
  metadata.set("labels", std::move(labels));
  job.set("metadata", std::move(metadata));
  return job;
}

}  // namespace cicd::kubernetes
