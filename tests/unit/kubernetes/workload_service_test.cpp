// Services, sets, budgets, policies: what there is beside the pods, and what is refused.
#include "rendering.hpp"

namespace {

using namespace rendering;

const json& rolling_of(const std::vector<object>& objects) {
  return content_of(objects, "Deployment")["spec"]["strategy"]["rollingUpdate"];
}

TEST(rolling_update, with_pods_that_may_be_missing_needs_no_more_of_them) {
  service api = whole_api();
  api.max_unavailable = "1";
  EXPECT_EQ(compact(rolling_of(rendered(orders(api)))), R"({"maxUnavailable":1,"maxSurge":0})");
  api.max_surge = "50%";
  EXPECT_EQ(compact(rolling_of(rendered(orders(api)))), R"({"maxUnavailable":1,"maxSurge":"50%"})");
  api.max_unavailable = "0";
  api.max_surge = {};
  EXPECT_EQ(compact(rolling_of(rendered(orders(api)))), R"({"maxUnavailable":0,"maxSurge":"25%"})");
}

TEST(stateful, a_set_with_storage_that_stays) {
  service index = whole_api();
  index.stateful = true;
  index.volumes = {{"storage:data:10Gi", "/data"}};
  const auto objects = rendered(orders(index));
  EXPECT_THAT(names_of(objects),
              testing::IsSupersetOf({"StatefulSet orders-api", "Service orders-api-pods"}));
  const json& spec = content_of(objects, "StatefulSet")["spec"];
  EXPECT_EQ(spec["serviceName"].text(), "orders-api-pods");
  EXPECT_EQ(compact(spec["persistentVolumeClaimRetentionPolicy"]),
            R"({"whenDeleted":"Retain","whenScaled":"Retain"})");
  const json& claim = spec["volumeClaimTemplates"].elements().at(0);
  EXPECT_EQ(compact(claim["spec"]),
            R"({"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"10Gi"}}})");
  for (const char* changing :
       {"version", "commit_id", "branch", "app.kubernetes.io/version", "tags.datadoghq.com/version"})
    EXPECT_TRUE(claim["metadata"]["labels"][changing].is_null()) << changing;
  EXPECT_EQ(spec["template"]["spec"]["securityContext"]["fsGroup"].integer(), 10001);
}

TEST(disruption_budget, only_for_two_pods_or_more_and_never_one_that_blocks) {
  service api = whole_api();
  const json budget = content_of(rendered(orders(api)), "PodDisruptionBudget")["spec"];
  EXPECT_EQ(
      compact(budget),
      R"({"maxUnavailable":1,"selector":{"matchLabels":{"cicd.dev/workload":"orders.api","cicd.dev/track":"stable"}},)"
      R"("unhealthyPodEvictionPolicy":"AlwaysAllow"})");
  api.disruptions = "25%";
  EXPECT_EQ(content_of(rendered(orders(api)), "PodDisruptionBudget")["spec"]["maxUnavailable"].text(), "25%");
  api.disruptions = "off";
  EXPECT_TRUE(content_of(rendered(orders(api)), "PodDisruptionBudget").is_null());
  api.disruptions = {};
  api.replicas = 1;
  EXPECT_TRUE(content_of(rendered(orders(api)), "PodDisruptionBudget").is_null());
}

TEST(autoscaler, aims_at_what_is_declared) {
  service api = whole_api();
  api.replicas = "4..20";
  api.scale_at = "60%";
  const auto objects = rendered(orders(api));
  const json& metric = content_of(objects, "HorizontalPodAutoscaler")["spec"]["metrics"].elements().at(0);
  EXPECT_EQ(metric["resource"]["target"]["averageUtilization"].integer(), 60);
  EXPECT_FALSE(content_of(objects, "PodDisruptionBudget").is_null());
}

TEST(network_policy, names_who_may_come_in) {
  service api = whole_api();
  api.allow_from = {"namespace", "namespace:ingress", "10.0.0.0/8"};
  const json spec = content_of(rendered(orders(api)), "NetworkPolicy")["spec"];
  EXPECT_EQ(
      compact(spec),
      R"({"podSelector":{"matchLabels":{"cicd.dev/workload":"orders.api"}},"policyTypes":["Ingress"],"ingress":[{"from":[)"
      R"({"podSelector":{}},{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"ingress"}}},)"
      R"({"ipBlock":{"cidr":"10.0.0.0/8"}}]}]})");
}

