// What a plan says of each object, and what it never removes.
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/cluster/plan.hpp>
#include <cicd/deliver/cluster/references.hpp>

#include "fake_cluster.hpp"

namespace cicd {
namespace {

using kubernetes::api_failure;
using kubernetes::fake_cluster;
using kubernetes::object_key;
using what = planned_object::what;

class cluster_plans : public testing::Test {
 protected:
  void SetUp() override {
    with.create(fake_cluster::object("Namespace", "orders"));
    place.name = dns_label("prod");
    pipeline.declared.name = dns_label("orders");
    about.pipeline = &pipeline;
    about.where = &place;
    about.place = {"orders", "prod", "orders"};
  }

  /// An object of ours as the cluster has it.
  json ours(std::string kind, std::string name) {
    json object = fake_cluster::object(std::move(kind), std::move(name));
    json metadata = object["metadata"], labels(json::object{});
    labels.set("cicd.dev/pipeline", "orders");
    labels.set("cicd.dev/environment", "prod");
    metadata.set("labels", std::move(labels));
    object.set("metadata", std::move(metadata));
    return object;
  }
  json with_spec(json object, std::int64_t replicas) {
    json spec(json::object{});
    spec.set("replicas", replicas);
    object.set("spec", std::move(spec));
    return object;
  }
  cluster_plan planned(std::vector<json> objects, cluster_state before = {}) {
    auto plan = plan_objects(with, about, std::move(objects), std::move(before));
    EXPECT_TRUE(plan) << (plan ? "" : text_of(plan.error()));
    return plan ? *std::move(plan) : cluster_plan{};
  }
  error refused(std::vector<json> objects) {
    auto plan = plan_objects(with, about, std::move(objects), {});
    EXPECT_FALSE(plan);
    return plan ? error{} : plan.error();
  }
  std::string lines(const cluster_plan& plan) { return joined(lines_of(plan), "\n"); }

  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  fake_cluster with{server};
  json being_deleted(json object) {
    json metadata = object["metadata"];
    metadata.set("deletionTimestamp", "2026-11-21T03:00:00Z");
    metadata.set("finalizers", json_texts({"example.com/keep"}));
    object.set("metadata", std::move(metadata));
    return object;
  }

  json spec_of(json object, std::string_view spec) { return object.set("spec", *parse_json(spec)); }
  json ingress(std::string name, std::string_view more = "") {
    return spec_of(ours("Ingress", std::move(name)),
                   R"({"rules":[{"host":"orders.example.com"}])" + std::string(more) + "}");
  }

