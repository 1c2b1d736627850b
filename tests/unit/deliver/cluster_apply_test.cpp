// Applying a plan: what is made otherwise than it is sent, and what is waited for before anything is applied.
#include <gtest/gtest.h>

#include <cicd/deliver/cluster/apply.hpp>
#include <cicd/kubernetes/api/deletion.hpp>

#include "fake_cluster.hpp"

namespace cicd {
namespace {

using kubernetes::fake_cluster;
using kubernetes::object_key;
using what = planned_object::what;

json with_spec(json object, std::string_view spec) {
  return object.set("spec", *parse_json(spec));
}

planned_object added(json wanted) {
  planned_object one;
  one.kind = what::add;
  one.key = object_key::of(wanted);
  one.wanted = std::move(wanted);
  return one;
}

class applied : public testing::Test {
 protected:
  status apply(std::vector<planned_object> objects) {
    cluster_plan plan;
    plan.objects = std::move(objects);
    return apply_plan(with, plan, {.subject = "orders/prod", .deletion = std::chrono::milliseconds(0)}, done);
  }

  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  fake_cluster with{server};
  applied_plan done;
};

TEST_F(applied, a_deployment_is_made_with_as_many_pods_as_its_autoscaler_will_keep) {
  const json scaler = with_spec(fake_cluster::object("HorizontalPodAutoscaler", "api"),
                                R"({"scaleTargetRef":{"kind":"Deployment","name":"api"},"minReplicas":4})");
  ASSERT_TRUE(apply({added(with_spec(fake_cluster::object("Deployment", "api"), "{}")),
                     added(with_spec(fake_cluster::object("Deployment", "worker"), "{}")), added(scaler)}));
  EXPECT_EQ(server->objects.at({"Deployment", "orders", "api"})["spec"]["replicas"].integer(), 4);
  EXPECT_TRUE(server->objects.at({"Deployment", "orders", "worker"})["spec"]["replicas"].is_null());
}

TEST_F(applied, an_autoscaler_that_is_declared_no_longer_goes_before_the_number_of_pods_is_ours) {
  planned_object gone;
  gone.kind = what::remove;
  gone.live = with_spec(fake_cluster::object("HorizontalPodAutoscaler", "api"),
                        R"({"scaleTargetRef":{"kind":"Deployment","name":"api"}})");
  gone.key = object_key::of(gone.live);
  with.create(gone.live);
  planned_object fixed = added(with_spec(fake_cluster::object("Deployment", "api"), R"({"replicas":2})"));
  fixed.kind = what::change;
  ASSERT_TRUE(apply({fixed, gone}));
  EXPECT_EQ(server->writes,
            (std::vector<std::string>{"create HorizontalPodAutoscaler api",
                                      "remove HorizontalPodAutoscaler api", "apply Deployment api"}));
}

planned_object changed(json live, json wanted) {
  planned_object one = added(std::move(wanted));
  one.kind = what::change;
  one.live = std::move(live);
  return one;
}

TEST_F(applied, what_is_made_anew_is_removed_without_its_pods_and_begins_with_as_many) {
  const json live =
      with_spec(fake_cluster::object("Deployment", "api"), R"({"replicas":5,"selector":{"a":"b"}})");
  with.create(live);
  planned_object one =
      changed(live, with_spec(fake_cluster::object("Deployment", "api"), R"({"selector":{"a":"c"}})"));
  one.anew = true;
  ASSERT_TRUE(apply({one}));
  EXPECT_EQ(server->writes,
            (std::vector<std::string>{"create Deployment api", "remove Deployment api (Orphan)",
                                      "apply Deployment api"}));
  EXPECT_EQ(server->objects.at(one.key)["spec"]["replicas"].integer(), 5);
}

TEST_F(applied, what_comes_last_waits_and_the_one_that_it_replaces_goes_at_once) {
  with.create(fake_cluster::object("Ingress", "api"));
  planned_object service =
      changed(fake_cluster::object("Service", "api"),
              with_spec(fake_cluster::object("Service", "api"), R"({"selector":{"a":"c"}})"));
  service.last = true;
  service.until_last = with_spec(fake_cluster::object("Service", "api"), R"({"selector":{"a":"b"}})");
  planned_object web = added(fake_cluster::object("Ingress", "web"));
  web.last = true;
  web.instead_of = object_key{"Ingress", "orders", "api"};
  cluster_plan plan;
  plan.objects = {service, added(fake_cluster::object("Deployment", "web")), web};
  const apply_setup setup{.subject = "orders/prod"};
  ASSERT_TRUE(apply_plan(with, plan, setup, done));
  EXPECT_EQ(server->writes,
            (std::vector<std::string>{"create Ingress api", "apply Service api", "apply Deployment web"}));
  EXPECT_EQ(server->objects.at(service.key)["spec"]["selector"]["a"].text(), "b");
  server->writes.clear();
  ASSERT_TRUE(apply_last(with, plan, setup, done));
  EXPECT_EQ(server->writes,
            (std::vector<std::string>{"apply Service api", "apply Ingress web", "remove Ingress api"}));
  EXPECT_EQ(server->objects.at(service.key)["spec"]["selector"]["a"].text(), "c");
  planned_object gone;
  gone.kind = what::remove;
  gone.key = *web.instead_of;
  plan.objects.push_back(gone);
  server->writes.clear();
  EXPECT_EQ(remove_undeclared(with, plan, setup, done).size(), 3U);
  EXPECT_TRUE(server->writes.empty()) << "it is gone already";
}

TEST_F(applied, a_webhook_that_refuses_two_of_one_host_takes_the_second_once_the_first_is_gone) {
  with.create(fake_cluster::object("Ingress", "api"));
  planned_object web = added(fake_cluster::object("Ingress", "web"));
  web.last = true;
  web.instead_of = object_key{"Ingress", "orders", "api"};
  server->refuses_while["Ingress web"] = {
      *web.instead_of, {400, "BadRequest", "host is already defined in ingress orders/api", {}}};
  cluster_plan plan;
  plan.objects = {web};
  ASSERT_TRUE(apply_last(with, plan, {.subject = "orders/prod"}, done));
  EXPECT_EQ(server->writes,
            (std::vector<std::string>{"create Ingress api", "remove Ingress api", "apply Ingress web"}));
}

TEST_F(applied, a_replica_set_that_was_adopted_meanwhile_is_left_alone) {
  json owned = fake_cluster::object("ReplicaSet", "api-1");
  json metadata = owned["metadata"];
  metadata.set("ownerReferences", *parse_json(R"([{"kind":"Deployment","name":"api"}])"));
  owned.set("metadata", std::move(metadata));
  with.create(owned);
  with.create(fake_cluster::object("ReplicaSet", "api-2"));
  cluster_plan plan;
  for (const char* name : {"api-1", "api-2"}) {
    planned_object gone;
    gone.kind = what::remove;
    gone.key = {"ReplicaSet", "orders", name};
    plan.objects.push_back(gone);
  }
  EXPECT_TRUE(remove_undeclared(with, plan, {.subject = "orders/prod"}, done).empty());
  EXPECT_TRUE(server->objects.contains({"ReplicaSet", "orders", "api-1"}));
  EXPECT_FALSE(server->objects.contains({"ReplicaSet", "orders", "api-2"}));
}

TEST_F(applied, nothing_while_an_object_that_is_being_deleted_is_held) {
  json held = fake_cluster::object("Ingress", "api");
  json metadata = held["metadata"];
  metadata.set("deletionTimestamp", "2026-11-21T03:00:00Z");
  metadata.set("finalizers", json_texts({"example.com/keep", "foregroundDeletion"}));
  held.set("metadata", std::move(metadata));
  with.create(held);
  EXPECT_EQ(kubernetes::held_by(held), "finalizer example.com/keep, what belongs to it");
  planned_object again = added(fake_cluster::object("Ingress", "api"));
  again.waits_for = kubernetes::held_by(held);
  const status refused = apply({added(fake_cluster::object("Service", "api")), again});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::conflict);
  EXPECT_NE(text_of(refused.error()).find("finalizer example.com/keep"), std::string::npos);
  EXPECT_EQ(server->writes, std::vector<std::string>{"create Ingress api"});
}

TEST(an_object_that_is_being_deleted, of_a_namespace_is_held_by_what_is_left_in_it) {
  const json ending = *parse_json(
      R"({"kind":"Namespace","metadata":{"deletionTimestamp":"x"},"status":{"conditions":[
        {"type":"NamespaceContentRemaining","status":"True","message":"Some resources are remaining: pods. has 1 resource instances"},
        {"type":"NamespaceDeletionDiscoveryFailure","status":"False","message":"no"}]}})");
  EXPECT_TRUE(kubernetes::is_being_deleted(ending));
  EXPECT_EQ(kubernetes::held_by(ending), "Some resources are remaining: pods. has 1 resource instances");
}

}  // namespace
}  // namespace cicd
