// Tasks before a deploy: which are due, and that what an earlier run left is found; services in their turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/deploy.hpp>
#include <cicd/deliver/cluster/service_turns.hpp>
#include <cicd/deliver/cluster/tasks_before.hpp>

#include "allowed.hpp"
#include "fake_cluster.hpp"

namespace cicd {
namespace {

using kubernetes::fake_cluster;
using kubernetes::object_key;
using testing::ElementsAre;
using testing::HasSubstr;
using texts = std::vector<std::string>;

class tasks_before : public testing::Test {
 protected:
  tasks_before() {
    pipeline.declared.name = dns_label("orders");
    pipeline.declared.services = {{.name = "api"}};
    pipeline.declared.tasks = {
        {.name = "migrate", .command = {"orders-cli", "migrate"}, .before = task_time::deploy}};
    place.name = dns_label("prod");
    wanted.pipeline = &pipeline;
    wanted.where = &place;
    wanted.place = {"orders", "prod", "orders"};
    wanted.facts.pipeline = wanted.record.pipeline = "orders";
    wanted.facts.environment = wanted.record.environment = "prod";
    wanted.record.version = "v2";
    wanted.record.artifact = sha256("artifact");
    wanted.record.manifests = sha256("v2");
    wanted.facts.manifests = {"a.yaml"};
    wanted.facts.files["a.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    with.create(fake_cluster::object("Namespace", "orders"));
  }

  std::vector<due_task> due() const { return tasks_due(wanted, done); }
  std::string job() const { return due().front().job; }
  void leave_job(const std::string& condition) {
    json status;
    json conditions(json::array{});
    conditions.push(json().set("type", condition).set("status", "True"));
    status.set("conditions", std::move(conditions));
    json object = fake_cluster::object("Job", job());
    object.set("status", std::move(status));
    with.create(object);
    server->writes.clear();
  }
  result<cluster_deploy_result> deploy() {
    pipeline.declared.services.clear();  // nothing is rendered but the manifests
    cluster_deploy_options options;
    options.holder = "Ada";
    options.may = [](const cluster_plan&) -> result<permit> { return allowed(); };
    options.say = [this](const std::string& line) { said.push_back(line); };
    return deploy_to_cluster(
        [this]() -> result<std::unique_ptr<kubernetes::cluster>> {
          return std::unique_ptr<kubernetes::cluster>(std::make_unique<fake_cluster>(server));
        },
        wanted, options);
  }
  cluster_state state() { return *read_cluster_state(with, wanted.place); }

  declared_pipeline pipeline;
  environment place;
  wanted_release wanted;
  std::vector<finished_task> done;
  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  fake_cluster with{server};
  texts said;
};

TEST_F(tasks_before, are_due_once_for_each_artifact_and_environment) {
  ASSERT_EQ(due().size(), 1U);
  const std::string of = due().front().of, name = job();
  done = {{.task = "migrate", .of = of}};
  EXPECT_TRUE(due().empty());
  wanted.record.artifact = sha256("another");
  ASSERT_EQ(due().size(), 1U);
  EXPECT_NE(job(), name);
  wanted.record.artifact = sha256("artifact");
  wanted.place.environment = wanted.record.environment = "stage";
  EXPECT_EQ(due().size(), 1U);
}

TEST_F(tasks_before, are_due_for_other_images_or_another_command_where_there_is_no_artifact) {
  wanted.record.artifact = {};
  done = {{.task = "migrate", .of = due().front().of}};
  EXPECT_TRUE(due().empty());
  wanted.record.images["image"].manifest = sha256("two");
  EXPECT_EQ(due().size(), 1U);
  wanted.record.images.clear();
  pipeline.declared.tasks.front().command = {"orders-cli", "other"};
  EXPECT_EQ(due().size(), 1U);
}

TEST_F(tasks_before, run_in_copies_of_branches_only_where_these_are_named_and_nowhere_where_they_are_off) {
  wanted.facts.on = kubernetes::track::preview;
  EXPECT_TRUE(due().empty());
  pipeline.declared.tasks.push_back({.name = "migrate", .in = {"preview"}});
  EXPECT_EQ(due().size(), 1U);
  wanted.facts.on = kubernetes::track::canary;
  EXPECT_TRUE(due().empty());
  wanted.facts.on = kubernetes::track::stable;
  EXPECT_EQ(due().size(), 1U);
  pipeline.declared.tasks.push_back({.name = "migrate", .in = {"prod"}, .off = true});
  EXPECT_TRUE(due().empty());
}

TEST_F(tasks_before, run_in_the_first_of_several_clusters) {
  wanted.runs_tasks = false;
  EXPECT_TRUE(due().empty());
}

TEST_F(tasks_before, whose_job_an_earlier_run_left_well_ended_are_written_down_and_not_run_again) {
  leave_job("Complete");
  const std::string name = job();
  const auto deployed = deploy();
  ASSERT_TRUE(deployed) << text_of(deployed.error());
  ASSERT_EQ(state().tasks.size(), 1U);
  EXPECT_EQ(state().tasks.front().task, "migrate");
  EXPECT_EQ(state().tasks.front().generation, 1);
  EXPECT_EQ(state().tasks.front().job, name);
  for (const std::string& each : server->writes)
    if (each.starts_with("create Job")) ADD_FAILURE() << each;
  EXPECT_THAT(said, testing::Contains(HasSubstr("task 'migrate' ran already")));
}

TEST_F(tasks_before, that_failed_once_are_run_again_and_what_ran_before_stays_where_that_cannot_be) {
  leave_job("Failed");
  const std::string name = job();
  server->refusals["remove Job " + name] = kubernetes::api_failure{403, "Forbidden", "no", {}};
  const auto refused = deploy();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(state().tasks.empty());
  EXPECT_THAT(said, testing::Contains(HasSubstr("the task is run again")));
}

TEST_F(tasks_before, are_read_back_from_the_state_as_they_were_written) {
  cluster_state of;
  of.tasks = {{.task = "migrate",
               .version = "v2",
               .of = std::string(64, 'a'),
               .generation = 7,
               .job = "orders-migrate-1",
               .who = "Ada",
               .when = *utc_from("2026-11-21T08:00:00Z")}};
  ASSERT_TRUE(write_cluster_state(with, wanted.place, of));
  ASSERT_EQ(state().tasks.size(), 1U);
  EXPECT_EQ(compact(json_of(state().tasks.front())), compact(json_of(of.tasks.front())));
}

TEST(finished_tasks, of_a_long_life_are_the_newest) {
  std::vector<finished_task> all;
  for (int each = 0; each < 250; ++each) add_finished(all, {.task = std::to_string(each)});
  EXPECT_EQ(all.size(), 100U);
  EXPECT_EQ(all.back().task, "249");
}

class service_turn : public tasks_before {
 protected:
  std::size_t turn(const char* service, const char* kind = "Deployment") {
    json object = fake_cluster::object(kind, service), metadata = object["metadata"];
    metadata.set("labels", json().set("app.kubernetes.io/component", service));
    object.set("metadata", std::move(metadata));
    planned_object one;
    one.key.kind = kind;
    one.wanted = std::move(object);
    return turns_of(wanted).of(one);
  }
};

TEST_F(service_turn, is_after_those_that_it_waits_for_and_of_anything_else_the_first) {
  pipeline.declared.services = {{.name = "api", .after = {"db", "billing/api"}},
                                {.name = "db"},
                                {.name = "web", .after = {"orders/api"}},
                                {.name = "worker"}};
  EXPECT_EQ(turns_of(wanted).last(), 2U);
  EXPECT_EQ(turn("db"), 0U);
  EXPECT_EQ(turn("worker"), 0U);
  EXPECT_EQ(turn("api"), 1U);
  EXPECT_EQ(turn("web"), 2U);
  EXPECT_EQ(turn("web", "Service"), 0U);
}

TEST_F(service_turn, is_as_it_is_said_in_that_environment) {
  pipeline.declared.services = {
      {.name = "api"}, {.name = "db"}, {.name = "api", .in = {"prod"}, .after = {"db"}}};
  EXPECT_EQ(turn("api"), 1U);
  wanted.place.environment = "stage";
  EXPECT_EQ(turn("api"), 0U);
}

}  // namespace
}  // namespace cicd
