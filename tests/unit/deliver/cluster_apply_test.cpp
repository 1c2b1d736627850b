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
