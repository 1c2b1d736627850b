#include <cicd/kubernetes/jobs/cron_status.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>

namespace cicd::kubernetes {
namespace {

cron_moment at(std::string_view text) {
  return utc_from(text).value();
}

json read(std::string text) {
  for (char& c : text)
    if (c == '\'') c = '"';
  return *parse_json(text);
}

/// Every quarter of an hour, created at 08:00.
json every_quarter(const std::string& spec = "",
                   const std::string& status = "",
                   const std::string& about = "") {
  return read(
      "{'kind':'CronJob','metadata':{'name':'orders-close','namespace':'shop','uid':'c1','creationTimestamp':'2026-11-21T08:00:00Z'" + about
      + "},'spec':{'schedule':'*/15 * * * *','timeZone':'Etc/UTC','concurrencyPolicy':'Forbid','jobTemplate':{'metadata':{'labels':{'a':'b'}},"
        "'spec':{'backoffLimit':0}}" + spec + "},'status':{" + status + "}}");
}

/// The Job of the run planned for `time`, named as the controller does.
json job_of(const std::string& time, const std::string& conditions, const std::string& owner = "c1") {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(at(time).time_since_epoch()).count();
  return read(fmt::format(
      "{{'metadata':{{'name':'orders-close-{}','uid':'j{}','annotations':"
      "{{'batch.kubernetes.io/cronjob-scheduled-timestamp':'{}'}},'ownerReferences':[{{'uid':'{}'}}]}},"
      "'spec':{{'activeDeadlineSeconds':600}},'status':{{'startTime':'{}'{}}}}}",
      minutes, minutes, time, owner, time, conditions));
}

json good_job(const std::string& time) {
  return job_of(time, ",'completionTime':'" + time + "','conditions':[{'type':'Complete','status':'True'}]");
}

json failed_job(const std::string& time, const std::string& reason = "BackoffLimitExceeded") {
  return job_of(time, ",'conditions':[{'type':'Failed','status':'True','reason':'" + reason
                          + "','lastTransitionTime':'" + time + "'}]");
}

json pod_of(const json& job, const std::string& terminated) {
  return read("{'metadata':{'labels':{'batch.kubernetes.io/controller-uid':'" + job["metadata"]["uid"].text()
              + "'}},'spec':{'containers':[{'name':'close'}]},'status':{'phase':'Failed','containerStatuses':[{'name':'close','state':"
                "{'terminated':{" + terminated + "}}}]}}");
}

TEST(cron_status, the_last_success_and_the_last_failure_with_its_cause_are_found) {
  const std::vector<json> jobs{
      good_job("2026-11-21T09:00:00Z"), good_job("2026-11-21T09:15:00Z"), failed_job("2026-11-21T09:30:00Z"),
      job_of("2026-11-21T09:45:00Z", ",'conditions':[]"), good_job("2026-11-21T09:50:00Z")};
  std::vector<json> all = jobs;
  all.push_back(
      job_of("2026-11-21T09:55:00Z", ",'conditions':[{'type':'Complete','status':'True'}]", "another"));
  const cron_status now =
      status_of(every_quarter("", "'lastScheduleTime':'2026-11-21T09:45:00Z'"), all,
                {pod_of(jobs[2], "'exitCode':3,'reason':'Error'")}, {}, at("2026-11-21T09:52:00Z"));
  ASSERT_TRUE(now.last_success && now.last_failure);
  EXPECT_EQ(now.last_success->ended, at("2026-11-21T09:50:00Z"));
  EXPECT_EQ(now.last_failure->planned, at("2026-11-21T09:30:00Z"));
  EXPECT_EQ(now.last_failure->meaning, "exit status 3");
  EXPECT_EQ(now.last_failure->status, 3);
  ASSERT_EQ(now.running.size(), 1u);
  EXPECT_EQ(now.running[0].planned, at("2026-11-21T09:45:00Z"));
  EXPECT_EQ(now.next, at("2026-11-21T10:00:00Z"));
  EXPECT_EQ(now.concurrency, "Forbid");
}

TEST(cron_status, a_failure_is_told_apart_from_a_deadline_and_from_one_whose_pod_is_gone) {
  const auto cause_of = [](const json& job, const std::vector<json>& pods) {
    return status_of(every_quarter(), {job}, pods, {}, at("2026-11-21T09:52:00Z"))
        .last_failure.value()
        .meaning;
  };
  const json late = failed_job("2026-11-21T09:30:00Z", "DeadlineExceeded"),
             dead = failed_job("2026-11-21T09:30:00Z");
  EXPECT_EQ(cause_of(late, {pod_of(late, "'exitCode':137,'reason':'Error'")}),
            "ended after its deadline of 10m 00s");
  EXPECT_EQ(cause_of(dead, {pod_of(dead, "'exitCode':137,'reason':'OOMKilled'")}), "killed: out of memory");
  EXPECT_EQ(cause_of(dead, {}), "BackoffLimitExceeded; its pod is gone");
}

TEST(cron_status, planned_runs_without_a_job_are_missed) {
  const json cron_job = every_quarter("", "'lastScheduleTime':'2026-11-21T08:45:00Z'");
  const cron_status now =
      status_of(cron_job, {good_job("2026-11-21T08:15:00Z"), good_job("2026-11-21T08:45:00Z")}, {}, {},
                at("2026-11-21T09:20:00Z"));
  ASSERT_EQ(now.missed.count, 3u) << "08:30 is between two Jobs, 09:00 and 09:15 are after the last";
  EXPECT_EQ(now.missed.last, (std::vector{at("2026-11-21T08:30:00Z"), at("2026-11-21T09:00:00Z"),
                                          at("2026-11-21T09:15:00Z")}));
  EXPECT_EQ(now.missed_since, at("2026-11-21T08:00:00Z"));
}

TEST(cron_status, a_success_makes_up_for_what_failed_or_did_not_come_before) {
  const auto now = [](std::vector<json> jobs, const std::string& spec = "") {
    return status_of(every_quarter(spec, "'lastScheduleTime':'2026-11-21T08:45:00Z'"), jobs, {}, {},
                     at("2026-11-21T09:20:00Z"));
  };
  const json failed = failed_job("2026-11-21T08:30:00Z"), good = good_job("2026-11-21T08:45:00Z"),
             by_hand = good_job("2026-11-21T09:17:00Z");
  EXPECT_TRUE(now({failed}).last_run_failed());
  EXPECT_FALSE(now({failed, good}).last_run_failed());
  EXPECT_TRUE(now({good}).last_run_is_missing());
  EXPECT_FALSE(now({good}, ",'suspend':true").last_run_is_missing());
  EXPECT_FALSE(now({good, by_hand}).last_run_is_missing());
}

TEST(cron_status, what_the_history_no_longer_keeps_is_not_called_missed) {
  std::vector<json> jobs;
  for (const char* time : {"2026-11-21T09:15:00Z", "2026-11-21T09:30:00Z", "2026-11-21T09:45:00Z"})
    jobs.push_back(good_job(time));
  const cron_status now = status_of(every_quarter("", "'lastScheduleTime':'2026-11-21T09:45:00Z'"), jobs, {},
                                    {}, at("2026-11-21T09:52:00Z"));
  EXPECT_EQ(now.missed.count, 0u);
  EXPECT_EQ(now.missed_since, at("2026-11-21T09:15:00Z"));
}

TEST(cron_status, a_changed_schedule_makes_no_earlier_run_missed) {
  const json changed = every_quarter("", "'lastScheduleTime':'2026-11-21T09:00:00Z'",
                                     ",'managedFields':[{'manager':'cicd','time':'2026-11-21T08:50:00Z'}]");
  EXPECT_EQ(
      status_of(changed, {good_job("2026-11-21T09:00:00Z")}, {}, {}, at("2026-11-21T09:05:00Z")).missed.count,
      0u);
}

TEST(cron_status, a_run_that_is_just_due_is_not_missed_yet_unless_it_is_suspended) {
  const auto missed = [](const std::string& spec) {
    return status_of(every_quarter(spec, "'lastScheduleTime':'2026-11-21T09:00:00Z'"),
                     {good_job("2026-11-21T09:00:00Z")}, {}, {}, at("2026-11-21T09:15:05Z"))
        .missed.last;
  };
  EXPECT_EQ(missed("").size(), 3u) << "08:15, 08:30 and 08:45";
  EXPECT_EQ(missed(",'suspend':true").back(), at("2026-11-21T09:15:00Z"));
}

TEST(cron_status, a_suspension_says_who_when_and_why_or_at_least_which_manager) {
  const std::string notes =
      ",'annotations':{'cicd.dev/suspended-by':'maria','cicd.dev/"
      "suspended-at':'2026-11-21T09:00:00Z','cicd.dev/suspended-because':'stocktaking'}";
  const cron_status ours =
      status_of(every_quarter(",'suspend':true", "", notes), {}, {}, {}, at("2026-11-21T09:20:00Z"));
  ASSERT_TRUE(ours.suspended);
  EXPECT_EQ(ours.suspended->who, "maria");
  EXPECT_EQ(ours.suspended->why, "stocktaking");
  EXPECT_EQ(ours.suspended->since, at("2026-11-21T09:00:00Z"));
  EXPECT_FALSE(ours.next);
  const std::string managed =
      ",'managedFields':[{'manager':'kubectl-patch','time':'2026-11-21T09:10:00Z','fieldsV1':{'f:spec':{'f:"
      "suspend':{}}}}]";
  const cron_status theirs =
      status_of(every_quarter(",'suspend':true", "", managed), {}, {}, {}, at("2026-11-21T09:20:00Z"));
  EXPECT_EQ(theirs.suspended.value().who, "field manager kubectl-patch");
  EXPECT_EQ(theirs.suspended->since, at("2026-11-21T09:10:00Z"));
}

TEST(cron_status, a_job_by_hand_is_owned_by_the_cron_job_and_marked_as_manual) {
  const json job = job_by_hand(every_quarter(), "orders-close-manual-1");
  EXPECT_EQ(
      compact(job),
      compact(read(
          "{'apiVersion':'batch/"
          "v1','kind':'Job','metadata':{'name':'orders-close-manual-1','namespace':'shop','labels':{'a':'b'},"
          "'annotations':{'cronjob.kubernetes.io/"
          "instantiate':'manual'},'ownerReferences':[{'apiVersion':'batch/v1','kind':'CronJob',"
          "'name':'orders-close','uid':'c1','controller':true}]},'spec':{'backoffLimit':0}}")));
}

TEST(cron_status, the_cluster_starts_the_last_missed_run_only_within_its_starting_deadline) {
  const cron_runs missed{1, {at("2026-11-21T09:00:00Z")}};
  EXPECT_TRUE(starts_last_missed(every_quarter(), missed, at("2026-11-21T11:00:00Z")));
  EXPECT_TRUE(
      starts_last_missed(every_quarter(",'startingDeadlineSeconds':60"), missed, at("2026-11-21T09:00:50Z")));
  EXPECT_FALSE(
      starts_last_missed(every_quarter(",'startingDeadlineSeconds':60"), missed, at("2026-11-21T09:02:00Z")));
  EXPECT_FALSE(starts_last_missed(every_quarter(), {}, at("2026-11-21T11:00:00Z")));
}

}  // namespace
}  // namespace cicd::kubernetes
