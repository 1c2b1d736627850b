// What services become: names, labels, selectors, and the defaults that break nothing.
#include <set>

#include <cicd/declare/explain/label_docs.hpp>

#include "rendering.hpp"

#include <cicd/base/yaml.hpp>

namespace {

using namespace rendering;

TEST(objects, a_service_with_port_and_host_becomes_objects_sorted_by_file) {
  std::vector<std::string> files;
  for (const object& each : rendered(orders(whole_api()))) files.push_back(each.file);
  EXPECT_THAT(files, ElementsAre("orders-api.deployment.yaml", "orders-api.ingress.yaml",
                                 "orders-api.poddisruptionbudget.yaml", "orders-api.service.yaml"));
}

TEST(objects, members_come_in_the_order_that_people_expect) {
  for (const object& each : rendered(orders(whole_api())))
    EXPECT_THAT(keys_of(each.content), ElementsAre("apiVersion", "kind", "metadata", "spec"));
}

TEST(objects, a_deployment_selects_workload_and_track_only) {
  const auto objects = rendered(orders(whole_api()));
  const json& selector = content_of(objects, "Deployment")["spec"]["selector"]["matchLabels"];
  EXPECT_EQ(compact(selector), R"({"cicd.dev/workload":"orders.api","cicd.dev/track":"stable"})");
}

TEST(objects, a_service_selects_traffic_only) {
  const auto objects = rendered(orders(whole_api()));
  EXPECT_EQ(compact(content_of(objects, "Service")["spec"]["selector"]),
            R"({"cicd.dev/traffic":"orders.api"})");
}

TEST(objects, the_pods_bear_every_label_that_a_selector_asks_for) {
  const auto objects = rendered(orders(whole_api()));
  const json& labels = pod_of(objects)["metadata"]["labels"];
  EXPECT_EQ(labels["cicd.dev/workload"].text(), "orders.api");
  EXPECT_EQ(labels["cicd.dev/track"].text(), "stable");
  EXPECT_EQ(labels["cicd.dev/traffic"].text(), "orders.api");
}

TEST(objects, every_object_and_the_pods_bear_the_descriptive_labels) {
  const auto objects = rendered(orders(whole_api()));
  for (const object& each : objects) {
    const json& labels = each.content["metadata"]["labels"];
    EXPECT_EQ(labels["app"].text(), "orders-api");
    EXPECT_EQ(labels["branch"].text(), "main");
    EXPECT_EQ(labels["commit_id"].text(), "1a2b3c4");
    EXPECT_EQ(labels["protected_branch"].text(), "true");
    EXPECT_EQ(labels["version"].text(), "1a2b3c4");
    EXPECT_EQ(labels["app.kubernetes.io/managed-by"].text(), "cicd");
    EXPECT_EQ(labels["tags.datadoghq.com/env"].text(), "stage");
    EXPECT_EQ(each.content["metadata"]["annotations"]["cicd.dev/commit"].text(), commit);
  }
  EXPECT_EQ(pod_of(objects)["metadata"]["labels"]["service"].text(), "orders-api");
}

TEST(objects, bear_no_label_that_explain_does_not_tell_of) {
  std::set<std::string> told, borne;
  for (const declaring::label_doc& each : declaring::label_docs()) told.insert(std::string(each.key));
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.cron_jobs = {closing()};
  const auto take = [&](const json& labels) {
    for (const auto& [key, value] : labels.members()) borne.insert(key);
  };
  for (const track on : {track::stable, track::preview, track::canary})
    for (const object& each : rendered(pipeline, on == track::stable ? facts_of() : branch_facts_of(on))) {
      take(each.content["metadata"]["labels"]);
      take(each.content["spec"]["template"]["metadata"]["labels"]);
      take(each.content["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]);
    }
  EXPECT_EQ(borne, told);
}

TEST(objects, a_branch_that_is_no_label_value_is_kept_whole_in_an_annotation) {
  release_facts facts = facts_of();
  facts.images["image"].built_branch = "feature/close stale";
  const auto objects = rendered(orders(whole_api()), facts);
  const json& metadata = pod_of(objects)["metadata"];
  EXPECT_THAT(metadata["labels"]["branch"].text(), testing::StartsWith("feature-close-stale_"));
  EXPECT_EQ(metadata["annotations"]["cicd.dev/branch"].text(), "feature/close stale");
}

TEST(objects, what_is_not_known_gives_no_label) {
  release_facts facts = facts_of();
  facts.images["image"] = {.reference = reference, .tag = "sha-aaaa", .built_from = {}, .built_branch = {}};
  const auto objects = rendered(orders(whole_api()), facts);
  const auto keys = keys_of(pod_of(objects)["metadata"]["labels"]);
  EXPECT_THAT(keys, Not(testing::Contains("branch")));
  EXPECT_THAT(keys, Not(testing::Contains("commit_id")));
  EXPECT_EQ(pod_of(objects)["metadata"]["labels"]["tags.datadoghq.com/version"].text(), "sha-aaaa");
}

TEST(objects, nothing_is_taken_away_before_its_successor_is_ready) {
  const auto objects = rendered(orders(whole_api()));
  const json& rolling = content_of(objects, "Deployment")["spec"]["strategy"]["rollingUpdate"];
  EXPECT_EQ(rolling["maxUnavailable"].integer(-1), 0);
  EXPECT_EQ(rolling["maxSurge"].text(), "25%");
}

TEST(objects, ready_gives_readiness_and_startup_and_no_liveness) {
  const auto objects = rendered(orders(whole_api()));
  EXPECT_EQ(container_of(objects)["readinessProbe"]["httpGet"]["path"].text(), "/health");
  EXPECT_EQ(container_of(objects)["startupProbe"]["httpGet"]["port"].text(), "http");
  EXPECT_TRUE(container_of(objects)["livenessProbe"].is_null());
}

TEST(objects, memory_is_limited_to_its_request_and_cpu_is_not_limited) {
  const auto objects = rendered(orders(whole_api()));
  EXPECT_EQ(compact(container_of(objects)["resources"]),
            R"({"requests":{"cpu":"500m","memory":"1Gi"},"limits":{"memory":"1Gi"}})");
}

TEST(objects, nothing_is_guessed_where_no_resources_are_declared) {
  const auto objects = rendered(orders({.name = "api", .port = 8080}));
  EXPECT_TRUE(container_of(objects)["resources"].is_null());
  EXPECT_TRUE(container_of(objects)["env"].is_null());
}

TEST(objects, java_takes_a_share_of_the_memory_unless_it_is_told_otherwise) {
  EXPECT_THAT(variables_of(rendered(orders(whole_api()))),
              testing::Contains("JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75"));
  service told = whole_api();
  told.env.push_back({"JAVA_TOOL_OPTIONS", "-Xmx100m"});
  EXPECT_THAT(variables_of(rendered(orders(told))),
              Not(testing::Contains("JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75")));
  declared_pipeline other = orders(whole_api());
  other.declared.images.front().jar = {};
  EXPECT_THAT(variables_of(rendered(other)),
              Not(testing::Contains("JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75")));
}

TEST(objects, variables_have_their_placeholders_replaced) {
  EXPECT_THAT(variables_of(rendered(orders(whole_api()))),
              testing::IsSupersetOf({"APP_ENDPOINT=https://orders.example.com", "DD_VERSION=1a2b3c4"}));
}

TEST(objects, a_secret_is_named_and_never_seen) {
  const auto objects = rendered(orders(whole_api()));
  const json& secret = container_of(objects)["env"].elements().at(0);
  EXPECT_EQ(compact(secret),
            R"({"name":"DATABASE_URL","valueFrom":{"secretKeyRef":{"name":"orders-db","key":"url"}}})");
}

TEST(objects, the_container_has_no_rights) {
  const auto objects = rendered(orders(whole_api()));
  EXPECT_EQ(
      compact(container_of(objects)["securityContext"]),
      R"({"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true})");
  const json& pod = pod_of(objects)["spec"];
  EXPECT_EQ(compact(pod["securityContext"]),
            R"({"runAsNonRoot":true,"runAsUser":10001,"seccompProfile":{"type":"RuntimeDefault"}})");
  EXPECT_EQ(compact(pod["volumes"]), R"([{"name":"tmp","emptyDir":{}}])");
  EXPECT_FALSE(pod["automountServiceAccountToken"].boolean(true));
}

TEST(objects, the_declared_user_and_service_account_are_taken) {
  service api = whole_api();
  api.service_account = "orders";
  declared_pipeline pipeline = orders(api);
  pipeline.declared.images.front().user = 4000000000U;
  const auto objects = rendered(pipeline);
  EXPECT_EQ(pod_of(objects)["spec"]["securityContext"]["runAsUser"].integer(), 4000000000);
  EXPECT_EQ(pod_of(objects)["spec"]["serviceAccountName"].text(), "orders");
  EXPECT_TRUE(pod_of(objects)["spec"]["automountServiceAccountToken"].boolean());
}

TEST(objects, an_image_that_runs_no_jar_keeps_its_root_as_it_is) {
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.images.front().jar = {};
  const auto objects = rendered(pipeline);
  EXPECT_TRUE(container_of(objects)["securityContext"]["readOnlyRootFilesystem"].is_null());
  EXPECT_TRUE(pod_of(objects)["spec"]["volumes"].is_null());
}

TEST(objects, a_range_of_replicas_gives_an_autoscaler_and_no_number) {
  service api = whole_api();
  api.replicas = "4..20";
  const auto objects = rendered(orders(api));
  EXPECT_TRUE(content_of(objects, "Deployment")["spec"]["replicas"].is_null());
  const json& spec = content_of(objects, "HorizontalPodAutoscaler")["spec"];
  EXPECT_EQ(spec["minReplicas"].integer(), 4);
  EXPECT_EQ(spec["maxReplicas"].integer(), 20);
  EXPECT_EQ(spec["scaleTargetRef"]["name"].text(), "orders-api");
}

TEST(objects, a_worker_has_no_service_and_no_ingress) {
  const auto objects = rendered(orders({.name = "worker"}));
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects[0].kind, "Deployment");
  EXPECT_EQ(content_of(objects, "Deployment")["spec"]["replicas"].integer(), 1);
}

TEST(objects, the_namespace_of_the_environment_is_on_every_object) {
  for (const object& each : rendered(orders(whole_api()), facts_of("prod")))
    EXPECT_EQ(each.content["metadata"]["namespace"].text(), "shop");
  for (const object& each : rendered(orders(whole_api())))
    EXPECT_TRUE(each.content["metadata"]["namespace"].is_null());
}

TEST(objects, the_same_declaration_gives_the_same_bytes) {
  const auto once = rendered(orders(whole_api())), again = rendered(orders(whole_api()));
  ASSERT_EQ(once.size(), again.size());
  for (std::size_t i = 0; i < once.size(); ++i)
    EXPECT_EQ(yaml_text(once[i].content), yaml_text(again[i].content));
}

TEST(objects, a_name_that_is_too_long_or_begins_with_a_digit_is_altered_and_stays_unique) {
  const std::string fifty(50, 'a');
  const auto name_for = [](std::string_view pipeline, std::string_view name) {
    declared_pipeline declared = orders({.name = dns_label::from(name)});
    declared.declared.name = dns_label::from(pipeline);
    return rendered(declared).at(0).name;
  };
  const std::string one = name_for(fifty, "service-number-one"), two = name_for(fifty, "service-number-two");
  EXPECT_TRUE(dns_label::accepts(one)) << one;
  EXPECT_NE(one, two);
  EXPECT_EQ(name_for(fifty, "twelve-chars").size(), 63U);
  EXPECT_THAT(name_for("3scale", "api"), testing::StartsWith("s-3scale-api-"));
}

TEST(objects, of_a_branch_whose_host_is_no_dns_name_are_refused) {
  release_facts facts = branch_facts_of(track::preview);
  facts.of_branch.host = std::string(64, 'x') + ".example.com";
  EXPECT_THAT(refusal_of(orders(whole_api()), facts),
              HasSubstr("orders/api: HOST gives no DNS name here: 'xxx"));
}

TEST(objects, of_a_declaration_that_was_not_checked_are_a_bug) {
  service api = whole_api();
  api.image = "imagge";
  EXPECT_THROW((void)objects_of(orders(api), facts_of()), std::logic_error);
}

TEST(objects, an_image_without_a_digest_is_no_deployment) {
  const auto objects =
      objects_of(orders(whole_api()), {.pipeline = "orders", .environment = "stage", .images = {}});
  ASSERT_FALSE(objects);
  EXPECT_THAT(text_of(objects.error()), HasSubstr("orders.publish"));
}

}  // namespace