  environment place;
  declared_pipeline pipeline;
  wanted_release about;
};

TEST_F(cluster_plans, tell_new_changed_and_unchanged_objects_apart) {
  with.create(with_spec(ours("Deployment", "api"), 2));
  with.create(ours("Service", "api"));
  const cluster_plan plan =
      planned({with_spec(ours("Deployment", "api"), 3), ours("Service", "api"), ours("ConfigMap", "files")});
  EXPECT_EQ(lines(plan), "+ ConfigMap files\n~ Deployment api\n    ~ spec.replicas: 2 → 3");
  EXPECT_TRUE(plan.changes_objects());
}

TEST_F(cluster_plans, change_nothing_themselves) {
  const std::size_t writes = server->writes.size();
  planned({ours("Deployment", "api"), ours("Service", "api")});
  EXPECT_EQ(server->writes.size(), writes);
}

TEST_F(cluster_plans, remove_what_the_inventory_has_and_the_declaration_no_longer) {
  with.create(ours("Service", "old"));
  cluster_state before;
  before.inventory = {{"Service", "orders", "old"}, {"Service", "orders", "gone"}};
  EXPECT_EQ(lines(planned({ours("Service", "api")}, before)), "+ Service api\n- Service old");
}

TEST_F(cluster_plans, remove_nothing_when_the_render_is_empty) {
  with.create(ours("Service", "old"));
  cluster_state before;
  before.inventory = {{"Service", "orders", "old"}};
  EXPECT_FALSE(planned({}, before).changes_objects());
}

TEST_F(cluster_plans, remove_nothing_when_one_of_them_cannot_be_read) {
  with.create(ours("Service", "old"));
  with.create(ours("Secret", "hidden"));
  server->refusals["get Secret hidden"] = api_failure{403, "Forbidden", "secrets is forbidden", {}};
  cluster_state before;
  before.inventory = {{"Service", "orders", "old"}, {"Secret", "orders", "hidden"}};
  const cluster_plan plan = planned({ours("Service", "api")}, before);
  EXPECT_EQ(lines(plan),
            "+ Service api\n! nothing is removed: Secret hidden could not be read (secrets is forbidden)");
  EXPECT_TRUE(plan.unread);
}

TEST_F(cluster_plans, keep_what_no_longer_bears_our_labels) {
  with.create(fake_cluster::object("Service", "old"));
  cluster_state before;
  before.inventory = {{"Service", "orders", "old"}};
  EXPECT_EQ(lines(planned({ours("Service", "api")}, before)),
            "+ Service api\n! Service old stays: it no longer has the labels of this environment");
}

TEST_F(cluster_plans, never_remove_a_claim_that_is_not_named) {
  with.create(ours("PersistentVolumeClaim", "data"));
  cluster_state before;
  before.inventory = {{"PersistentVolumeClaim", "orders", "data"}};
  const cluster_plan kept = planned({ours("Service", "api")}, before);
  EXPECT_EQ(kept.objects.size(), 1U);
  place.prune = {object_name("PersistentVolumeClaim/data")};
  const cluster_plan named = planned({ours("Service", "api")}, before);
  EXPECT_EQ(named.objects.back().kind, what::remove);
}

TEST_F(cluster_plans, never_remove_a_job_that_runs) {
  json job = ours("Job", "migrate"), state(json::object{});
  state.set("active", 1);
  job.set("status", std::move(state));
  with.create(job);
  cluster_state before;
  before.inventory = {{"Job", "orders", "migrate"}};
  EXPECT_EQ(lines(planned({ours("Service", "api")}, before)),
            "+ Service api\n! Job migrate stays: it still runs");
}

TEST_F(cluster_plans, refuse_a_namespace_that_is_not_there_and_say_what_makes_it) {
  about.place.namespace_name = "nowhere";
  const error failure = refused({ours("Service", "api")});
  EXPECT_EQ(failure.kind, exit_class::usage);
  EXPECT_EQ(failure.value, "nowhere");
  EXPECT_NE(text_of(failure).find("CREATE_NAMESPACE"), std::string::npos);
}

TEST_F(cluster_plans, refuse_a_host_that_another_ingress_claims) {
  with.create(ingress("theirs"));
  const error failure = refused({ingress("mine")});
  EXPECT_EQ(failure.kind, exit_class::conflict);
  EXPECT_NE(text_of(failure).find("theirs"), std::string::npos);
}

TEST_F(cluster_plans, let_a_host_go_from_an_ingress_that_they_remove_to_another) {
  with.create(ingress("old"));
  cluster_state before;
  before.inventory = {{"Ingress", "orders", "old"}};
  const cluster_plan plan = planned({ingress("new")}, before);
  EXPECT_EQ(lines(plan),
            "+ Ingress new, once all pods are ready, in place of Ingress old\n    host orders.example.com\n- "
            "Ingress old");
}

TEST_F(cluster_plans, make_a_deployment_anew_whose_selector_changes_and_leave_its_pods_until_the_end) {
  const json live = spec_of(ours("Deployment", "api"), R"({"selector":{"matchLabels":{"a":"b"}}})");
  json there = live, metadata = live["metadata"];
  metadata.set("uid", "u1");
  there.set("metadata", metadata);
  with.create(there);
  json set = ours("ReplicaSet", "api-1"), owned = set["metadata"];
  owned.set("ownerReferences", *parse_json(R"([{"uid":"u1"}])"));
  set.set("metadata", owned);
  with.create(set);
  with.create(ours("ReplicaSet", "other-1"));
  api_failure fixed{422, "Invalid", "Deployment is invalid", {}};
  fixed.causes = {{"FieldValueInvalid", "spec.selector", "Invalid value: {…}: field is immutable"}};
  server->refusals["apply Deployment api"] = fixed;
  const cluster_plan plan =
      planned({spec_of(ours("Deployment", "api"), R"({"selector":{"matchLabels":{"a":"c"}}})")});
  EXPECT_EQ(lines(plan),
            "~ Deployment api, made anew, since its selector can never be changed: the old pods answer until "
            "the new "
            "ones are ready\n    ~ spec.selector.matchLabels.a: b → c\n- ReplicaSet api-1");
}

TEST_F(cluster_plans, say_what_a_larger_volume_of_a_stateful_set_takes) {
  const auto stateful = [&](const char* size) {
    return spec_of(
        ours("StatefulSet", "api"),
        std::string(
            R"({"replicas":2,"volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"resources":{"requests":{"storage":")")
            + size + R"("}}}}]})");
  };
  with.create(stateful("1Gi"));
  with.create(fake_cluster::object("PersistentVolumeClaim", "data-api-0")
                  .set("spec", *parse_json(R"({"storageClassName":"fast"})")));
  server->calls["/apis/storage.k8s.io/v1/storageclasses/fast"] =
      *parse_json(R"({"allowVolumeExpansion":true})");
  api_failure fixed{422, "Invalid", "x", {}};
  fixed.causes = {{"FieldValueForbidden", "spec",
                   "updates to statefulset spec for fields other than 'replicas' are forbidden"}};
  server->refusals["apply StatefulSet api"] = fixed;
  const std::string larger = text_of(refused({stateful("2Gi")}));
  for (const char* words :
       {"data: 1Gi there, 2Gi wanted", "fast: its volumes can grow", "kubectl -n orders patch pvc data-api-0",
        "patch pvc data-api-1", R"({"storage":"2Gi"})", "delete statefulset api --cascade=orphan"})
    EXPECT_NE(larger.find(words), std::string::npos) << words << "\n" << larger;
  const std::string smaller = text_of(refused({stateful("512Mi")}));
  EXPECT_EQ(smaller.find("kubectl"), std::string::npos) << smaller;
  EXPECT_NE(smaller.find("a claim only grows"), std::string::npos);
}

