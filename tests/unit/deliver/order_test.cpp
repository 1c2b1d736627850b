// What waits until the new pods are ready, so that no request meets a Service or an Ingress without any.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cicd/deliver/cluster/order.hpp>

namespace cicd {
namespace {

using what = planned_object::what;

planned_object planned(what kind, const std::string& type, const std::string& name, json live, json wanted) {
  planned_object one;
  one.kind = kind;
  one.key = {type, "orders", name};
  one.live = std::move(live);
  one.wanted = std::move(wanted);
  return one;
}

json ingress(const std::string& host) {
  return *parse_json(fmt::format(R"({{"spec":{{"rules":[{{"host":"{}"}}]}}}})", host));
}
json service(const std::string& selector) {
  return *parse_json(fmt::format(R"({{"spec":{{"selector":{}}}}})", selector));
}
json deployment(const std::string& labels, const std::string& selector = R"({"app":"orders"})") {
  return *parse_json(fmt::format(
      R"({{"spec":{{"selector":{{"matchLabels":{}}},"template":{{"metadata":{{"labels":{}}}}}}}}})", selector,
      labels));
}

TEST(an_ingress, that_takes_over_a_host_comes_last_in_place_of_the_one_that_goes) {
  std::vector<planned_object> objects{planned(what::add, "Ingress", "web", {}, ingress("a.example.com")),
                                      planned(what::add, "Ingress", "other", {}, ingress("b.example.com"))};
  order_hosts(objects, {planned(what::remove, "Ingress", "api", ingress("a.example.com"), {})});
  EXPECT_TRUE(objects[0].last);
  EXPECT_EQ(objects[0].instead_of->name, "api");
  EXPECT_FALSE(objects[1].last);
  EXPECT_FALSE(objects[1].instead_of);
}

/// The Service of a Deployment as it is planned, given their labels before and after.
planned_object ordered(const std::string& selector_before,
                       const std::string& selector_after,
                       const std::string& labels_before,
                       const std::string& labels_after,
                       bool anew = false) {
  std::vector<planned_object> objects{
      planned(what::change, "Service", "api", service(selector_before), service(selector_after)),
      planned(labels_before == labels_after ? what::same : what::change, "Deployment", "api",
              deployment(labels_before), deployment(labels_after))};
  objects[1].anew = anew;
  order_selectors(objects);
  return objects[0];
}

TEST(a_service, that_shall_select_pods_that_are_yet_to_come_does_so_once_they_are_ready) {
  const planned_object one = ordered(R"({"app":"orders"})", R"({"app":"orders","tier":"front"})",
                                     R"({"app":"orders"})", R"({"app":"orders","tier":"front"})");
  EXPECT_TRUE(one.last);
  EXPECT_TRUE(one.until_last.is_null()) << "the old selector takes the new pods, too";
}

TEST(a_service, whose_old_selector_takes_no_new_pod_selects_meanwhile_what_its_deployment_does) {
  const planned_object one = ordered(R"({"tier":"a"})", R"({"tier":"b"})", R"({"app":"orders","tier":"a"})",
                                     R"({"app":"orders","tier":"b"})");
  EXPECT_TRUE(one.last);
  EXPECT_EQ(one.until_last["spec"]["selector"], *parse_json(R"({"app":"orders"})"));
}

TEST(a_service, of_a_deployment_that_is_made_anew_keeps_the_old_pods_until_then) {
  const planned_object one =
      ordered(R"({"app":"a"})", R"({"app":"b"})", R"({"app":"a"})", R"({"app":"b"})", true);
  EXPECT_TRUE(one.last);
  EXPECT_TRUE(one.until_last.is_null());
}

TEST(a_service, that_takes_the_pods_that_run_changes_in_its_turn) {
  EXPECT_FALSE(ordered(R"({"app":"orders","tier":"a"})", R"({"app":"orders"})",
                       R"({"app":"orders","tier":"a"})", R"({"app":"orders"})")
                   .last)
      << "with fewer labels";
  EXPECT_FALSE(ordered(R"({"app":"orders"})", R"({"tier":"a"})", R"({"app":"orders","tier":"a"})",
                       R"({"app":"orders","tier":"a"})")
                   .last)
      << "by others that they bear";
  EXPECT_FALSE(
      ordered(R"({"app":"orders"})", R"({"app":"orders"})", R"({"app":"orders"})", R"({"app":"x"})").last);
}

TEST(a_refusal, of_a_second_ingress_with_the_host_is_known) {
  EXPECT_TRUE(
      is_host_taken({400,
                     "BadRequest",
                     R"(admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: host )"
                     R"("a.example.com" and path "/" is already defined in ingress orders/api)",
                     {}}));
  EXPECT_FALSE(is_host_taken({400, "BadRequest", "admission webhook denied the request: no", {}}));
}

}  // namespace
}  // namespace cicd
