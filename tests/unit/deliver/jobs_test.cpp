// Tasks and cron jobs at the hand of a person: told as it happens, never past the gate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/cluster/jobs.hpp>

#include "../kubernetes/scripted_cluster.hpp"
#include "acting.hpp"

namespace cicd {
namespace {

using testing::HasSubstr;

class jobs_by_hand : public acting {
 protected:
  void SetUp() override {
    cron.status.object = "orders-clean";
    server().objects[key] = fake_cluster::object("CronJob", "orders-clean");
    service api;
    api.name = dns_label("api");
    pipeline.declared.services = {api};
    make = [this](const open_place&, const deployment_record& record, const std::string& service,
                  const std::string& name) -> result<json> {
      made.push_back(service + " " + record.version);
      return fake_cluster::object("Job", name);
    };
  }
  fake_cluster::server& server() { return *servers.front(); }
  void deployed_there() {
    cluster_state state;
    deployment_record record;
    record.pipeline = "orders";
    record.environment = "prod";
    record.version = "v2";
    state.record = record;
    ASSERT_TRUE(write_cluster_state(with, place, state));
    forget_writes();
  }
  bool is_suspended() { return server().objects[key]["spec"]["suspend"].boolean(); }

  const kubernetes::object_key key{"CronJob", "orders", "orders-clean"};
  fake_cluster with{servers.front()};
  cron_job_there cron{with, {"orders", "prod", "orders"}, "clean", {}, {}};
  make_task make;
  texts made;
};

TEST_F(jobs_by_hand, suspend_a_cron_job_and_tell_who_and_why) {
  const auto done = suspend_cron_job(cron, "the warehouse is closed", "sam", on);
  ASSERT_TRUE(done) << text_of(done.error());
  EXPECT_TRUE(*done);
  EXPECT_TRUE(is_suspended());
  EXPECT_EQ(names(), texts{"cron_suspended"});
  EXPECT_EQ(heard<cron_suspended>()->cron_job + ": " + heard<cron_suspended>()->reason,
            "clean: the warehouse is closed");
}

TEST_F(jobs_by_hand, of_a_cron_job_that_is_suspended_change_and_tell_nothing) {
  cron.status.suspended = kubernetes::suspension{};
  server().writes.clear();
  EXPECT_FALSE(*suspend_cron_job(cron, "closed", "sam", on));
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(server().writes.empty());
}

TEST_F(jobs_by_hand, resume_a_cron_job_and_tell_how_many_runs_it_missed) {
  cron.status.suspended = kubernetes::suspension{};
  cron.status.suspended->since = *utc_from("2026-11-21T05:00:00Z");
  cron.status.missed = {3,
                        {*utc_from("2026-11-21T04:00:00Z"), *utc_from("2026-11-21T06:00:00Z"),
                         *utc_from("2026-11-21T07:00:00Z")}};
  const auto done = resume_cron_job(cron, on);
  ASSERT_TRUE(done) << text_of(done.error());
  ASSERT_TRUE(*done);
  EXPECT_EQ((*done)->missed.count, 2U) << "the first was missed before";
  EXPECT_EQ(names(), texts{"cron_resumed"});
  EXPECT_EQ(heard<cron_resumed>()->missed, 2U);
}

TEST_F(jobs_by_hand, of_a_cron_job_that_is_not_suspended_resume_nothing) {
  EXPECT_FALSE(*resume_cron_job(cron, on));
  EXPECT_TRUE(told.empty());
}

TEST_F(jobs_by_hand, that_the_gate_refuses_write_and_tell_nothing) {
  deployed_there();
  server().writes.clear();
  shut = true;
  EXPECT_EQ(suspend_cron_job(cron, "closed", "sam", on).error().kind, exit_class::policy);
  EXPECT_EQ(resume_cron_job(cron, on).error().kind, exit_class::policy);
  EXPECT_EQ(run_cron_job(cron, on).error().kind, exit_class::policy);
  EXPECT_EQ(run_task({{}, {"bin/migrate"}}, on, make).error().kind, exit_class::policy);
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(server().writes.empty());
}

TEST_F(jobs_by_hand, that_the_cluster_refuses_tell_no_change) {
  break_cluster(0, "apply CronJob orders-clean");
  EXPECT_FALSE(suspend_cron_job(cron, "closed", "sam", on));
  EXPECT_TRUE(told.empty());
}

TEST_F(jobs_by_hand, start_no_second_run_where_one_is_under_way_and_it_is_forbidden) {
  cron.status.concurrency = "Forbid";
  cron.status.running.resize(1);
  const auto refused = run_cron_job(cron, on);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::conflict);
  EXPECT_TRUE(told.empty());
}

TEST_F(jobs_by_hand, of_a_task_the_gate_is_asked_before_a_cluster_is_contacted) {
  shut_at_once = true;
  EXPECT_FALSE(run_task({{}, {"bin/migrate"}}, on, make));
  EXPECT_EQ(asked, std::vector{change::task});
  EXPECT_EQ(opened, 0U);
}

TEST_F(jobs_by_hand, run_no_task_where_nothing_is_deployed) {
  const auto refused = run_task({{}, {"bin/migrate"}}, on, make);
  ASSERT_FALSE(refused);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("nothing is deployed there"));
  EXPECT_TRUE(told.empty());
}