TEST_F(cluster_plans, remark_on_what_their_objects_name_and_the_cluster_lacks) {
  server->calls["/apis/networking.k8s.io/v1/ingressclasses"] =
      *parse_json(R"({"items":[{"metadata":{"name":"nginx"}},{"metadata":{"name":"alb"}}]})");
  const auto remarks = [&](std::vector<json> objects) {
    return joined(reference_remarks(with, planned(std::move(objects))), "\n");
  };
  EXPECT_EQ(
      remarks({ingress("api", R"(,"ingressClassName":"ngnix")")}),
      "Ingress api: there is no IngressClass ngnix, so nothing answers for its host; did you mean nginx");
  EXPECT_EQ(remarks({ingress("api", R"(,"ingressClassName":"alb","tls":[{"secretName":"wild"}])")}),
            "Ingress api: there is no Secret wild in namespace orders, so its host has no certificate");
  EXPECT_EQ(remarks({ingress("api", R"(,"tls":[{"secretName":"wild"}])"), ours("Secret", "wild")}), "");
  json by_manager = ingress("api", R"(,"tls":[{"secretName":"wild"}])"), metadata = by_manager["metadata"];
  metadata.set("annotations", *parse_json(R"({"cert-manager.io/cluster-issuer":"x"})"));
  by_manager.set("metadata", metadata);
  EXPECT_EQ(remarks({by_manager}), "") << "it makes the certificate";
  EXPECT_EQ(
      remarks({spec_of(ours("Deployment", "api"), R"({"template":{"spec":{"serviceAccountName":"nope"}}})")}),
      "Deployment api: there is no ServiceAccount nope in namespace orders: its pods cannot be created");
  with.create(spec_of(ours("Deployment", "still"), R"({"paused":true})"));
  const std::string paused = remarks({spec_of(ours("Deployment", "still"), R"({"replicas":2})")});
  EXPECT_NE(paused.find("Deployment still is paused"), std::string::npos) << paused;
  EXPECT_NE(paused.find("kubectl -n orders rollout resume deployment still"), std::string::npos) << paused;
}

