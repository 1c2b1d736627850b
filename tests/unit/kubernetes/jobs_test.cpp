// Cron jobs and tasks: schedules, limits, names, and pods that no Service finds.
#include "rendering.hpp"

namespace {

using namespace rendering;

declared_pipeline with(cron_job declared) {
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.cron_jobs = {std::move(declared)};
  return pipeline;
}

const json& spec_of(const std::vector<object>& objects) {
  return content_of(objects, "CronJob")["spec"];
}

TEST(cron_job, has_defaults_that_surprise_nobody) {
  const auto objects = rendered(with(closing()));
  const json& spec = spec_of(objects);
  EXPECT_EQ(keys_of(spec), (std::vector<std::string>{"schedule", "timeZone", "concurrencyPolicy",
                                                     "successfulJobsHistoryLimit", "failedJobsHistoryLimit",
                                                     "jobTemplate"}));
  EXPECT_EQ(spec["schedule"].text(), "*/15 * * * *");
  EXPECT_EQ(spec["timeZone"].text(), "Etc/UTC");
  EXPECT_EQ(spec["concurrencyPolicy"].text(), "Forbid");
  EXPECT_EQ(spec["successfulJobsHistoryLimit"].integer(), 3);
  EXPECT_EQ(spec["jobTemplate"]["spec"]["backoffLimit"].integer(-1), 0);
  EXPECT_EQ(spec["jobTemplate"]["spec"]["template"]["spec"]["restartPolicy"].text(), "Never");
}

TEST(cron_job, has_what_is_declared) {
  cron_job declared = closing();
  declared.time_zone = "America/Sao_Paulo";
  declared.concurrency = concurrency_rule::allow;
  declared.deadline = "10m";
  declared.start_within = "90s";
  declared.retries = 2;
  declared.history = 0;
  const auto objects = rendered(with(declared));
  const json& spec = spec_of(objects);
  EXPECT_EQ(spec["timeZone"].text(), "America/Sao_Paulo");
  EXPECT_EQ(spec["concurrencyPolicy"].text(), "Allow");
  EXPECT_EQ(spec["startingDeadlineSeconds"].integer(), 90);
  EXPECT_EQ(spec["failedJobsHistoryLimit"].integer(-1), 0);
  EXPECT_EQ(spec["jobTemplate"]["spec"]["activeDeadlineSeconds"].integer(), 600);
  EXPECT_EQ(spec["jobTemplate"]["spec"]["backoffLimit"].integer(), 2);
}

TEST(cron_job, its_pods_are_limited_as_those_of_a_service) {
  cron_job declared = closing();
  declared.cpu_limit = "2";
  declared.memory = "1Gi";
  declared.memory_limit = "2Gi";
  const auto objects = rendered(with(declared));
  const json& pod = spec_of(objects)["jobTemplate"]["spec"]["template"]["spec"];
  EXPECT_EQ(compact(pod["containers"].elements().at(0)["resources"]),
            R"({"requests":{"cpu":"2","memory":"1Gi"},"limits":{"cpu":"2","memory":"2Gi"}})");
}

TEST(cron_job, its_suspension_belongs_to_whoever_suspended_it) {
  EXPECT_TRUE(spec_of(rendered(with(closing())))["suspend"].is_null());
}

TEST(cron_job, its_pods_bear_no_label_of_a_selector) {
  const auto objects = rendered(with(closing()));
  const auto keys = keys_of(spec_of(objects)["jobTemplate"]["spec"]["template"]["metadata"]["labels"]);
  EXPECT_THAT(keys, Not(testing::Contains("cicd.dev/traffic")));
  EXPECT_THAT(keys, Not(testing::Contains("cicd.dev/workload")));
  EXPECT_THAT(keys, testing::Contains("cicd.dev/job-of"));
  EXPECT_THAT(keys, testing::Contains("commit_id"));
}

TEST(cron_job, a_long_name_is_cut_to_what_its_runs_can_have) {
  cron_job declared = closing();
  declared.name = "close-stale-orders-of-every-shop-in-all-regions-of-the-world";
  const std::string name = content_of(rendered(with(declared)), "CronJob")["metadata"]["name"].text();
  EXPECT_EQ(name.size(), 52U);
  EXPECT_THAT(name, StartsWith("orders-close-stale-orders-of-every-shop"));
}

TEST(cron_job, that_is_off_in_an_environment_is_not_there) {
  declared_pipeline pipeline = with(closing());
  pipeline.declared.cron_jobs.push_back({.name = "close-stale-orders", .in = {"stage"}, .off = true});
  EXPECT_TRUE(content_of(rendered(pipeline), "CronJob").is_null());
  EXPECT_FALSE(content_of(rendered(pipeline, facts_of("prod")), "CronJob").is_null());
}

TEST(job_of, runs_a_service_once_without_its_ports_and_probes) {
  const auto job =
      job_of(orders(whole_api()), facts_of("prod"), "api", {"orders-cli", "check", "--x"}, "orders-task-1");
  ASSERT_TRUE(job) << text_of(job.error());
  EXPECT_EQ((*job)["metadata"]["name"].text(), "orders-task-1");
  EXPECT_EQ((*job)["metadata"]["namespace"].text(), "shop");
  const json& pod = (*job)["spec"]["template"];
  const json& container = pod["spec"]["containers"].elements().at(0);
  EXPECT_EQ(compact(container["command"]), R"(["orders-cli","check","--x"])");
  EXPECT_EQ(container["image"].text(), reference);
  EXPECT_EQ(container["env"].elements().size(), 4U);
  for (const char* none : {"ports", "readinessProbe", "startupProbe", "lifecycle"})
    EXPECT_TRUE(container[none].is_null()) << none;
  EXPECT_TRUE(pod["metadata"]["labels"]["cicd.dev/traffic"].is_null());
  EXPECT_TRUE(pod["metadata"]["labels"]["cicd.dev/workload"].is_null());
  EXPECT_EQ(pod["spec"]["restartPolicy"].text(), "Never");
}

TEST(job_of, a_cron_job_keeps_its_own_command_and_deadline) {
  cron_job declared = closing();
  declared.deadline = "1m";
  const auto job = job_of(with(declared), facts_of(), "close-stale-orders", {}, "now");
  ASSERT_TRUE(job) << text_of(job.error());
  EXPECT_EQ((*job)["spec"]["activeDeadlineSeconds"].integer(), 60);
  EXPECT_EQ(compact((*job)["spec"]["template"]["spec"]["containers"].elements().at(0)["command"]),
            R"(["orders-cli","close-stale"])");
}

TEST(job_of, leaves_the_storage_of_single_pods_alone) {
  service index = whole_api();
  index.stateful = true;
  index.volumes = {{"storage:data:1Gi", "/data"}};
  const auto job = job_of(orders(index), facts_of(), "api", {"x"}, "now");
  ASSERT_TRUE(job) << text_of(job.error());
  EXPECT_THAT(compact(*job), Not(HasSubstr("/data")));
}

TEST(job_of, what_is_not_there_is_named_with_the_nearest) {
  const auto job = job_of(with(closing()), facts_of(), "close-stale-order", {}, "now");
  ASSERT_FALSE(job);
  EXPECT_THAT(text_of(job.error()), HasSubstr("did you mean: close-stale-orders"));
}

}  // namespace
