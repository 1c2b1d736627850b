// What a branch gets of its own, and whom its pods must not meet.
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/branch/branch.hpp>
#include <cicd/deliver/delivery.hpp>

#include "fake_cluster.hpp"

namespace cicd {
namespace {

using kubernetes::api_answer;
using kubernetes::api_failure;
using kubernetes::fake_cluster;

json parsed(const std::string& text) {
  return *parse_json(text);
}

class branch_deploys : public testing::Test {
 protected:
  branch_deploys() {
    pipeline.declared.name = dns_label("orders");
    pipeline.source_directory = "/";
    service api;
    api.name = dns_label("api");
    api.port = port_number(8080);
    api.ready = url_path("/health");
    pipeline.declared.services = {api};
    place.name = dns_label("prod");
    copy.in = dns_label("prod");
    copy.host = host_name("orders.{slug}.example.com");
    part.in = dns_label("prod");
    part.service = dns_label("api");
    part.share = share("10%");
    wave.place = {"orders", "prod", "orders"};
    step.id = "orders/deploy-branch";
    step.pipeline = &pipeline;
    step.work = deploy_step{&place};
  }
  void production(int pods, const char* more = "") {
    server->objects[{"Deployment", "orders", "orders-api"}] = parsed(
        R"({"kind":"Deployment","metadata":{"name":"orders-api","namespace":"orders","generation":1},"spec":{"template":{"metadata":{"labels":)"
        R"({"app":"orders-api","cicd.dev/workload":"orders.api","cicd.dev/track":"stable","cicd.dev/traffic":"orders.api"}}}},)"
        R"("status":{"observedGeneration":1,"replicas":)"
        + std::to_string(pods) + R"(,"updatedReplicas":)" + std::to_string(pods) + R"(,"readyReplicas":)"
        + std::to_string(pods) + "}" + more + "}");
  }
  branch_request ask(std::string branch, int percent = 0) {
    return {step, wave, std::move(branch), *utc_from("2026-11-21T10:20:30Z"), percent, &around};
  }
  status preview_of(const std::string& branch) {
    step.work = deploy_step{&place, &copy};
    wanted = {};
    wanted.place = wave.place;
    return make_preview(ask(branch), wanted);
  }
  status canary_of(const std::string& branch, int percent = 0) {
    step.work = deploy_step{&place, &part};
    wanted = {};
    wanted.place = wave.place;
    return make_canary(ask(branch, percent), with, wanted);
  }
  void add(const std::string& kind, const std::string& name, const std::string& rest) {
    server->objects[{kind, "orders", name}] = parsed(
        R"({"kind":")" + kind + R"(","metadata":{"name":")" + name
        + R"(","namespace":"orders","labels":{"cicd.dev/pipeline":"orders","cicd.dev/environment":"prod"}},)"
        + rest + "}");
  }
  /// The plan of a Deployment of the branch's.
  cluster_plan plan_with(const std::string& labels) {
    cluster_plan plan;
    plan.place = wanted.place;
    planned_object one;
    one.key = {"Deployment", "orders", "orders-api-fix"};
    one.wanted = parsed(
        R"({"kind":"Deployment","metadata":{"name":"orders-api-fix"},"spec":{"template":{"metadata":{"labels":)"
        + labels + "}}}}");
    plan.objects.push_back(one);
    return plan;
  }
  std::string said(const status& of) { return of ? "nothing" : text_of(of.error()); }

  declared_pipeline pipeline;
  environment place;
  preview copy;
  canary part;
  cluster_wave wave;
  graph_step step;
  surroundings around{{{"GITHUB_ACTIONS", "true"}, {"GITHUB_ACTOR", "sam"}}};
  wanted_release wanted;
  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  fake_cluster with{server};
};