TEST_F(jobs_by_hand, that_the_server_does_not_take_have_started_and_not_ended) {
  deployed_there();
  for (const std::string& verb : {std::string("create"), std::string("apply")})
    server().refusals[verb + " Job " + kubernetes::job_name("orders-api-task", "run-9")] =
        kubernetes::api_failure{403, "Forbidden", "no", {}};
  const auto failed = run_task({{}, {"bin/migrate", "--all"}}, on, make);
  ASSERT_FALSE(failed);
  EXPECT_EQ(made, texts{"api v2"});
  EXPECT_EQ(names(), (texts{"step_warning", "job_started"}));
  EXPECT_EQ(heard<step_warning>()->text, "orders/prod: version v2 of api: bin/migrate --all");
}

/// A cluster whose Jobs end as its script says.
class scripted_jobs : public kubernetes::scripted_cluster {
 public:
  std::unique_ptr<cluster> second_connection() override { return std::make_unique<scripted_jobs>(); }
  kubernetes::api_answer create(const json& object) override {
    json made = object, metadata = object["metadata"];
    metadata.set("uid", "j1");
    made.set("metadata", std::move(metadata));
    return {made, {}};
  }

  void end_with(int status) {
    const std::string ends = status == 0 ? "Complete" : "Failed",
                      phase = status == 0 ? "Succeeded" : "Failed";
    at(moment(1'000), "ADDED",
       *parse_json(
           R"({"kind":"Pod","metadata":{"name":"p","namespace":"orders","uid":"p"},"spec":{"restartPolicy":"Never",)"
           R"("containers":[{"name":"c","image":"i:1"}]},"status":{"phase":")"
           + phase
           + R"(","containerStatuses":[{"name":"c","ready":false,"restartCount":0,"state":{)"
             R"("terminated":{"exitCode":)"
           + std::to_string(status) + R"(,"reason":"Error"}}}]}})"));
    at(moment(2'000), "MODIFIED",
       *parse_json(
           R"({"kind":"Job","metadata":{"name":"j","namespace":"orders","uid":"j1"},"status":{"conditions":[{"type":")"
           + ends + R"(","status":"True","reason":"BackoffLimitExceeded"}]}})"));
  }
};

TEST_F(jobs_by_hand, tell_the_start_and_the_good_end_of_a_run) {
  scripted_jobs jobs;
  jobs.end_with(0);
  const cron_job_there of{jobs, place, "clean", cron.object, cron.status};
  const auto end = run_cron_job(of, on);
  ASSERT_TRUE(end) << text_of(end.error());
  EXPECT_TRUE(end->good);
  EXPECT_EQ(names().front() + ", " + names().back(), "job_started, job_ended");
  EXPECT_EQ(heard<job_ended>()->what, "the run of clean");
}

TEST_F(jobs_by_hand, tell_the_status_of_a_run_that_failed) {
  scripted_jobs jobs;
  jobs.end_with(3);
  const cron_job_there of{jobs, place, "clean", cron.object, cron.status};
  const auto end = run_cron_job(of, on);
  ASSERT_TRUE(end) << text_of(end.error());
  EXPECT_FALSE(heard<job_ended>()->good);
  EXPECT_EQ(heard<job_ended>()->status, 3);
  EXPECT_EQ(heard<job_ended>()->meaning, "exit status 3");
}

}  // namespace
}  // namespace cicd