TEST_F(cluster_plans, show_of_what_is_new_its_host_labels_and_variables) {
  const json api =
      spec_of(ours("Deployment", "api"),
              R"({"replicas":2,"template":{"spec":{"containers":[{"name":"api","image":"orders:1","env":[
                                {"name":"MOOD","value":"good"},
                                {"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"tokens","key":"a"}}}]}]}}})");
  EXPECT_EQ(
      lines(planned({api})),
      "+ Deployment api\n    labels cicd.dev/pipeline=orders cicd.dev/environment=prod\n    replicas 2\n"
      "    container api: orders:1\n      MOOD=good\n      TOKEN=key a of Secret tokens");
}

TEST_F(cluster_plans, are_approved_without_what_is_taken_over_for_once_unless_that_was_approved) {
  const cluster_plan plan = planned({ours("Service", "api")});
  deployment_record plain, taking;
  taking.taken_over = {"helm"};
  EXPECT_NE(approval_digest(plan, plain), approval_digest(plan, taking));
}

TEST_F(cluster_plans, are_approved_with_the_managers_that_the_environment_takes_over) {
  const cluster_plan plan = planned({ours("Service", "api")});
  cluster_plan forced = plan;
  forced.objects.at(0).managers = {"helm"};
  EXPECT_NE(approval_digest(plan, {}), approval_digest(forced, {}));
}

TEST_F(cluster_plans, name_a_foreign_field_manager_unless_it_is_taken_over) {
  with.create(ours("Service", "api"));
  api_failure conflict{409, "Conflict", "Apply failed with 1 conflict", {}};
  conflict.causes = {{"FieldManagerConflict", ".spec.replicas", "conflict with \"helm\" using v1"}};
  server->refusals["apply Service api"] = conflict;
  const error failure = refused({ours("Service", "api")});
  EXPECT_EQ(failure.kind, exit_class::conflict);
  EXPECT_NE(text_of(failure).find("helm"), std::string::npos) << text_of(failure);
}

TEST_F(cluster_plans, have_a_fingerprint_that_moves_with_what_is_there_and_what_is_wanted) {
  with.create(with_spec(ours("Deployment", "api"), 2));
  const digest first = fingerprint_of(planned({with_spec(ours("Deployment", "api"), 3)}));
  EXPECT_EQ(first, fingerprint_of(planned({with_spec(ours("Deployment", "api"), 3)})));
  EXPECT_NE(first, fingerprint_of(planned({with_spec(ours("Deployment", "api"), 4)})));
  with.apply({with_spec(ours("Deployment", "api"), 5)}, {});
  EXPECT_NE(first, fingerprint_of(planned({with_spec(ours("Deployment", "api"), 3)})));
}

TEST_F(cluster_plans, of_a_branchs_copy_have_one_fingerprint_and_approval_whatever_its_end_is) {
  const auto plan_until = [&](const char* end, int replicas = 2) {
    json api = with_spec(ours("Deployment", "api"), replicas), metadata = api["metadata"];
    metadata.set("annotations", members_of("cicd.dev/expires", end));
    api.set("metadata", std::move(metadata));
    cluster_plan plan = planned({api});
    plan.place.branch_key = "fix-click";
    return plan;
  };
  with.apply({plan_until("2026-12-07T19:00:00Z").objects.front().wanted}, {});
  const cluster_plan same = plan_until("2026-12-07T19:00:00Z"), later = plan_until("2026-12-07T20:00:00Z");
  EXPECT_EQ(fingerprint_of(later), fingerprint_of(same));
  EXPECT_EQ(approval_digest(later, {}), approval_digest(same, {}));
  const cluster_plan other = plan_until("2026-12-07T19:00:00Z", 3);
  EXPECT_NE(fingerprint_of(other), fingerprint_of(same));
  EXPECT_NE(approval_digest(other, {}), approval_digest(same, {}));
}

TEST_F(cluster_plans, that_are_saved_hold_no_secret) {
  json secret = ours("Secret", "key"), data(json::object{});
  data.set("password", "aHVudGVyMg==");
  secret.set("data", std::move(data));
  with.create(secret);
  const cluster_plan plan = planned({secret, ours("Service", "api")});
  EXPECT_EQ(pretty(saved_plan_of(plan, {})).find("aHVudGVyMg"), std::string::npos);
}

TEST_F(cluster_plans, ask_nothing_of_a_kind_whose_definition_comes_with_it) {
  json widget = fake_cluster::object("Widget", "one", "");
  widget.set("apiVersion", "example.com/v1");
  server->refusals["apply Widget.example.com one"] =
      api_failure{404, "UnknownKind", "the cluster does not have the kind Widget", {}};
  EXPECT_EQ(refused({widget}).kind, exit_class::usage);
  const result<json> definition = parse_json(
      R"({"kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
          "spec":{"group":"example.com","scope":"Cluster","names":{"kind":"Widget"}}})");
  ASSERT_TRUE(definition);
  const cluster_plan plan = planned({widget, *definition});
  EXPECT_EQ(lines(plan), "+ CustomResourceDefinition widgets.example.com\n+ Widget.example.com one");
  EXPECT_EQ(plan.objects.back().key, (object_key{"Widget.example.com", "", "one"}));
}

