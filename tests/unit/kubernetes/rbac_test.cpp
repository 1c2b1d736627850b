// The rights by purpose: no more than is needed, and by the kinds that are really rendered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <cicd/kubernetes/render/rbac.hpp>

namespace {

using namespace cicd;
using namespace cicd::kubernetes;

json object(std::string_view kind, std::string_view version) {
  return json().set("apiVersion", version).set("kind", kind);
}

rights_request request() {
  return {.pipeline = "orders",
          .environment = "prod",
          .namespace_name = "shop",
          .objects = {object("Deployment", "apps/v1"), object("Service", "v1")},
          .read = {"secret/db"}};
}

bool has(const std::vector<right>& all, std::string_view verb, std::string_view resource) {
  return std::any_of(all.begin(), all.end(),
                     [&](const right& each) { return each.verb == verb && each.resource == resource; });
}

TEST(rights, to_plan_remove_and_lock_nothing) {
  const auto all = rights_for(purpose::plan, request());
  EXPECT_TRUE(has(all, "patch", "deployments"));
  EXPECT_TRUE(has(all, "create", "services"));
  for (const right& each : all) EXPECT_NE(each.verb, "delete") << each.resource;
  EXPECT_FALSE(has(all, "create", "leases"));
  EXPECT_FALSE(has(all, "create", "configmaps"));
}

TEST(rights, are_of_rendered_kinds_only) {
  const auto all = rights_for(purpose::deploy, request());
  EXPECT_TRUE(has(all, "delete", "deployments"));
  for (const char* other : {"ingresses", "statefulsets", "jobs", "cronjobs"})
    EXPECT_FALSE(has(all, "patch", other)) << other;
}

TEST(rights, to_read_a_secret_are_for_that_one) {
  const auto all = rights_for(purpose::deploy, request());
  const auto secret =
      std::find_if(all.begin(), all.end(), [](const right& each) { return each.resource == "secrets"; });
  ASSERT_NE(secret, all.end());
  EXPECT_EQ(secret->verb, "get");
  EXPECT_EQ(secret->names, std::vector<std::string>{"db"});
}

TEST(rights, to_see_events_and_logs_only_help) {
  for (const right& each : rights_for(purpose::deploy, request()))
    EXPECT_EQ(each.is_needed,
              !(each.resource == "events" || each.resource == "pods/log" || each.resource == "secrets"
                || each.resource == "namespaces" || each.resource == "endpointslices"
                || (each.resource == "replicasets" && each.verb == "delete")))
        << each.resource;
}

TEST(rights, of_guarded_kinds_never_include_removing) {
  rights_request claims = request();
  claims.objects = {object("PersistentVolumeClaim", "v1")};
  EXPECT_FALSE(has(rights_for(purpose::deploy, claims), "delete", "persistentvolumeclaims"));
}

TEST(rights, to_preview_include_a_look_at_who_could_take_its_pods) {
  const auto all = rights_for(purpose::preview, request());
  for (const char* kind : {"services", "poddisruptionbudgets", "networkpolicies", "horizontalpodautoscalers"})
    EXPECT_TRUE(has(all, "list", kind)) << kind;
}

TEST(rights, of_a_preview_with_a_namespace_of_its_own_are_in_all_namespaces) {
  rights_request own = request();
  own.makes_namespaces = true;
  const auto all = rights_for(purpose::preview, own);
  EXPECT_TRUE(has(all, "delete", "namespaces"));
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [](const right& each) { return each.is_cluster_wide; }));
}

TEST(roles, have_a_binding_each_and_grant_every_right) {
  const auto roles = roles_for(purpose::deploy, request());
  ASSERT_EQ(roles.size(), 4U);
  EXPECT_EQ(roles[0]["kind"].text(), "Role");
  EXPECT_EQ(roles[0]["metadata"]["namespace"].text(), "shop");
  EXPECT_EQ(roles[1]["roleRef"]["name"].text(), "cicd-orders-prod-deploy");
  EXPECT_EQ(roles[2]["kind"].text(), "ClusterRole");
  for (const right& each : rights_for(purpose::deploy, request())) {
    const json& rules = roles[each.is_cluster_wide ? 2 : 0]["rules"];
    const auto holds = [](const json& list, const std::string& text) {
      const auto texts = list.texts();
      return std::find(texts.begin(), texts.end(), text) != texts.end();
    };
    EXPECT_TRUE(std::any_of(rules.elements().begin(), rules.elements().end(),
                            [&](const json& rule) {
                              return holds(rule["apiGroups"], each.group)
                                     && holds(rule["resources"], each.resource)
                                     && holds(rule["verbs"], each.verb)
                                     && rule["resourceNames"].texts() == each.names;
                            }))
        << each.verb << ' ' << each.resource;
  }
}

}  // namespace