TEST(ports, further_ones_are_on_container_and_service) {
  service api{.name = "api", .ports = {{"metrics", 9090}}};
  const auto objects = rendered(orders(api));
  EXPECT_EQ(compact(content_of(objects, "Service")["spec"]["ports"]),
            R"([{"name":"metrics","port":9090,"protocol":"TCP","targetPort":"metrics"}])");
  EXPECT_EQ(compact(container_of(objects)["ports"]),
            R"([{"name":"metrics","containerPort":9090,"protocol":"TCP"}])");
}

TEST(ingress, has_class_annotations_and_certificate) {
  service api = whole_api();
  api.ingress_class = "nginx";
  api.tls = "orders-tls";
  api.ingress_annotations = {{"example.com/host", "{host}"}};
  const json content = content_of(rendered(orders(api)), "Ingress");
  EXPECT_EQ(content["spec"]["ingressClassName"].text(), "nginx");
  EXPECT_EQ(compact(content["spec"]["tls"]),
            R"([{"hosts":["orders.example.com"],"secretName":"orders-tls"}])");
  EXPECT_EQ(content["metadata"]["annotations"]["example.com/host"].text(), "orders.example.com");
}

TEST(ingress, has_a_rule_for_each_host_and_one_certificate_for_all) {
  service api = whole_api();
  api.host = {"*.b.example.com", "{environment}.example.com"};
  api.tls = "wildcard.example.com";
  api.env = {{"URL", "https://{host}"}};
  const auto objects = rendered(orders(api));
  const json content = content_of(objects, "Ingress");
  std::vector<std::string> hosts;
  for (const json& each : content["spec"]["rules"].elements()) {
    hosts.push_back(each["host"].text());
    EXPECT_EQ(each["http"]["paths"].elements().at(0)["backend"]["service"]["port"]["name"].text(), "http");
  }
  EXPECT_THAT(hosts, testing::ElementsAre("*.b.example.com", "stage.example.com"));
  EXPECT_EQ(compact(content["spec"]["tls"]),
            R"([{"hosts":["*.b.example.com","stage.example.com"],"secretName":"wildcard.example.com"}])");
  EXPECT_THAT(compact(container_of(objects)["env"]), HasSubstr("https://stage.example.com"));
}

TEST(ingress, a_certificate_of_a_wildcard_covers_a_previews_host) {
  service api = whole_api();
  api.host = {"orders.example.com", "*.close.example.com"};
  api.tls = "orders-tls";
  EXPECT_THAT(remarks_on(orders(api), branch_facts_of(track::preview)),
              testing::Not(testing::Contains(HasSubstr("certificate"))));
}

TEST(ingress, a_certificate_that_hardly_covers_a_previews_host_is_said) {
  service api = whole_api();
  api.tls = "orders-tls";
  EXPECT_THAT(remarks_on(orders(api), branch_facts_of(track::preview)),
              testing::Contains(HasSubstr("has to cover orders.close.example.com; *.example.com does not")));
}

TEST(namespaces, are_made_where_that_is_declared_and_belong_to_nobody) {
  declared_pipeline pipeline = orders(whole_api());
  EXPECT_TRUE(content_of(rendered(pipeline, facts_of("prod")), "Namespace").is_null());
  pipeline.declared.environments.back().create_namespace = true;
  EXPECT_EQ(compact(content_of(rendered(pipeline, facts_of("prod")), "Namespace")["metadata"]),
            R"({"name":"shop","labels":{"app.kubernetes.io/managed-by":"cicd"}})");
}

TEST(labels, of_the_team_are_on_objects_and_pods) {
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.labels = {{"team", "checkout"}, {"example.com/who", "Checkout & Co {environment}"}};
  const auto objects = rendered(pipeline);
  for (const json* metadata : {&pod_of(objects)["metadata"], &content_of(objects, "Service")["metadata"]}) {
    EXPECT_EQ((*metadata)["labels"]["team"].text(), "checkout");
    EXPECT_THAT((*metadata)["labels"]["example.com/who"].text(), StartsWith("Checkout-Co-stage_"));
    EXPECT_EQ((*metadata)["annotations"]["cicd.dev/label.example.com_who"].text(), "Checkout & Co stage");
  }
}

TEST(labels, the_teams_own_alter_no_selector) {
  declared_pipeline pipeline = orders(whole_api());
  const json before = content_of(rendered(pipeline), "Deployment")["spec"]["selector"];
  pipeline.declared.labels = {{"team", "checkout"}};
  EXPECT_EQ(content_of(rendered(pipeline), "Deployment")["spec"]["selector"], before);
}

}  // namespace