TEST_F(cluster_plans, never_take_another_groups_kind_for_one_of_ours) {
  const json core = ours("Service", "api");
  json other = core;
  other.set("apiVersion", "serving.example.com/v1");
  with.create(core);
  EXPECT_EQ(lines(planned({core, other})), "+ Service.serving.example.com api");
  with.create(other);
  cluster_state before;
  before.inventory = {object_key::of(core), object_key::of(other)};
  EXPECT_EQ(lines(planned({core}, before)), "- Service.serving.example.com api");
  EXPECT_EQ(lines(planned({other}, before)), "- Service api");
}

TEST_F(cluster_plans, an_object_that_is_being_deleted_is_not_there_and_what_holds_it_is_said) {
  with.create(being_deleted(ours("Ingress", "api")));
  const cluster_plan plan = planned({ours("Ingress", "api")});
  EXPECT_EQ(lines(plan),
            "+ Ingress api, once the one that is being deleted is gone, which waits for finalizer "
            "example.com/keep");
  EXPECT_TRUE(plan.changes_objects());
}

TEST_F(cluster_plans, do_not_remove_again_what_is_being_deleted_and_remember_it) {
  with.create(being_deleted(ours("Ingress", "old")));
  cluster_state before;
  before.inventory = {{"Ingress", "orders", "old"}};
  const cluster_plan plan = planned({ours("Service", "api")}, before);
  EXPECT_EQ(lines(plan),
            "+ Service api\n! Ingress old is being deleted, and waits for finalizer example.com/keep");
  EXPECT_EQ(plan.staying.size(), 1U);
}

TEST_F(cluster_plans, a_namespace_that_is_being_deleted_is_a_conflict) {
  server->objects.at({"Namespace", "", "orders"}) =
      being_deleted(fake_cluster::object("Namespace", "orders"));
  const error failure = refused({ours("Service", "api")});
  EXPECT_EQ(failure.kind, exit_class::conflict);
  EXPECT_EQ(failure.what, "the namespace is being deleted");
}

TEST_F(cluster_plans, of_another_repository_are_a_conflict_with_its_name) {
  about.record.source = {"git.example.com/shop/copy", "", ""};
  cluster_state before;
  before.record = deployment_record{};
  before.record->source = {"git.example.com/shop/orders", "", "api"};
  auto plan = plan_objects(with, about, {ours("Service", "api")}, before);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, exit_class::conflict);
  EXPECT_EQ(plan.error().value, "git.example.com/shop/orders//api");
  EXPECT_NE(text_of(plan.error()).find("add_pipeline(orders FORMERLY git.example.com/shop/orders//api)"),
            std::string::npos);
  pipeline.declared.formerly = {text("git.example.com/shop/orders//api")};
  EXPECT_TRUE(plan_objects(with, about, {ours("Service", "api")}, before));
}

TEST_F(cluster_plans, an_object_of_another_repository_is_neither_changed_nor_removed) {
  json theirs = ours("Service", "api");
  json metadata = theirs["metadata"], annotations(json::object{});
  annotations.set("cicd.dev/source", "git.example.com/shop/orders");
  metadata.set("annotations", std::move(annotations));
  theirs.set("metadata", std::move(metadata));
  with.create(theirs);
  about.record.source = {"git.example.com/shop/copy", "", ""};
  EXPECT_EQ(refused({ours("Service", "api")}).what, "Service api is of another repository");
  cluster_state before;
  before.inventory = {{"Service", "orders", "api"}};
  EXPECT_EQ(lines(planned({ours("Service", "web")}, before)),
            "+ Service web\n! Service api stays: it is of git.example.com/shop/orders");
}

TEST_F(cluster_plans, of_before_sources_were_kept_are_anybodys) {
  about.record.source = {"git.example.com/shop/orders", "", ""};
  cluster_state before;
  before.record = deployment_record{};
  with.create(ours("Service", "api"));
  EXPECT_EQ(lines(planned({ours("Service", "api")}, before)), "");
}

}  // namespace
}  // namespace cicd
