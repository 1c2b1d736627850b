// A small pipeline and what of its objects the tests look at, shared by the suites of this room.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/kubernetes/render/objects.hpp>

namespace rendering {

using namespace cicd;
using namespace cicd::kubernetes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

inline const std::string commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
inline const std::string reference = "services/orders:1a2b3c4@sha256:" + std::string(64, 'a');

inline declared_pipeline orders(service api) {
  declared_pipeline pipeline;
  pipeline.declared.name = "orders";
  pipeline.declared.images = {image{.name = "image", .jar = "target/*.jar"}};
  pipeline.declared.services = {std::move(api)};
  pipeline.declared.environments = {environment{.name = "stage"},
                                    environment{.name = "prod", .namespace_name = "shop"}};
  return pipeline;
}

inline service whole_api() {
  return {.name = "api",
          .port = 8080,
          .replicas = 2,
          .host = {"orders.example.com"},
          .ready = "/health",
          .env = {{"APP_ENDPOINT", "https://{host}"}, {"DD_VERSION", "{commit_short}"}},
          .secret_env = {{"DATABASE_URL", "orders-db", "url"}},
          .cpu = "500m",
          .memory = "1Gi"};
}

inline cron_job closing() {
  return {.name = "close-stale-orders", .schedule = "*/15 * * * *", .command = {"orders-cli", "close-stale"}};
}

inline release_facts facts_of(std::string environment = "stage") {
  return {.pipeline = "orders",
          .environment = std::move(environment),
          .images = {{"image", {reference, "1a2b3c4", commit, "main"}}}};
}

/// A preview or a canary of `feature/Close stale`.
inline release_facts branch_facts_of(track on, std::string environment = "prod") {
  release_facts facts = facts_of(std::move(environment));
  facts.on = on;
  facts.of_branch.branch = "feature/Close stale";
  facts.of_branch.services = {"api"};
  facts.of_branch.expires = "2026-11-24T03:00:00Z";
  if (on == track::preview) facts.of_branch.host = "orders.close.example.com";
  return facts;
}

inline std::vector<object> rendered(const declared_pipeline& pipeline,
                                    const release_facts& facts = facts_of()) {
  auto objects = objects_of(pipeline, facts);
  EXPECT_TRUE(objects) << text_of(objects.error());
  return objects ? *objects : std::vector<object>{};
}

inline const json& content_of(const std::vector<object>& objects, std::string_view kind) {
  static const json none;
  for (const object& each : objects)
    if (each.kind == kind) return each.content;
  return none;
}

inline std::vector<std::string> names_of(const std::vector<object>& objects) {
  std::vector<std::string> names;
  for (const object& each : objects) names.push_back(each.kind + ' ' + each.name);
  return names;
}

inline const json& pod_of(const std::vector<object>& objects) {
  return content_of(objects, "Deployment")["spec"]["template"];
}
inline const json& container_of(const std::vector<object>& objects) {
  return pod_of(objects)["spec"]["containers"].elements().at(0);
}

inline std::vector<std::string> keys_of(const json& value) {
  std::vector<std::string> keys;
  for (const auto& [key, member] : value.members()) keys.push_back(key);
  return keys;
}

inline std::vector<std::string> variables_of(const std::vector<object>& objects) {
  std::vector<std::string> variables;
  for (const json& each : container_of(objects)["env"].elements())
    variables.push_back(each["name"].text() + "=" + each["value"].text());
  return variables;
}

/// What a pipeline that cannot be rendered says.
inline std::string refusal_of(const declared_pipeline& pipeline, const release_facts& facts = facts_of()) {
  const auto objects = objects_of(pipeline, facts);
  if (objects) return "was rendered";
  EXPECT_EQ(objects.error().kind, exit_class::usage);
  return text_of(objects.error());
}

}  // namespace rendering
