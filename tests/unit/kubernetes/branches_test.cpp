// Previews and canaries: names, labels and selectors beside the environment's, and what they never touch.
#include "rendering.hpp"

#include <algorithm>
#include <cicd/kubernetes/render/names.hpp>

namespace {

using namespace rendering;

const json& labels_of(const json& object) {
  return object["metadata"]["labels"];
}

TEST(preview, has_names_of_its_own_and_no_autoscaler_or_budget) {
  service api = whole_api();
  api.replicas = "4..20";
  const auto names = names_of(rendered(orders(api), branch_facts_of(track::preview)));
  ASSERT_EQ(names.size(), 3U);
  const std::string name = branch_object_name("orders-api", "feature/Close stale", 63);
  EXPECT_THAT(names, ElementsAre("Deployment " + name, "Ingress " + name, "Service " + name));
}

TEST(preview, its_pods_bear_no_value_of_a_selector_of_the_environment) {
  const auto stable = rendered(orders(whole_api()), facts_of("prod"));
  const auto preview = rendered(orders(whole_api()), branch_facts_of(track::preview));
  const json& labels = labels_of(pod_of(preview));
  for (const char* kind : {"Service", "Deployment"}) {
    const json& selector = content_of(stable, kind)["spec"]["selector"];
    const json& wanted = selector["matchLabels"].is_null() ? selector : selector["matchLabels"];
    for (const auto& [key, value] : wanted.members()) EXPECT_NE(labels[key], value) << key;
  }
  EXPECT_EQ(labels["cicd.dev/track"].text(), "preview");
}

TEST(preview, its_own_selectors_match_its_own_pods) {
  const auto preview = rendered(orders(whole_api()), branch_facts_of(track::preview));
  const json& labels = labels_of(pod_of(preview));
  for (const auto& [key, value] : content_of(preview, "Service")["spec"]["selector"].members())
    EXPECT_EQ(labels[key], value);
  for (const auto& [key, value] :
       content_of(preview, "Deployment")["spec"]["selector"]["matchLabels"].members())
    EXPECT_EQ(labels[key], value);
}

TEST(preview, bears_the_labels_of_the_seed) {
  const auto objects = rendered(orders(whole_api()), branch_facts_of(track::preview));
  for (const object& each : objects) {
    const json& labels = labels_of(each.content);
    EXPECT_THAT(labels["app"].text(), StartsWith("orders-api-feature-close-stale-"));
    EXPECT_EQ(labels["service"].text(), "orders-api");
    EXPECT_EQ(labels["branch"].text(), label_value("feature/Close stale"));
    EXPECT_EQ(labels["version"], labels["branch"]);
    EXPECT_EQ(labels["commit_id"].text(), "1a2b3c4");
    EXPECT_EQ(labels["protected_branch"].text(), "false");
    EXPECT_EQ(labels["tags.datadoghq.com/version"].text(), "1a2b3c4");
    const json& annotations = each.content["metadata"]["annotations"];
    EXPECT_EQ(annotations["cicd.dev/branch"].text(), "feature/Close stale");
    EXPECT_EQ(annotations["cicd.dev/expires"].text(), "2026-11-24T03:00:00Z");
  }
}

TEST(preview, a_later_end_of_its_life_rolls_no_pods) {
  release_facts later = branch_facts_of(track::preview);
  later.of_branch.expires = "2027-01-01T00:00:00Z";
  EXPECT_EQ(compact(pod_of(rendered(orders(whole_api()), later))),
            compact(pod_of(rendered(orders(whole_api()), branch_facts_of(track::preview)))));
}

TEST(preview, variables_speak_of_its_host_and_slug) {
  service api = whole_api();
  api.env.push_back({"SLUG", "{slug}/{branch}"});
  EXPECT_THAT(variables_of(rendered(orders(api), branch_facts_of(track::preview))),
              testing::IsSupersetOf<std::string>(
                  {"APP_ENDPOINT=https://orders.close.example.com", "DD_VERSION=1a2b3c4",
                   "SLUG=" + slug_of("feature/Close stale") + "/feature/Close stale"}));
}

std::vector<std::string> hosts_of(const std::vector<object>& objects) {
  std::vector<std::string> hosts;
  for (const object& each : objects)
    if (each.kind == "Ingress")
      hosts.push_back(each.content["spec"]["rules"].elements().at(0)["host"].text());
  std::sort(hosts.begin(), hosts.end());
  return hosts;
}

TEST(preview, the_first_service_with_a_port_has_the_host_and_internal_ones_have_none) {
  declared_pipeline pipeline = orders({.name = "worker"});
  pipeline.declared.services.push_back(whole_api());
  pipeline.declared.services.push_back({.name = "admin", .port = 80, .host = {"admin.example.com"}});
  pipeline.declared.services.push_back({.name = "internal", .port = 80});
  release_facts facts = branch_facts_of(track::preview);
  facts.of_branch.services = {};
  EXPECT_THAT(hosts_of(rendered(pipeline, facts)),
              ElementsAre("admin-orders.close.example.com", "orders.close.example.com"));
}

TEST(preview, has_the_services_and_cron_jobs_that_are_asked_for) {
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.services.push_back({.name = "worker"});
  pipeline.declared.cron_jobs = {closing(), {.name = "other", .schedule = "@daily"}};
  release_facts facts = branch_facts_of(track::preview);
  facts.of_branch.services = {"worker"};
  EXPECT_EQ(rendered(pipeline, facts).size(), 1U);
  facts.of_branch.cron_jobs = {"close-stale-orders"};
  const auto objects = rendered(pipeline, facts);
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_LE(content_of(objects, "CronJob")["metadata"]["name"].text().size(), 52U);
}

TEST(preview, has_a_namespace_of_its_own_where_that_is_declared) {
  service api = whole_api();
  api.role = "arn:aws:iam::123456789012:role/orders";
  release_facts facts = branch_facts_of(track::preview);
  facts.of_branch.namespace_name = "orders-close";
  const auto objects = rendered(orders(api), facts);
  EXPECT_THAT(names_of(objects),
              testing::IsSupersetOf({"Namespace orders-close", "ServiceAccount orders-api"}));
  for (const object& each : objects)
    EXPECT_EQ(each.content["metadata"]["namespace"].text(), each.kind == "Namespace" ? "" : "orders-close");
}

TEST(preview, uses_the_environments_account_and_never_makes_it) {
  service api = whole_api();
  api.role = "arn:aws:iam::123456789012:role/orders";
  const auto objects = rendered(orders(api), branch_facts_of(track::preview));
  EXPECT_THAT(names_of(objects), Not(testing::Contains(StartsWith("ServiceAccount"))));
  EXPECT_EQ(pod_of(objects)["spec"]["serviceAccountName"].text(), "orders-api");
}

TEST(preview, of_two_branches_share_no_name_and_no_selector) {
  release_facts other = branch_facts_of(track::preview);
  other.of_branch.branch = "feature-close-stale";
  const auto one = rendered(orders(whole_api()), branch_facts_of(track::preview));
  const auto two = rendered(orders(whole_api()), other);
  EXPECT_NE(content_of(one, "Service")["spec"]["selector"], content_of(two, "Service")["spec"]["selector"]);
  for (const object& each : one)
    for (const object& against : two) EXPECT_NE(each.name, against.name);
}

TEST(canary, is_a_deployment_alone_whose_pods_join_the_service) {
  service api = whole_api();
  api.config_files = {{"app.yaml", "/etc/app.yaml"}};
  release_facts facts = branch_facts_of(track::canary);
  facts.of_branch.replicas = 3;
  const auto objects = rendered(orders(api), facts);
  EXPECT_THAT(
      names_of(objects),
      ElementsAre("Deployment " + branch_object_name("orders-api-canary", "feature/Close stale", 63)));
  const json& spec = content_of(objects, "Deployment")["spec"];
  EXPECT_EQ(spec["replicas"].integer(), 3);
  const json& labels = labels_of(pod_of(objects));
  EXPECT_EQ(labels["cicd.dev/traffic"].text(), "orders.api");
  for (const auto& [key, value] : spec["selector"]["matchLabels"].members()) EXPECT_EQ(labels[key], value);
  EXPECT_EQ(spec["selector"]["matchLabels"].members().size(), 3U);
  EXPECT_EQ(pod_of(objects)["spec"]["volumes"].elements().at(1)["configMap"]["name"].text(),
            "orders-api-files");
}

TEST(canary, its_pods_are_none_of_the_environments_deployment_and_budget) {
  const auto stable = rendered(orders(whole_api()), facts_of("prod"));
  const json labels = labels_of(pod_of(rendered(orders(whole_api()), branch_facts_of(track::canary))));
  for (const char* kind : {"Deployment", "PodDisruptionBudget"}) {
    bool differs = false;
    for (const auto& [key, value] : content_of(stable, kind)["spec"]["selector"]["matchLabels"].members())
      differs = differs || labels[key] != value;
    EXPECT_TRUE(differs) << kind;
  }
}

TEST(canary, has_the_environments_variables_and_the_images_of_the_branch) {
  release_facts facts = branch_facts_of(track::canary);
  facts.images["image"].reference = "services/orders:branch@sha256:" + std::string(64, 'b');
  const auto objects = rendered(orders(whole_api()), facts);
  EXPECT_THAT(variables_of(objects), testing::Contains("APP_ENDPOINT=https://orders.example.com"));
  EXPECT_EQ(container_of(objects)["image"].text(), facts.images["image"].reference);
}

TEST(canary, is_of_one_service_that_has_no_storage) {
  release_facts facts = branch_facts_of(track::canary);
  facts.of_branch.services = {};
  EXPECT_THAT(refusal_of(orders(whole_api()), facts), HasSubstr("a canary is of exactly one service"));
  service api = whole_api();
  api.stateful = true;
  EXPECT_THROW((void)objects_of(orders(api), branch_facts_of(track::canary)), std::logic_error);
}

}  // namespace
