// A deploy on an API server in memory: what it writes in which order, and what is there after each way out.
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/deploy.hpp>

#include "allowed.hpp"
#include "fake_cluster.hpp"

namespace cicd {
namespace {

using kubernetes::api_failure;
using kubernetes::fake_cluster;
using kubernetes::object_key;
using texts = std::vector<std::string>;

class cluster_deploys : public testing::Test {
 protected:
  void SetUp() override {
    with.create(fake_cluster::object("Namespace", "orders"));
    pipeline.declared.name = dns_label("orders");
    place.name = dns_label("prod");
    options.holder = "Ada, run 1";
    options.may = [](const cluster_plan&) -> result<permit> { return allowed(); };
  }

  /// A release of these ConfigMaps, which a team's own manifests name.
  result<cluster_deploy_result> deploy(const texts& maps, const std::string& version = "v1") {
    wanted_release wanted;
    wanted.pipeline = &pipeline;
    wanted.where = &place;
    wanted.place = {"orders", "prod", "orders"};
    wanted.facts.pipeline = "orders";
    wanted.facts.environment = "prod";
    for (const std::string& name : maps) {
      wanted.facts.manifests.push_back(name + ".yaml");
      wanted.facts.files[name + ".yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name
                                           + "\ndata:\n  version: " + version + "\n";
    }
    wanted.record.pipeline = "orders";
    wanted.record.environment = "prod";
    wanted.record.version = version;
    wanted.record.manifests = sha256(version);
    const cluster_deploy_options now = options;
    return deploy_to_cluster([&] { return opened(); }, std::move(wanted), now);
  }
  result<std::unique_ptr<kubernetes::cluster>> opened() {
    return std::unique_ptr<kubernetes::cluster>(std::make_unique<fake_cluster>(server));
  }
  cluster_state state() { return *read_cluster_state(with, {"orders", "prod", "orders"}); }
  bool exists(const std::string& name) { return bool(with.get({"ConfigMap", "orders", name})); }
  std::string version_of(const std::string& name) {
    return with.get({"ConfigMap", "orders", name}).object["data"]["version"].text();
  }
  texts inventory() {
    texts names;
    for (const object_key& each : state().inventory) names.push_back(each.name);
    std::ranges::sort(names);
    return names;
  }

  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  fake_cluster with{server};
  declared_pipeline pipeline;
  environment place;
  cluster_deploy_options options;
};

TEST_F(cluster_deploys, write_the_intent_before_the_first_object_and_the_record_after_the_last) {
  ASSERT_TRUE(deploy({"a"}));
  texts writes;
  for (const std::string& each : server->writes)
    if (each.find("Lease") == each.npos && each.find("Namespace") == each.npos) writes.push_back(each);
  EXPECT_EQ(writes, (texts{"create ConfigMap cicd.orders.prod", "apply ConfigMap a",
                           "replace ConfigMap cicd.orders.prod", "apply ConfigMap cicd.orders.prod.000001"}));
  EXPECT_EQ(state().record->outcome, "deployed");
}

TEST_F(cluster_deploys, with_nothing_to_do_write_nothing_but_the_lock) {
  ASSERT_TRUE(deploy({"a"}));
  server->writes.clear();
  const auto again = deploy({"a"});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->changed, 0U);
  for (const std::string& each : server->writes) EXPECT_NE(each.find("Lease"), each.npos) << each;
}

TEST_F(cluster_deploys, that_fail_put_back_what_was_and_remove_what_was_new) {
  ASSERT_TRUE(deploy({"a"}, "v1"));
  options.verify = [] { return status(error{exit_class::step_failed, {}, "VERIFY failed", {}, {}}); };
  const auto failed = deploy({"a", "b"}, "v2");
  ASSERT_FALSE(failed);
  EXPECT_NE(text_of(failed.error()).find("rolled back: v1 runs again, and v2 does not"), std::string::npos)
      << text_of(failed.error());
  EXPECT_EQ(version_of("a"), "v1");
  EXPECT_FALSE(exists("b")) << "nobody would ever remove it";
  EXPECT_EQ(inventory(), texts{"a"});
  EXPECT_EQ(state().record->outcome, "rolled-back");
  EXPECT_EQ(state().record->generation, 2);
}

TEST_F(cluster_deploys, that_fail_first_have_nothing_to_return_to) {
  options.verify = [] { return status(error{exit_class::step_failed, {}, "VERIFY failed", {}, {}}); };
  const auto failed = deploy({"a"});
  ASSERT_FALSE(failed);
  EXPECT_NE(text_of(failed.error()).find("nothing to return to"), std::string::npos);
  EXPECT_TRUE(exists("a"));
  EXPECT_EQ(inventory(), texts{"a"});
  EXPECT_EQ(state().record->outcome, "failed");
}

TEST_F(cluster_deploys, that_are_refused_leave_nothing_behind) {
  options.may = [](const cluster_plan&) -> result<permit> {
    return error{exit_class::policy, {}, "on hold", {}, {}};
  };
  EXPECT_FALSE(deploy({"a"}));
  EXPECT_FALSE(exists("a"));
  EXPECT_FALSE(state().record);
}

TEST_F(cluster_deploys, that_are_refused_make_no_namespace) {
  server->objects.clear();
  server->writes.clear();
  place.create_namespace = true;
  place.namespace_name = dns_label("orders");
  pipeline.declared.environments = {place};
  options.may = [](const cluster_plan&) -> result<permit> {
    return error{exit_class::policy, {}, "this deploy is not approved", {}, {}};
  };
  const auto refused = deploy({"a"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy) << text_of(refused.error());
  EXPECT_EQ(server->writes, texts{});
}

TEST_F(cluster_deploys, make_ready_once_and_after_the_gate_although_that_is_asked_for_the_namespace_too) {
  server->objects.clear();
  place.create_namespace = true;
  place.namespace_name = dns_label("orders");
  pipeline.declared.environments = {place};
  int asked = 0, made_ready = 0;
  options.may = [&](const cluster_plan&) -> result<permit> { return ++asked, allowed(); };
  options.ready = [&](const permit&) -> status {
    ++made_ready;
    return error{exit_class::remote, {}, "the image cannot be copied", {}, {}};
  };
  const auto stopped = deploy({"a"});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().what, "the image cannot be copied") << text_of(stopped.error());
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(made_ready, 1);
  EXPECT_FALSE(exists("a"));
}

TEST_F(cluster_deploys, write_nothing_where_the_gate_was_not_asked) {
  options.may = {};
  const auto refused = deploy({"a"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::policy);
  EXPECT_FALSE(exists("a"));
}

TEST_F(cluster_deploys, remember_what_they_could_not_remove) {
  ASSERT_TRUE(deploy({"a", "b"}, "v1"));
  server->refusals["remove ConfigMap b"] = api_failure{403, "Forbidden", "configmaps is forbidden", {}};
  const auto done = deploy({"a"}, "v2");
  ASSERT_TRUE(done);
  EXPECT_EQ(joined(done->lines, "\n"), "ConfigMap b could not be removed: configmaps is forbidden");
  EXPECT_EQ(inventory(), (texts{"a", "b"}));
}

TEST_F(cluster_deploys, remember_what_stays_on_purpose) {
  ASSERT_TRUE(deploy({"a", "b"}, "v1"));
  json bare = fake_cluster::object("ConfigMap", "b");
  with.apply({bare}, {});
  ASSERT_TRUE(deploy({"a"}, "v2"));
  EXPECT_TRUE(exists("b"));
  EXPECT_EQ(inventory(), (texts{"a", "b"}));
}

TEST_F(cluster_deploys, whose_verify_took_so_long_that_another_deployed_let_that_one_be) {
  ASSERT_TRUE(deploy({"a"}, "v1"));
  options.verify = [&] {
    options.verify = nullptr;
    EXPECT_TRUE(deploy({"a", "b"}, "v3"));
    return status();
  };
  const auto late = deploy({"a"}, "v2");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, exit_class::conflict);
  EXPECT_EQ(version_of("a"), "v3");
  EXPECT_TRUE(exists("b"));
  EXPECT_EQ(state().record->version, "v3");
}

TEST_F(cluster_deploys, that_were_overtaken_while_they_watched_say_what_they_left) {
  ASSERT_TRUE(deploy({"a"}, "v1"));
  options.say = [&](const std::string& line) {
    if (line != "changed ConfigMap a") return;
    cluster_state now = state();
    now.record->generation = 9;
    now.record->version = "v9";
    ASSERT_TRUE(write_cluster_state(with, {"orders", "prod", "orders"}, now));
  };
  const auto late = deploy({"a"}, "v2");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, exit_class::conflict);
  EXPECT_NE(text_of(late.error()).find("nothing was put back"), std::string::npos) << text_of(late.error());
  EXPECT_EQ(state().record->version, "v9");
}

TEST_F(cluster_deploys, keep_a_hold_that_was_set_while_they_were_under_way) {
  options.verify = [&] {
    cluster_state now = state();
    now.hold = deployment_hold{"Grace", "wait", "", *utc_from("2026-01-02T03:04:05Z")};
    return write_cluster_state(with, {"orders", "prod", "orders"}, now);
  };
  ASSERT_TRUE(deploy({"a"}));
  ASSERT_TRUE(state().hold);
  EXPECT_EQ(state().hold->who, "Grace");
}

}  // namespace
}  // namespace cicd
