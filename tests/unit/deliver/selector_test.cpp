// Selectors against labels, as Kubernetes has it.
#include <gtest/gtest.h>

#include <cicd/deliver/cluster/selector.hpp>

namespace cicd {
namespace {

json of(const char* text) {
  return *parse_json(text);
}

const json labels = of(R"({"app":"orders","tier":"web"})");

TEST(selectors, take_what_bears_all_their_labels) {
  EXPECT_TRUE(selector_takes(of(R"({"matchLabels":{"app":"orders"}})"), labels));
  EXPECT_TRUE(selector_takes(of(R"({"matchLabels":{"app":"orders","tier":"web"}})"), labels));
  EXPECT_FALSE(selector_takes(of(R"({"matchLabels":{"app":"orders","tier":"db"}})"), labels));
}

TEST(selectors, that_are_empty_take_everything_and_that_are_missing_nothing) {
  EXPECT_TRUE(selector_takes(of("{}"), labels));
  EXPECT_FALSE(selector_takes(json(), labels));
}

TEST(selectors, know_all_four_operators) {
  const auto takes = [](const std::string& expression) {
    return selector_takes(of(("{\"matchExpressions\":[" + expression + "]}").c_str()), labels);
  };
  EXPECT_TRUE(takes(R"({"key":"app","operator":"In","values":["a","orders"]})"));
  EXPECT_FALSE(takes(R"({"key":"app","operator":"In","values":["a"]})"));
  EXPECT_FALSE(takes(R"({"key":"none","operator":"In","values":[""]})"));
  EXPECT_TRUE(takes(R"({"key":"app","operator":"NotIn","values":["a"]})"));
  EXPECT_TRUE(takes(R"({"key":"none","operator":"NotIn","values":["a"]})"));
  EXPECT_FALSE(takes(R"({"key":"app","operator":"NotIn","values":["orders"]})"));
  EXPECT_TRUE(takes(R"({"key":"app","operator":"Exists"})"));
  EXPECT_FALSE(takes(R"({"key":"none","operator":"Exists"})"));
  EXPECT_TRUE(takes(R"({"key":"none","operator":"DoesNotExist"})"));
  EXPECT_FALSE(takes(R"({"key":"app","operator":"DoesNotExist"})"));
}

TEST(selectors, of_a_service_take_nothing_when_empty) {
  EXPECT_FALSE(map_takes(of("{}"), labels));
  EXPECT_FALSE(map_takes(json(), labels));
  EXPECT_TRUE(map_takes(of(R"({"app":"orders"})"), labels));
  EXPECT_FALSE(map_takes(of(R"({"app":"orders","x":"y"})"), labels));
}

TEST(selectors, read_as_a_person_writes_them) {
  EXPECT_EQ(selector_text(of(R"({"app":"orders"})")), "app=orders");
  EXPECT_EQ(
      selector_text(
          of(R"({"matchLabels":{"a":"b"},"matchExpressions":[{"key":"c","operator":"In","values":["d"]}]})")),
      "a=b,c In (d)");
  EXPECT_EQ(selector_text(of("{}")), "everything");
}

TEST(a_pod_template, is_below_the_job_in_a_cron_job) {
  const json pod = of(R"({"metadata":{"labels":{"app":"orders"}}})");
  const json spec = members_of("template", pod);
  EXPECT_EQ(pod_template_of(members_of("kind", "Deployment", "spec", spec)), pod);
  const json scheduled = members_of("jobTemplate", members_of("spec", spec));
  EXPECT_EQ(pod_template_of(members_of("kind", "CronJob", "spec", scheduled)), pod);
  EXPECT_TRUE(pod_template_of(of(R"({"kind":"Service","spec":{}})")).is_null());
}

}  // namespace
}  // namespace cicd
