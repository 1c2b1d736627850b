// A Job for each SMOKE, followed to its end.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/cluster/smoke_jobs.hpp>
#include <cicd/kubernetes/jobs/job_run.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_cluster_smoke_jobs {
namespace {

constexpr std::int64_t longest_seconds = 600;
constexpr std::size_t kept_lines = 10;

/// A branch has only the cron jobs that its preview names.
bool is_deployed(const wanted_release& of, const std::string& name) {
  const std::vector<std::string>& named = of.facts.of_branch.cron_jobs;
  return of.facts.on == kubernetes::track::stable || std::ranges::find(named, name) != named.end();
}

result<json> job_for(const wanted_release& of,
                     const cron_job& tried,
                     const std::vector<std::string>& command) {
  const std::string name = fmt::format("{}-smoke-{}", tried.name.view(), of.record.generation);
  result<json> job = kubernetes::job_of(*of.pipeline, of.facts, tried.name.view(), command, name);
  if (!job) return job;
  json spec = (*job)["spec"], metadata = (*job)["metadata"];
  if (spec["activeDeadlineSeconds"].is_null()) spec.set("activeDeadlineSeconds", longest_seconds);
  if (metadata["namespace"].is_null()) metadata.set("namespace", of.place.namespace_name);
  job->set("spec", std::move(spec));
  job->set("metadata", std::move(metadata));
  return job;
}

status run_one(kubernetes::cluster& with,
               const wanted_release& of,
               const cron_job& tried,
               const std::function<void(const std::string& line)>& say) {
  std::vector<std::string> command, last;
  for (const text& word : tried.smoke) command.push_back(word.str());
  result<json> job = job_for(of, tried, command);
  if (!job) return std::move(job).error();
  if (say) say(fmt::format("smoke of {}: {}", tried.name.view(), shell_quoted(command)));
  const auto keep = [&](std::string_view line) {
    last.push_back(displayable(line));
    if (last.size() > kept_lines) last.erase(last.begin());
  };
  result<kubernetes::job_end> end = run_job(with, *job, {.remove = true, .output = keep, .say = say});
  if (!end) return std::move(end).error();
  if (end->good) return {};
  return error{exit_class::step_failed,
               of.place.text(),
               fmt::format("the smoke run of cron job {} failed", tried.name.view()),
               shell_quoted(command),
               {{"ended", end->meaning}, {"last lines", joined(last, "\n")}}};
}

}  // namespace
}  // namespace deliver_cluster_smoke_jobs

status run_smokes(kubernetes::cluster& with,
                  const wanted_release& of,
                  const std::function<void(const std::string& line)>& say) {
  std::set<std::string> seen;  // calls with IN name a cron job again
  for (const cron_job& each : of.pipeline->declared.cron_jobs) {
    if (!seen.insert(each.name.str()).second) continue;
    const cron_job here = cron_job_in(of.pipeline->declared, each.name.view(), of.place.environment,
                                      kubernetes::copy_named(of.facts.on));
    if (here.off || here.smoke.empty() || !deliver_cluster_smoke_jobs::is_deployed(of, here.name.str()))
      continue;
    if (status ran = deliver_cluster_smoke_jobs::run_one(with, of, here, say); !ran) return ran;
  }
  return {};
}

}  // namespace cicd