TEST_F(branch_deploys, name_a_preview_by_slug_and_hash) {
  ASSERT_TRUE(preview_of("fix-click"));
  EXPECT_EQ(wanted.facts.on, kubernetes::track::preview);
  EXPECT_EQ(wanted.facts.of_branch.host, "orders.fix-click.example.com");
  EXPECT_TRUE(wanted.place.branch_key.starts_with("fix-click-"));
  EXPECT_EQ(wanted.place.branch_key, branch_key_of("fix-click"));
  EXPECT_EQ(wanted.state_facts.at("kind"), "preview");
  EXPECT_EQ(wanted.state_facts.at("branch"), "fix-click");
  EXPECT_EQ(wanted.state_facts.at("home"), "orders");
  EXPECT_EQ(wanted.state_facts.at("who"), "sam");
  EXPECT_EQ(wanted.state_facts.at("expires"), "2026-11-24T11:00:00Z");
  EXPECT_EQ(wanted.facts.of_branch.expires, "") << "an object does not change because its end does";
}

TEST_F(branch_deploys, keep_branches_with_nearly_equal_names_apart) {
  EXPECT_NE(branch_key_of("fix/click"), branch_key_of("fix-click"));
  EXPECT_NE(branch_key_of("Fix-click"), branch_key_of("fix-click"));
  EXPECT_NE(canary_key_of("fix", "api"), branch_key_of("fix"));
  EXPECT_NE(canary_key_of("fix", "api"), canary_key_of("fix", "web"));
  const std::string longest(63, 's'), other = std::string(62, 's') + "t";
  EXPECT_NE(canary_key_of(std::string(200, 'b'), longest), canary_key_of(std::string(200, 'b'), other));
  EXPECT_LE(canary_key_of(std::string(200, 'b'), longest).size(), 63U);
}

TEST_F(branch_deploys, live_as_long_as_declared_and_do_not_change_within_the_minute) {
  copy.ttl = duration("90m");
  ASSERT_TRUE(preview_of("fix"));
  EXPECT_EQ(wanted.state_facts.at("expires"), "2026-11-21T11:51:00Z");
}

TEST_F(branch_deploys, need_a_branch) {
  const status made = preview_of("");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, exit_class::usage);
  EXPECT_NE(said(made).find("a branch that is checked out, or that the CI system names"), std::string::npos);
}

TEST_F(branch_deploys, say_when_the_environment_follows_that_branch) {
  place.on = {ref_kind::branch, ref_pattern("main")};
  ASSERT_TRUE(preview_of("main"));
  ASSERT_EQ(wanted.remarks.size(), 1U);
  EXPECT_EQ(wanted.remarks.front(), "prod follows branch main: this is a second copy of it");
  ASSERT_TRUE(preview_of("fix"));
  EXPECT_TRUE(wanted.remarks.empty());
}

TEST_F(branch_deploys, have_a_namespace_of_their_own_where_that_is_declared) {
  copy.namespace_name = host_name("orders-{slug}");
  ASSERT_TRUE(preview_of("fix"));
  EXPECT_EQ(wanted.place.namespace_name, "orders-fix");
  EXPECT_EQ(wanted.facts.of_branch.namespace_name, "orders-fix");
}

TEST_F(branch_deploys, do_not_make_the_environments_namespace_their_own) {
  copy.namespace_name = host_name("orders");
  const status made = preview_of("fix");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, exit_class::usage);
}

TEST_F(branch_deploys, refuse_hosts_that_are_too_long) {
  service web = pipeline.declared.services.front();
  web.name = dns_label("a-service-with-a-name-that-is-really-rather-long-for-a-host");
  pipeline.declared.services.push_back(web);
  const status made = preview_of("fix");
  ASSERT_FALSE(made);
  EXPECT_NE(said(made).find("the host of this branch would be too long"), std::string::npos);
}

// --- canaries ---

