// What a plan says of each object, and what it never removes.
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/cluster/plan.hpp>

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
            "+ Service api\n! Service old stays: it no longer bears the labels of this environment");
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
  const auto ingress = [&](std::string name) {
    json rule(json::object{}), rules(json::array{}), spec(json::object{}),
        object = ours("Ingress", std::move(name));
    rule.set("host", "orders.example.com");
    rules.push(std::move(rule));
    spec.set("rules", std::move(rules));
    object.set("spec", std::move(spec));
    return object;
  };
  with.create(ingress("theirs"));
  const error failure = refused({ingress("mine")});
  EXPECT_EQ(failure.kind, exit_class::conflict);
  EXPECT_NE(text_of(failure).find("theirs"), std::string::npos);
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
