// Field by field: what a change is called, what is none, and what is never shown.
#include <gtest/gtest.h>

#include <cicd/kubernetes/object_diff.hpp>

namespace cicd::kubernetes {
namespace {

json parsed(std::string_view text) {
  const auto value = parse_json(text);
  EXPECT_TRUE(value);
  return value ? *value : json();
}

std::vector<std::string> lines(std::string_view live, std::string_view wanted) {
  std::vector<std::string> all;
  for (const field_change& each : changes_between(parsed(live), parsed(wanted))) all.push_back(text_of(each));
  return all;
}

using texts = std::vector<std::string>;

TEST(compare, names_each_field_by_its_path_with_both_values) {
  EXPECT_EQ(
      lines(R"({"spec":{"replicas":2,"paused":true}})", R"({"spec":{"replicas":3,"minReadySeconds":5}})"),
      (texts{"~ spec.replicas: 2 → 3", "+ spec.minReadySeconds: 5", "- spec.paused: true"}));
}

TEST(compare, finds_list_elements_by_their_name_wherever_they_stand) {
  EXPECT_EQ(lines(R"({"c":[{"name":"a","v":1},{"name":"b","v":1}]})",
                  R"({"c":[{"name":"b","v":2},{"name":"a","v":1}]})"),
            (texts{"~ c[b].v: 1 → 2"}));
}

TEST(compare, takes_what_the_server_writes_for_no_change) {
  EXPECT_TRUE(lines(R"({"metadata":{"resourceVersion":"1","generation":1},"status":{"a":1}})",
                    R"({"metadata":{"resourceVersion":"2","generation":2},"status":{"a":2}})")
                  .empty());
}

TEST(compare, never_shows_the_data_of_a_secret) {
  EXPECT_EQ(lines(R"({"kind":"Secret","data":{"url":"c2VjcmV0"}})",
                  R"({"kind":"Secret","data":{"url":"b3RoZXI="}})"),
            (texts{"~ data.url: (hidden) → (hidden)"}));
}

TEST(compare, brackets_keys_with_dots_and_slashes) {
  EXPECT_EQ(lines(R"({"metadata":{"labels":{"a.b/c":"1"}}})", R"({"metadata":{"labels":{"a.b/c":"2"}}})"),
            (texts{"~ metadata.labels[a.b/c]: 1 → 2"}));
}

TEST(compare, knows_a_change_of_descriptions_alone) {
  const auto of = [](std::string_view live, std::string_view wanted) {
    return only_descriptive(changes_between(parsed(live), parsed(wanted)));
  };
  EXPECT_TRUE(
      of(R"({"metadata":{"labels":{"commit_id":"1"}}})", R"({"metadata":{"labels":{"commit_id":"2"}}})"));
  EXPECT_FALSE(of(R"({"metadata":{"labels":{"team":"1"}}})", R"({"metadata":{"labels":{"team":"2"}}})"));
  EXPECT_FALSE(of(R"({"spec":{"version":"1"}})", R"({"spec":{"version":"2"}})"));
}

TEST(compare, reads_who_owns_which_field) {
  const auto managers = managers_of(parsed(R"({"metadata":{"managedFields":[
    {"manager":"helm","operation":"Update","fieldsV1":{"f:spec":{"f:replicas":{},"f:c":{"k:{\"name\":\"api\"}":{".":{},"f:image":{}}}}}},
    {"manager":"kubelet","operation":"Update","subresource":"status","fieldsV1":{"f:status":{}}}]}})"));
  ASSERT_EQ(managers.size(), 1U);
  EXPECT_EQ(managers[0].name, "helm");
  EXPECT_EQ(managers[0].paths, (texts{"spec.replicas", "spec.c[api].image"}));
}

TEST(managers, those_of_the_cluster_are_told_from_those_of_people) {
  for (const char* each :
       {"kube-controller-manager", "controller-manager", "kubelet", "vpa-recommender", "cluster-autoscaler",
        "horizontal-pod-autoscaler", "keda-operator", "ingress-nginx-controller"})
    EXPECT_TRUE(is_controller(each)) << each;
  for (const char* each : {"helm", "kubectl", "kubectl-client-side-apply", "kustomize-controller",
                           "argocd-controller", "Terraform"})
    EXPECT_FALSE(is_controller(each)) << each;
}

}  // namespace
}  // namespace cicd::kubernetes