TEST_F(branch_deploys, give_a_canary_its_share_and_say_so) {
  production(10);
  const status made = canary_of("fix");
  ASSERT_TRUE(made) << said(made);
  EXPECT_EQ(wanted.facts.on, kubernetes::track::canary);
  EXPECT_EQ(wanted.facts.of_branch.replicas, 1);
  EXPECT_EQ(wanted.facts.of_branch.services, std::vector<std::string>{"api"});
  EXPECT_EQ(wanted.state_facts.at("share"), "1 of 11 pods, 9.1%");
  EXPECT_EQ(wanted.state_facts.at("expires"), "2026-11-21T14:21:00Z");
  ASSERT_FALSE(wanted.remarks.empty());
  EXPECT_EQ(wanted.remarks.front(),
            "the canary of api gets 1 of 11 pods, 9.1%; 10% was asked for, and pods are whole");
  EXPECT_EQ(wanted.remarks.at(1),
            "where production gives up 1 of its pods (REPLICAS 9 in prod) it is 1 of 10 pods, 10%");
}

TEST_F(branch_deploys, tell_what_else_moves_the_share) {
  production(10);
  add("HorizontalPodAutoscaler", "orders-api",
      R"("spec":{"scaleTargetRef":{"kind":"Deployment","name":"orders-api"},"minReplicas":4,"maxReplicas":20})");
  add("Service", "orders-api", R"("spec":{"sessionAffinity":"ClientIP"})");
  ASSERT_TRUE(canary_of("fix"));
  const std::string remarks = joined(wanted.remarks, "\n");
  EXPECT_NE(remarks.find("keeps 4 to 20 of production's pods"), remarks.npos);
  EXPECT_NE(remarks.find("sessionAffinity"), remarks.npos);
  EXPECT_NE(remarks.find("keep connections alive"), remarks.npos);
}

TEST_F(branch_deploys, refuse_a_canary_without_a_probe) {
  production(10);
  pipeline.declared.services.front().ready = {};
  const status made = canary_of("fix");
  ASSERT_FALSE(made);
  EXPECT_NE(said(made).find("a canary needs READY"), std::string::npos);
}

TEST_F(branch_deploys, refuse_a_canary_where_production_does_not_run) {
  const status made = canary_of("fix");
  ASSERT_FALSE(made);
  EXPECT_NE(said(made).find("production does not run here"), std::string::npos);
}

TEST_F(branch_deploys, refuse_a_second_canary_of_a_service) {
  production(10);
  ASSERT_TRUE(canary_of("fix"));
  cluster_state state;
  state.facts = wanted.state_facts;
  ASSERT_TRUE(write_cluster_state(with, wanted.place, state));
  ASSERT_TRUE(canary_of("fix")) << "the same branch again";
  const status made = canary_of("other");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, exit_class::conflict);
  EXPECT_NE(said(made).find("cicd canary end orders prod --branch fix"), std::string::npos);
}

// --- labels ---

TEST_F(branch_deploys, refuse_a_service_that_would_send_the_preview_its_requests) {
  ASSERT_TRUE(preview_of("fix"));
  add("Service", "legacy", R"("spec":{"selector":{"service":"orders-api"}})");
  const status alone =
      check_labels(with, wanted, plan_with(R"({"service":"orders-api","app":"orders-api-fix"})"));
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().kind, exit_class::conflict);
  const std::string text = said(alone);
  EXPECT_NE(text.find("it would send them its requests: 'Service legacy'"), text.npos) << text;
  EXPECT_NE(text.find("service=orders-api"), text.npos) << text;
}

