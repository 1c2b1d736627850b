// A CronJob's own status tells little: when it was last scheduled and last succeeded. The rest is in its
// Jobs, as long as its history keeps them; what that leaves out is not guessed.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/kubernetes/jobs/cron_status.hpp>
#include <cicd/kubernetes/rollout/container_exit.hpp>

namespace cicd::kubernetes {
namespace kubernetes_jobs_cron_status {
namespace {

constexpr std::string_view planned_at = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/// The controller needs a moment for a run that is due; of one that is suspended none comes.
constexpr std::chrono::seconds due{30};

std::optional<cron_moment> moment_in(const json& text) {
  return text.is_string() ? utc_from(text.text()) : std::nullopt;
}

/// The time with which the controller names a Job, since its annotation is written in the CronJob's zone.
std::optional<cron_moment> planned_by_name(const json& job) {
  const std::string name = job["metadata"]["name"].text();
  const std::string_view minutes = std::string_view(name).substr(name.rfind('-') + 1);
  std::int64_t number = 0;
  for (const char c : minutes) {
    if (c < '0' || c > '9' || number > 1'000'000'000) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return cron_moment(std::chrono::minutes(number));
}

const json* condition_of(const json& job, std::string_view type) {
  for (const json& each : job["status"]["conditions"].elements())
    if (each["type"].text() == type && each["status"].text() == "True") return &each;
  return nullptr;
}

const json* newest_pod_of(const json& job, const std::vector<json>& pods) {
  const json* newest = nullptr;
  for (const json& each : pods) {
    if (each["metadata"]["labels"]["batch.kubernetes.io/controller-uid"] != job["metadata"]["uid"]) continue;
    if (newest == nullptr
        || (*newest)["metadata"]["creationTimestamp"].text() <= each["metadata"]["creationTimestamp"].text())
      newest = &each;
  }
  return newest;
}

void add_cause(cron_run& to, const json& job, const json& failed, const std::vector<json>& pods) {
  const json* pod = newest_pod_of(job, pods);
  const auto ended = pod == nullptr ? std::nullopt : end_of_pod(*pod);
  if (ended) to.status = ended->status;
  if (failed["reason"].text() == "DeadlineExceeded")
    to.meaning = "ended after its deadline of "
                 + human_duration(std::chrono::seconds(job["spec"]["activeDeadlineSeconds"].integer()));
  else if (ended)
    to.meaning = ended->meaning;
  else
    to.meaning = displayable(fmt::format("{}; its pod is gone", failed["reason"].text("failed")));
}

cron_run run_of(const json& job, const std::vector<json>& pods) {
  cron_run made;
  made.job = job["metadata"]["name"].text();
  if (job["metadata"]["annotations"][planned_at].is_string()) made.planned = planned_by_name(job);
  made.started = moment_in(job["status"]["startTime"]);
  made.ended = moment_in(job["status"]["completionTime"]);
  made.good = condition_of(job, "Complete") != nullptr;
  if (const json* failed = condition_of(job, "Failed")) {
    made.ended = moment_in((*failed)["lastTransitionTime"]);
    add_cause(made, job, *failed, pods);
  }
  return made;
}

/// Who has written `spec.suspend`, and when.
const json* writer_of_suspend(const json& cron_job) {
  const json* found = nullptr;
  for (const json& each : cron_job["metadata"]["managedFields"].elements())
    if (each["fieldsV1"]["f:spec"]["f:suspend"].is_object()
        && (found == nullptr || (*found)["time"].text() <= each["time"].text()))
      found = &each;
  return found;
}

std::optional<suspension> suspension_of(const json& cron_job) {
  if (!cron_job["spec"]["suspend"].boolean()) return std::nullopt;
  const json& notes = cron_job["metadata"]["annotations"];
  suspension made{.who = notes[suspended_by].text(), .why = notes[suspended_because].text(), .since = {}};
  made.since = moment_in(notes[suspended_at]);
  if (made.since) return made;
  if (const json* writer = writer_of_suspend(cron_job)) {
    made.who = "field manager " + (*writer)["manager"].text();
    made.since = moment_in((*writer)["time"]);
  }
  return made;
}

/// Later than that each planned run is known by its Job: the history keeps the newest, and the schedule is as
/// it was.
std::optional<cron_moment> known_since(const json& cron_job, const std::vector<cron_run>& runs) {
  const json& spec = cron_job["spec"];
  if (spec["jobTemplate"]["spec"]["ttlSecondsAfterFinished"].is_integer()) return std::nullopt;
  std::optional<cron_moment> since = moment_in(cron_job["metadata"]["creationTimestamp"]);
  const auto later = [&](const std::optional<cron_moment>& other) { since = std::max(since, other); };
  for (const json& each : cron_job["metadata"]["managedFields"].elements())
    if (each["subresource"].text().empty()) later(moment_in(each["time"]));
  for (const bool good : {true, false}) {
    const auto kept =
        spec[good ? "successfulJobsHistoryLimit" : "failedJobsHistoryLimit"].integer(good ? 3 : 1);
    std::vector<cron_moment> planned;
    for (const cron_run& each : runs)
      if (each.ended && each.good == good && each.planned) planned.push_back(*each.planned);
    if (kept == 0) return std::nullopt;
    if (static_cast<std::int64_t>(planned.size()) >= kept) later(std::ranges::min(planned));
  }
  return since;
}

void add_next(cron_status& to, const zone_clock& zone, cron_moment now) {
  const cron_schedule schedule = cron_schedule::from(to.schedule);
  to.next = next_run(schedule, zone, now);
  const auto by_clock = next_by_clock(schedule, zone, now);
  if (by_clock != to.next) to.next_by_clock = by_clock;
}

void add_missed(cron_status& to,
                const json& cron_job,
                const std::vector<cron_run>& runs,
                const zone_clock& zone,
                cron_moment now) {
  auto last = moment_in(cron_job["status"]["lastScheduleTime"]);
  if (!last) last = moment_in(cron_job["metadata"]["creationTimestamp"]);
  if (!last) return;
  const auto known = known_since(cron_job, runs);
  to.missed_since = known ? std::min(*known, *last) : *last;
  constexpr std::size_t most = 1000;
  const cron_moment until = to.suspended ? now : now - due;
  cron_runs planned = runs_between(cron_schedule::from(to.schedule), zone, *to.missed_since, until, most);
  const std::size_t before = planned.last.size();
  std::erase_if(planned.last, [&](cron_moment at) {
    return at == *last || std::ranges::any_of(runs, [&](const cron_run& each) { return each.planned == at; });
  });
  to.missed = {planned.count - (before - planned.last.size()), std::move(planned.last)};
}

}  // namespace
}  // namespace kubernetes_jobs_cron_status

std::string zone_of(const json& cron_job) {
  return cron_job["spec"]["timeZone"].text("UTC");
}

std::vector<const json*> jobs_of(const json& cron_job, const std::vector<json>& jobs) {
  std::vector<const json*> owned;
  for (const json& job : jobs)
    for (const json& owner : job["metadata"]["ownerReferences"].elements())
      if (owner["uid"] == cron_job["metadata"]["uid"]) owned.push_back(&job);
  return owned;
}

bool is_running(const json& job) {
  using kubernetes_jobs_cron_status::condition_of;
  return condition_of(job, "Complete") == nullptr && condition_of(job, "Failed") == nullptr;
}

bool cron_status::last_run_failed() const {
  return last_failure && last_failure->ended && !(last_success && last_success->ended >= last_failure->ended);
}

bool cron_status::last_run_is_missing() const {
  if (suspended || !running.empty() || missed.last.empty()) return false;
  return !(last_success && last_success->ended >= missed.last.back());
}

cron_status status_of(const json& cron_job,
                      const std::vector<json>& jobs,
                      const std::vector<json>& pods,
                      const zone_clock& zone,
                      cron_moment now) {
  using namespace kubernetes_jobs_cron_status;
  cron_status made;
  made.object = cron_job["metadata"]["name"].text();
  made.schedule = cron_job["spec"]["schedule"].text();
  made.zone = zone_of(cron_job);
  made.concurrency = cron_job["spec"]["concurrencyPolicy"].text("Allow");
  made.suspended = suspension_of(cron_job);
  std::vector<cron_run> runs;
  for (const json* job : jobs_of(cron_job, jobs)) {
    runs.push_back(run_of(*job, pods));
    if (is_running(*job)) {
      made.running.push_back(runs.back());
      continue;
    }
    auto& last = runs.back().good ? made.last_success : made.last_failure;
    if (!last || last->ended < runs.back().ended) last = runs.back();
  }
  if (const auto good = moment_in(cron_job["status"]["lastSuccessfulTime"]); good && !made.last_success)
    made.last_success =
        cron_run{.job = {}, .planned = {}, .started = {}, .ended = good, .good = true, .meaning = {}};
  if (!made.suspended) add_next(made, zone, now);
  add_missed(made, cron_job, runs, zone, now);
  return made;
}

json job_by_hand(const json& cron_job, const std::string& name) {
  const json& of = cron_job["metadata"];
  const json& made_from = cron_job["spec"]["jobTemplate"];
  json annotations = made_from["metadata"]["annotations"];
  annotations.set("cronjob.kubernetes.io/instantiate", "manual");
  json owner;
  owner.set("apiVersion", "batch/v1").set("kind", "CronJob").set("name", of["name"]).set("uid", of["uid"]);
  owner.set("controller", true);
  json metadata, job;
  metadata.set("name", name).set("namespace", of["namespace"]);
  if (made_from["metadata"]["labels"].is_object()) metadata.set("labels", made_from["metadata"]["labels"]);
  metadata.set("annotations", std::move(annotations));
  metadata.set("ownerReferences", json(json::array{std::move(owner)}));
  job.set("apiVersion", "batch/v1").set("kind", "Job").set("metadata", std::move(metadata));
  job.set("spec", made_from["spec"]);
  return job;
}

bool starts_last_missed(const json& cron_job, const cron_runs& missed, cron_moment now) {
  if (missed.last.empty()) return false;
  const json& within = cron_job["spec"]["startingDeadlineSeconds"];
  return !within.is_integer() || missed.last.back() + std::chrono::seconds(within.integer()) >= now;
}

}  // namespace cicd::kubernetes
