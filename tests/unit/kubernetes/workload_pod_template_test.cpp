// What pods hold: variables, files, volumes, accounts, further containers, and what of it rolls them.
#include "rendering.hpp"

namespace {

using namespace rendering;

std::string env_text(const std::vector<object>& objects) {
  return compact(container_of(objects)["env"]);
}

TEST(variables, a_fact_of_the_pod_alone_is_a_field) {
  const auto objects = rendered(orders({.name = "api", .env = {{"DD_AGENT_HOST", "{node_ip}"}}}));
  EXPECT_EQ(env_text(objects),
            R"([{"name":"DD_AGENT_HOST","valueFrom":{"fieldRef":{"fieldPath":"status.hostIP"}}}])");
}

TEST(variables, a_fact_of_the_pod_inside_a_text_comes_from_a_variable_before_it) {
  const auto objects =
      rendered(orders({.name = "api", .env = {{"AGENT", "http://{node_ip}:8126/$(OTHER)"}}}));
  EXPECT_EQ(env_text(objects),
            R"([{"name":"CICD_NODE_IP","valueFrom":{"fieldRef":{"fieldPath":"status.hostIP"}}},)"
            R"-({"name":"AGENT","value":"http://$(CICD_NODE_IP):8126/$(OTHER)"}])-");
}

TEST(variables, every_fact_of_a_pod_has_its_field) {
  service api{.name = "api"};
  api.env = {{"A", "{node_name}"}, {"B", "{pod_ip}"}, {"C", "{pod_name}"}, {"D", "{namespace}"}};
  std::vector<std::string> fields;
  const json variables = container_of(rendered(orders(api)))["env"];
  for (const json& each : variables.elements())
    fields.push_back(each["valueFrom"]["fieldRef"]["fieldPath"].text());
  EXPECT_THAT(fields, ElementsAre("spec.nodeName", "status.podIP", "metadata.name", "metadata.namespace"));
}

TEST(variables, whole_sources_are_named) {
  service api{.name = "api"};
  api.env_from = {"config/orders", "secret/orders-env"};
  EXPECT_EQ(compact(container_of(rendered(orders(api)))["envFrom"]),
            R"([{"configMapRef":{"name":"orders"}},{"secretRef":{"name":"orders-env"}}])");
}

service with_files() {
  service api = whole_api();
  api.config_files = {{"config/app.yaml", "/etc/orders/app.yaml"}, {"bytes.bin", "/etc/orders/bytes.bin"}};
  return api;
}
release_facts facts_with(std::string yaml) {
  release_facts facts = facts_of();
  facts.files = {{"config/app.yaml", std::move(yaml)}, {"bytes.bin", std::string("\xff\0\1", 3)}};
  return facts;
}

TEST(config_files, become_a_config_map_that_is_mounted_file_by_file) {
  const auto objects = rendered(orders(with_files()), facts_with("a: 1\n"));
  const json& map = content_of(objects, "ConfigMap");
  EXPECT_EQ(map["metadata"]["name"].text(), "orders-api-files");
  EXPECT_EQ(compact(map["data"]), R"({"config.app.yaml":"a: 1\n"})");
  EXPECT_EQ(compact(map["binaryData"]), R"({"bytes.bin":"/wAB"})");
  EXPECT_EQ(
      compact(container_of(objects)["volumeMounts"].elements().at(1)),
      R"({"name":"files","mountPath":"/etc/orders/app.yaml","subPath":"config.app.yaml","readOnly":true})");
}

TEST(config_files, two_files_never_share_a_key) {
  service api{.name = "api"};
  api.config_files = {{"a/b", "/1"}, {"a.b", "/2"}, {"with space", "/3"}};
  release_facts facts = facts_of();
  facts.files = {{"a/b", "1"}, {"a.b", "2"}, {"with space", "3"}};
  EXPECT_EQ(content_of(rendered(orders(api), facts), "ConfigMap")["data"].members().size(), 3U);
}

TEST(config_files, other_content_rolls_the_pods_and_the_same_does_not) {
  const auto digest = [](const release_facts& facts) {
    return pod_of(rendered(orders(with_files()), facts))["metadata"]["annotations"]["cicd.dev/config"].text();
  };
  EXPECT_FALSE(digest(facts_with("a: 1\n")).empty());
  EXPECT_EQ(digest(facts_with("a: 1\n")), digest(facts_with("a: 1\n")));
  EXPECT_NE(digest(facts_with("a: 1\n")), digest(facts_with("a: 2\n")));
}

TEST(config_files, that_are_missing_or_too_large_are_refused) {
  EXPECT_THAT(refusal_of(orders(with_files())),
              HasSubstr("there is no such file below the source folder: 'config/app.yaml'"));
  const std::string words = refusal_of(orders(with_files()), facts_with(std::string(1024 * 1024, 'x')));
  EXPECT_THAT(words, HasSubstr("ConfigMap orders-api-files holds 1048576 at most"));
}

TEST(configuration, of_the_cluster_rolls_exactly_the_pods_that_read_it) {
  declared_pipeline pipeline = orders({.name = "api", .env_from = {"config/orders"}});
  pipeline.declared.services.push_back({.name = "worker"});
  const auto pods = [&](const std::string& digest) {
    release_facts facts = facts_of();
    facts.config_digests = {{"config/orders", digest}};
    std::vector<std::string> pods;
    for (const object& each : rendered(pipeline, facts))
      if (each.kind == "Deployment") pods.push_back(compact(each.content["spec"]["template"]));
    return pods;
  };
  const auto before = pods("one"), after = pods("two");
  EXPECT_NE(before.at(0), after.at(0));
  EXPECT_EQ(before.at(1), after.at(1));
}

TEST(configuration, that_is_read_is_listed_once) {
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.services.front().env_from = {"config/orders", "secret/orders-db"};
  pipeline.declared.services.front().volumes = {{"secret:orders-tls", "/tls"}, {"claim:data", "/data"}};
  pipeline.declared.cron_jobs = {closing()};
  pipeline.declared.cron_jobs.front().secret_env = {{"KEY", "jobs", "key"}};
  pipeline.declared.containers = {{.name = "agent",
                                   .of = {"api"},
                                   .secret_env = {{"KEY", "agent", "key"}},
                                   .volumes = {{"config:agent", "/etc/agent"}}}};
  EXPECT_THAT(configuration_read_by(pipeline, "stage"),
              ElementsAre("config/agent", "config/orders", "secret/agent", "secret/jobs", "secret/orders-db",
                          "secret/orders-tls"));
}

TEST(volumes, equal_sources_are_one_volume_in_all_containers) {
  declared_pipeline pipeline = orders({.name = "api", .volumes = {{"empty", "/a"}, {"secret:tls", "/tls"}}});
  pipeline.declared.images.front().jar = {};
  pipeline.declared.containers = {
      {.name = "agent", .of = {"api"}, .role = container_role::sidecar, .volumes = {{"empty", "/b"}}}};
  const json pod = pod_of(rendered(pipeline))["spec"];
  EXPECT_EQ(compact(pod["volumes"]),
            R"([{"name":"empty","emptyDir":{}},{"name":"secret-tls","secret":{"secretName":"tls"}}])");
  EXPECT_EQ(compact(pod["initContainers"].elements().at(0)["volumeMounts"]),
            R"([{"name":"empty","mountPath":"/b"}])");
}

TEST(volumes, a_mount_on_tmp_takes_the_place_of_the_empty_one) {
  service api{.name = "api", .volumes = {{"empty:1Gi", "/tmp"}}};
  EXPECT_EQ(compact(pod_of(rendered(orders(api)))["spec"]["volumes"]),
            R"([{"name":"empty-1gi","emptyDir":{"sizeLimit":"1Gi"}}])");
}

TEST(containers, run_before_and_beside_with_the_images_that_they_name) {
  const std::string foreign = "agents/agent@sha256:" + std::string(64, 'b');
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.containers = {
      {.name = "migrate", .of = {"api"}, .role = container_role::init, .command = {"migrate"}},
      {.name = "agent", .of = {"api"}, .role = container_role::sidecar, .image = text::from(foreign)},
      {.name = "other", .of = {"worker"}}};
  const json pod = pod_of(rendered(pipeline))["spec"];
  const auto& containers = pod["initContainers"].elements();
  ASSERT_EQ(containers.size(), 2U);
  EXPECT_EQ(containers[0]["image"].text(), reference);
  EXPECT_TRUE(containers[0]["restartPolicy"].is_null());
  EXPECT_EQ(containers[1]["image"].text(), foreign);
  EXPECT_EQ(containers[1]["restartPolicy"].text(), "Always");
}

TEST(containers, of_an_image_that_is_not_known_keep_its_user) {
  declared_pipeline pipeline = orders(whole_api());
  const std::string foreign = "agents/agent@sha256:" + std::string(64, 'b');
  pipeline.declared.containers = {
      {.name = "agent", .of = {"api"}, .role = container_role::sidecar, .image = text::from(foreign)}};
  const json pod = pod_of(rendered(pipeline))["spec"];
  EXPECT_TRUE(pod["securityContext"].is_null());
  EXPECT_TRUE(pod["initContainers"].elements().at(0)["securityContext"].is_null());
  EXPECT_EQ(pod["containers"].elements().at(0)["securityContext"]["runAsUser"].integer(), 10001);
}

TEST(accounts, are_made_with_a_role_and_once_for_all_who_share_them) {
  declared_pipeline pipeline =
      orders({.name = "api", .service_account = "orders", .role = "arn:aws:iam::1:role/a"});
  pipeline.declared.services.push_back(
      {.name = "worker", .service_account = "orders", .role = "arn:aws:iam::1:role/a"});
  const auto objects = rendered(pipeline);
  EXPECT_THAT(names_of(objects),
              ElementsAre("Deployment orders-api", "Deployment orders-worker", "ServiceAccount orders"));
  EXPECT_EQ(
      content_of(objects, "ServiceAccount")["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].text(),
      "arn:aws:iam::1:role/a");
  pipeline.declared.services.back().role = "arn:aws:iam::1:role/b";
  EXPECT_THAT(refusal_of(pipeline), HasSubstr("the service account orders cannot have two roles"));
}

TEST(accounts, without_one_no_token_is_mounted) {
  const json bare = pod_of(rendered(orders({.name = "api"})))["spec"];
  EXPECT_FALSE(bare["automountServiceAccountToken"].boolean(true));
  const auto with_role = rendered(orders({.name = "api", .role = "arn:aws:iam::1:role/a"}));
  EXPECT_EQ(pod_of(with_role)["spec"]["serviceAccountName"].text(), "orders-api");
  EXPECT_TRUE(pod_of(with_role)["spec"]["automountServiceAccountToken"].boolean());
}

TEST(drain, is_a_sleep_where_the_cluster_has_it) {
  const auto sleep_of = [](service api, int minor) {
    release_facts facts = facts_of();
    facts.server_minor = minor;
    return container_of(rendered(orders(std::move(api)), facts))["lifecycle"]["preStop"]["sleep"]["seconds"]
        .integer();
  };
  service asked = whole_api();
  asked.drain = "12s";
  EXPECT_EQ(sleep_of(whole_api(), 30), 5);
  EXPECT_EQ(sleep_of(whole_api(), 29), 0);
  EXPECT_EQ(sleep_of(whole_api(), 0), 0);
  EXPECT_EQ(sleep_of(asked, 0), 12);
  EXPECT_EQ(sleep_of(asked, 29), 0);
  EXPECT_EQ(sleep_of({.name = "worker"}, 34), 0);
}

TEST(drain, is_within_the_time_to_end) {
  service api = whole_api();
  const auto grace_of = [](const service& of) {
    return pod_of(rendered(orders(of)))["spec"]["terminationGracePeriodSeconds"].integer();
  };
  EXPECT_EQ(grace_of(api), 30);
  api.drain = "20s";
  EXPECT_EQ(grace_of(api), 45);
}

TEST(drain, is_left_out_by_itself_where_the_time_to_end_has_no_room_for_it) {
  service api = whole_api();
  release_facts facts = facts_of();
  facts.server_minor = 34;
  EXPECT_FALSE(container_of(rendered(orders(api), facts))["lifecycle"].is_null());
  api.grace = "5s";
  EXPECT_TRUE(container_of(rendered(orders(api), facts))["lifecycle"].is_null());
}

TEST(drain, what_a_version_lacks_is_said) {
  release_facts facts = facts_of();
  facts.server_minor = 29;
  EXPECT_THAT(remarks_on(orders(whole_api()), facts),
              testing::Contains(HasSubstr("DRAIN needs Kubernetes 1.30")));
  facts.server_minor = 30;
  EXPECT_THAT(remarks_on(orders(whole_api()), facts), Not(testing::Contains(HasSubstr("DRAIN"))));
}

TEST(probes, liveness_only_where_it_is_asked_for_and_after_the_start) {
  service api{.name = "api", .port = 80};
  api.live = "/live";
  api.start_within = "61s";
  const json container = container_of(rendered(orders(api)));
  EXPECT_EQ(container["livenessProbe"]["httpGet"]["path"].text(), "/live");
  EXPECT_EQ(container["startupProbe"]["httpGet"]["path"].text(), "/live");
  EXPECT_EQ(container["startupProbe"]["failureThreshold"].integer(), 31);
  EXPECT_TRUE(container["readinessProbe"].is_null());
}

TEST(resources, limits_are_those_that_are_declared) {
  service api = whole_api();
  api.cpu_limit = "2";
  api.memory_limit = "3Gi";
  EXPECT_EQ(compact(container_of(rendered(orders(api)))["resources"]),
            R"({"requests":{"cpu":"500m","memory":"1Gi"},"limits":{"cpu":"2","memory":"3Gi"}})");
}

TEST(places, nodes_taints_and_spread) {
  service api = whole_api();
  api.node_selector = {{"kubernetes.io/arch", "amd64"}};
  api.tolerations = {"dedicated=orders:NoSchedule", "spot"};
  api.spread = toggle::off;
  const json pod = pod_of(rendered(orders(api)))["spec"];
  EXPECT_EQ(compact(pod["nodeSelector"]), R"({"kubernetes.io/arch":"amd64"})");
  EXPECT_EQ(
      compact(pod["tolerations"]),
      R"([{"key":"dedicated","operator":"Equal","value":"orders","effect":"NoSchedule"},{"key":"spot","operator":"Exists"}])");
  EXPECT_TRUE(pod["topologySpreadConstraints"].is_null());
}

TEST(rights, root_can_be_read_only_or_not_as_declared) {
  declared_pipeline pipeline = orders({.name = "api", .user = 77U, .read_only_root = toggle::on});
  pipeline.declared.images.front().jar = {};
  const json pod = pod_of(rendered(pipeline))["spec"];
  EXPECT_TRUE(pod["containers"].elements().at(0)["securityContext"]["readOnlyRootFilesystem"].boolean());
  EXPECT_EQ(compact(pod["volumes"]), R"([{"name":"tmp","emptyDir":{}}])");
  EXPECT_EQ(pod["securityContext"]["runAsUser"].integer(), 77);
  service off{.name = "api", .read_only_root = toggle::off};
  EXPECT_TRUE(container_of(rendered(orders(off)))["securityContext"]["readOnlyRootFilesystem"].is_null());
}

TEST(accounts, that_of_pods_without_one_is_sent_too_since_an_alias_would_keep_the_old_one) {
  declared_pipeline pipeline = orders({.name = "api"});
  pipeline.declared.cron_jobs = {closing()};
  const auto objects = rendered(pipeline);
  EXPECT_EQ(pod_of(objects)["spec"]["serviceAccountName"].text(), "default");
  const json& job = content_of(objects, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"];
  EXPECT_EQ(job["serviceAccountName"].text(), "default");
}

TEST(resources, what_is_only_limited_is_requested_likewise_as_the_server_would_write_and_keep) {
  service api{.name = "api", .cpu_limit = "2", .memory_limit = "3Gi"};
  EXPECT_EQ(compact(container_of(rendered(orders(api)))["resources"]),
            R"({"requests":{"cpu":"2","memory":"3Gi"},"limits":{"cpu":"2","memory":"3Gi"}})");
}

/// `migrate` before the service, with the environment's Secret.
declared_pipeline migrating() {
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.containers = {{.name = "migrate",
                                   .of = {"api"},
                                   .role = container_role::init,
                                   .command = {"migrate"},
                                   .secret_env = {{"DATABASE_URL", "orders-db", "url"}}},
                                  {.name = "warm", .of = {"api"}, .role = container_role::init},
                                  {.name = "proxy", .of = {"api"}, .role = container_role::sidecar}};
  return pipeline;
}

std::vector<std::string> initial_of(const declared_pipeline& pipeline, const release_facts& facts) {
  std::vector<std::string> names;
  const auto objects = rendered(pipeline, facts);
  for (const json& each : pod_of(objects)["spec"]["initContainers"].elements())
    names.push_back(each["name"].text());
  return names;
}

TEST(containers, that_run_before_or_read_secrets_run_in_copies_of_branches_only_where_these_are_named) {
  declared_pipeline pipeline = migrating();
  EXPECT_THAT(initial_of(pipeline, facts_of("prod")), ElementsAre("migrate", "warm", "proxy"));
  for (const track on : {track::preview, track::canary}) {
    EXPECT_THAT(initial_of(pipeline, branch_facts_of(on)), ElementsAre("proxy"));
    for (const char* name : {"migrate", "warm"})
      EXPECT_THAT(remarks_on(pipeline, branch_facts_of(on)),
                  testing::Contains(HasSubstr(std::string("container ") + name
                                              + " is ROLE init or reads Secrets, and does not run in this")));
  }
  pipeline.declared.containers.push_back(
      {.name = "migrate", .in = {"preview"}, .secret_env = {{"DATABASE_URL", "preview-db", "url"}}});
  EXPECT_THAT(initial_of(pipeline, branch_facts_of(track::canary)), ElementsAre("proxy"));
  EXPECT_THAT(initial_of(pipeline, branch_facts_of(track::preview)), ElementsAre("migrate", "proxy"));
  const json pod = pod_of(rendered(pipeline, branch_facts_of(track::preview)));
  const std::string first = compact(pod["spec"]["initContainers"].elements().at(0));
  EXPECT_THAT(first, HasSubstr(R"("secretKeyRef":{"name":"preview-db","key":"url"})"));
  EXPECT_THAT(first, HasSubstr(R"("command":["migrate"])"));
  EXPECT_THAT(compact(pod_of(rendered(pipeline, facts_of("prod")))), Not(HasSubstr("preview-db")));
}

TEST(containers, that_mount_a_secret_read_it_too) {
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.containers = {
      {.name = "agent", .of = {"api"}, .role = container_role::sidecar, .volumes = {{"secret:key", "/key"}}}};
  EXPECT_THAT(initial_of(pipeline, facts_of("prod")), ElementsAre("agent"));
  EXPECT_THAT(initial_of(pipeline, branch_facts_of(track::preview)), ElementsAre());
}

TEST(copies_of_branches, have_values_of_their_own_over_those_of_their_environment) {
  declared_pipeline pipeline = orders(whole_api());
  pipeline.declared.services.push_back({.name = "api",
                                        .in = {"preview"},
                                        .env = {{"MOOD", "careful"}},
                                        .secret_env = {{"DATABASE_URL", "preview-db", "url"}}});
  pipeline.declared.services.push_back({.name = "api", .in = {"prod"}, .env = {{"MOOD", "real"}}});
  const auto text = [&](const release_facts& facts) {
    return compact(container_of(rendered(pipeline, facts)));
  };
  const std::string preview = text(branch_facts_of(track::preview)),
                    canary = text(branch_facts_of(track::canary));
  EXPECT_THAT(preview, HasSubstr(R"({"name":"MOOD","value":"careful"})"));
  EXPECT_THAT(preview, HasSubstr(R"("name":"preview-db")"));
  EXPECT_THAT(preview, HasSubstr("APP_ENDPOINT"));
  EXPECT_THAT(canary, HasSubstr(R"({"name":"MOOD","value":"real"})"));
  EXPECT_THAT(canary, HasSubstr(R"("name":"orders-db")"));
  EXPECT_EQ(canary.find("preview-db"), std::string::npos);
  EXPECT_THAT(configuration_read_by(pipeline, "prod", track::preview), ElementsAre("secret/preview-db"));
  EXPECT_THAT(configuration_read_by(pipeline, "prod"), ElementsAre("secret/orders-db"));
}

}  // namespace
