// Kinds and their paths.
#include <cicd/kubernetes/kinds.hpp>

#include <gtest/gtest.h>

#include <set>

namespace cicd::kubernetes {
namespace {

TEST(kinds, have_paths_of_the_core_and_of_groups) {
  EXPECT_EQ(path_of(*kind_named("Service"), "shop", "api"), "/api/v1/namespaces/shop/services/api");
  EXPECT_EQ(path_of(*kind_named("Deployment"), "shop"), "/apis/apps/v1/namespaces/shop/deployments");
  EXPECT_EQ(path_of(*kind_named("Ingress"), ""), "/apis/networking.k8s.io/v1/ingresses");
}

TEST(kinds, of_the_whole_cluster_have_no_namespace_in_their_path) {
  EXPECT_EQ(path_of(*kind_named("Namespace"), "shop", "shop"), "/api/v1/namespaces/shop");
}

TEST(kinds, keep_a_name_one_part_of_the_path) {
  EXPECT_EQ(path_of(*kind_named("Role"), "shop", "system:x/../y?z#"),
            "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/system%3Ax%2F..%2Fy%3Fz%23");
  EXPECT_EQ(percent_encoded(".."), "%2E.");
  EXPECT_EQ(percent_encoded("a b\r\n\xc3\xa4"), "a%20b%0D%0A%C3%A4");
}

TEST(kinds, are_known_by_name_only_once) {
  std::set<std::string> names;
  for (const kind_facts& each : known_kinds()) {
    EXPECT_TRUE(names.insert(each.kind).second) << each.kind;
    EXPECT_EQ(kind_named(each.kind), &each);
  }
  EXPECT_EQ(kind_named("deployment"), nullptr);
}

TEST(kinds, are_applied_before_what_needs_them) {
  const auto order = [](std::string_view kind) { return kind_named(kind)->order; };
  EXPECT_LT(order("Namespace"), order("ServiceAccount"));
  EXPECT_LT(order("ServiceAccount"), order("Deployment"));
  EXPECT_LT(order("Secret"), order("Deployment"));
  EXPECT_LT(order("ConfigMap"), order("StatefulSet"));
  EXPECT_LT(order("Service"), order("Deployment"));
  EXPECT_LT(order("Deployment"), order("HorizontalPodAutoscaler"));
  EXPECT_LT(order("Service"), order("Ingress"));
}

TEST(kinds, that_hold_data_or_others_are_guarded) {
  for (const std::string_view kind : {"Namespace", "PersistentVolumeClaim", "CustomResourceDefinition"})
    EXPECT_TRUE(kind_named(kind)->guarded) << kind;
  EXPECT_FALSE(kind_named("Deployment")->guarded);
}

}  // namespace
}  // namespace cicd::kubernetes