TEST_F(branch_deploys, refuse_each_kind_that_would_take_the_pods) {
  ASSERT_TRUE(preview_of("fix"));
  const cluster_plan plan = plan_with(R"({"service":"orders-api"})");
  for (const char* kind :
       {"PodDisruptionBudget", "Deployment", "ReplicaSet", "StatefulSet", "NetworkPolicy"}) {
    server->objects.clear();
    const char* field = std::string_view(kind) == "NetworkPolicy" ? "podSelector" : "selector";
    add(kind, "other",
        std::string(R"("spec":{")") + field + R"(":{"matchLabels":{"service":"orders-api"}}})");
    const status alone = check_labels(with, wanted, plan);
    ASSERT_FALSE(alone) << kind;
    EXPECT_NE(said(alone).find(std::string(kind) + " other"), std::string::npos);
  }
  server->objects.clear();
  add("HorizontalPodAutoscaler", "other",
      R"("spec":{"scaleTargetRef":{"kind":"Deployment","name":"orders-api-fix"}})");
  EXPECT_FALSE(check_labels(with, wanted, plan));
}

TEST_F(branch_deploys, do_not_mind_what_takes_other_pods_or_is_their_own) {
  ASSERT_TRUE(preview_of("fix"));
  add("Service", "orders-api", R"("spec":{"selector":{"cicd.dev/traffic":"orders.api"}})");
  add("NetworkPolicy", "default-deny", R"("spec":{"podSelector":{}})");
  add("Deployment", "orders-api-fix", R"("spec":{"selector":{"matchLabels":{"service":"orders-api"}}})");
  const status alone = check_labels(
      with, wanted, plan_with(R"({"service":"orders-api","cicd.dev/traffic":"orders.api.abc"})"));
  EXPECT_TRUE(alone) << said(alone);
}

TEST_F(branch_deploys, refuse_what_may_not_be_looked_at) {
  struct blind : fake_cluster {
    using fake_cluster::fake_cluster;
    api_answer list(const std::string& kind, const std::string& in, const std::string& labels) override {
      if (kind == "PodDisruptionBudget") return {{}, api_failure{403, "Forbidden", "no", {}}};
      return fake_cluster::list(kind, in, labels);
    }
  } some{server};
  ASSERT_TRUE(preview_of("fix"));
  const status alone = check_labels(some, wanted, plan_with(R"({"a":"b"})"));
  ASSERT_FALSE(alone);
  EXPECT_NE(said(alone).find("PodDisruptionBudget"), std::string::npos);
}

TEST_F(branch_deploys, let_exactly_productions_service_take_a_canary) {
  production(10);
  ASSERT_TRUE(canary_of("fix"));
  const cluster_plan plan = plan_with(
      R"({"app":"orders-api","cicd.dev/workload":"orders.api","cicd.dev/track":"canary","cicd.dev/traffic":"orders.api"})");
  add("Service", "orders-api", R"("spec":{"selector":{"cicd.dev/traffic":"orders.api"}})");
  add("NetworkPolicy", "orders-api",
      R"("spec":{"podSelector":{"matchLabels":{"cicd.dev/workload":"orders.api"}}})");
  EXPECT_TRUE(check_labels(with, wanted, plan)) << said(check_labels(with, wanted, plan));
  add("Service", "metrics", R"("spec":{"selector":{"app":"orders-api"}})");
  const status alone = check_labels(with, wanted, plan);
  ASSERT_FALSE(alone);
  EXPECT_NE(said(alone).find("Service metrics"), std::string::npos);
}

TEST_F(branch_deploys, do_not_take_a_namespace_that_is_somebody_elses) {
  copy.namespace_name = host_name("shop-{slug}");
  ASSERT_TRUE(preview_of("fix"));
  cluster_plan plan;
  planned_object one;
  one.key = {"Namespace", "", "shop-fix"};
  one.live = parsed(R"({"kind":"Namespace","metadata":{"name":"shop-fix"}})");
  plan.objects.push_back(one);
  const status alone = check_labels(with, wanted, plan);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().kind, exit_class::conflict);
  plan.objects.front().live =
      parsed(R"({"metadata":{"labels":{"cicd.dev/pipeline":"orders","cicd.dev/branch":")"
             + branch_key_of("fix") + R"("}}})");
  EXPECT_TRUE(check_labels(with, wanted, plan));
}

}  // namespace
}  // namespace cicd
