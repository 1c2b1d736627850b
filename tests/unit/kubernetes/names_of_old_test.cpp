// NAMED, SELECTOR and SERVICE_SELECTOR: what ran under other names and labels goes on under them, and
// branches stay apart.
#include "rendering.hpp"

namespace {

using namespace rendering;

service old_api() {
  service api = whole_api();
  api.named = "shop";
  api.selector = {{"app", "shop"}, {"tier", "web"}};
  return api;
}

const json& labels_of_pods(const std::vector<object>& objects) {
  return pod_of(objects)["metadata"]["labels"];
}

TEST(old_names, are_those_of_every_object) {
  for (const object& each : rendered(orders(old_api()))) EXPECT_EQ(each.name, "shop");
}

TEST(old_selectors, are_asked_for_by_deployment_and_service_and_borne_by_the_pods_beside_ours) {
  const auto objects = rendered(orders(old_api()));
  EXPECT_EQ(compact(content_of(objects, "Deployment")["spec"]["selector"]["matchLabels"]),
            R"({"app":"shop","tier":"web"})");
  EXPECT_EQ(compact(content_of(objects, "Service")["spec"]["selector"]), R"({"app":"shop","tier":"web"})");
  const json& labels = labels_of_pods(objects);
  EXPECT_EQ(labels["app"].text(), "shop");
  EXPECT_EQ(labels["tier"].text(), "web");
  EXPECT_EQ(labels["cicd.dev/traffic"].text(), "orders.api");
  EXPECT_EQ(labels["cicd.dev/workload"].text(), "orders.api");
  EXPECT_EQ(labels["cicd.dev/track"].text(), "stable");
}

TEST(old_selectors, are_never_borne_by_a_preview) {
  const auto objects = rendered(orders(old_api()), branch_facts_of(track::preview));
  const json& labels = labels_of_pods(objects);
  EXPECT_THAT(labels["app"].text(), StartsWith("shop-"));
  EXPECT_THAT(labels["tier"].text(), StartsWith("web-"));
  for (const char* kind : {"Service", "Deployment"})
    EXPECT_THAT(compact(content_of(objects, kind)["spec"]["selector"]), Not(HasSubstr("tier")));
}

TEST(old_selectors, are_not_borne_by_a_task) {
  const auto job = job_of(orders(old_api()), facts_of(), "api", {"migrate"}, "orders-task-1");
  ASSERT_TRUE(job);
  EXPECT_EQ((*job)["spec"]["template"]["metadata"]["labels"]["app"].text(), "shop-job");
}

TEST(canary, of_what_deployment_and_service_find_by_the_same_labels_is_refused_with_the_way_out) {
  const auto refused = objects_of(orders(old_api()), branch_facts_of(track::canary));
  ASSERT_FALSE(refused);
  EXPECT_THAT(text_of(refused.error()), HasSubstr("SERVICE_SELECTOR cicd.dev/traffic=orders.api"));
}

TEST(canary, bears_what_the_service_asks_for_and_not_what_the_deployment_does) {
  service api = old_api();
  api.service_selector = {{"cicd.dev/traffic", "orders.api"}};
  const auto stable = rendered(orders(api), facts_of("prod"));
  const auto canary = rendered(orders(api), branch_facts_of(track::canary));
  const json& labels = labels_of_pods(canary);
  for (const auto& [key, value] : content_of(stable, "Service")["spec"]["selector"].members())
    EXPECT_EQ(labels[key], value);
  EXPECT_NE(labels["app"].text(), "shop");
}

}  // namespace
