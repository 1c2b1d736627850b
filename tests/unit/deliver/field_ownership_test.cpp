// Managed fields handed over: whose they are before and after, what is left to others, and what a plan sees
// of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/cluster/field_ownership.hpp>

namespace {

using namespace cicd;

json read(std::string_view text) {
  return *parse_json(text);
}

json entry(std::string_view manager,
           std::string_view operation,
           std::string_view fields,
           std::string_view subresource = "") {
  json made = json()
                  .set("manager", manager)
                  .set("operation", operation)
                  .set("apiVersion", "apps/v1")
                  .set("fieldsV1", read(fields));
  if (!subresource.empty()) made.set("subresource", subresource);
  return made;
}

json deployment(std::vector<json> entries,
                std::string_view spec = R"({"replicas":3,"paused":false,"minReadySeconds":5})") {
  return json()
      .set("apiVersion", "apps/v1")
      .set("kind", "Deployment")
      .set("metadata", json().set("name", "shop").set("managedFields", json(std::move(entries))))
      .set("spec", read(spec));
}

const json* entry_of(const json& entries, std::string_view manager) {
  for (const json& each : entries.elements())
    if (each["manager"].text() == manager) return &each;
  return nullptr;
}

const std::string helm_fields = R"({"f:spec":{"f:replicas":{},"f:minReadySeconds":{}}})";
const json sent = read(R"({"spec":{"replicas":3}})");
const json not_sent = read(R"({"spec":{}})");

TEST(taking_over, finds_the_managers_that_are_named_and_own_something) {
  const json live = deployment({entry("helm", "Update", helm_fields), entry("other", "Update", "{}"),
                                entry("kubectl", "Update", "{}", "status"), entry("cicd", "Apply", "{}")});
  EXPECT_EQ(managers_taken_over(live, {"helm", "kubectl", "cicd"}),
            std::vector<std::string>{"helm"});
  EXPECT_TRUE(managers_taken_over(json(), {"helm"}).empty());
}

TEST(taking_over, makes_their_fields_ours_and_leaves_those_of_others) {
  const json after = managed_fields_after(
      deployment({entry("helm", "Update", helm_fields), entry("hpa", "Update", R"({"f:x":{}})")}), sent,
      {"helm"});
  EXPECT_EQ(entry_of(after, "helm"), nullptr);
  EXPECT_EQ((*entry_of(after, "cicd"))["fieldsV1"], read(helm_fields));
  EXPECT_EQ((*entry_of(after, "cicd"))["operation"].text(), "Apply");
  EXPECT_NE(entry_of(after, "hpa"), nullptr);
}

TEST(taking_over, adds_to_what_is_ours_already) {
  const json live = deployment({entry("cicd", "Apply", R"({"f:spec":{"f:paused":{}}})"),
                                entry("helm", "Update", R"({"f:spec":{"f:replicas":{}}})")});
  EXPECT_EQ((*entry_of(managed_fields_after(live, sent, {"helm"}), "cicd"))["fieldsV1"],
            read(R"({"f:spec":{"f:paused":{},"f:replicas":{}}})"));
}

TEST(taking_over, leaves_the_number_of_pods_with_its_owner_when_we_do_not_send_it) {
  const json after =
      managed_fields_after(deployment({entry("helm", "Update", helm_fields)}), not_sent, {"helm"});
  EXPECT_EQ((*entry_of(after, "helm"))["fieldsV1"], read(R"({"f:spec":{"f:replicas":{}}})"));
  EXPECT_EQ((*entry_of(after, "cicd"))["fieldsV1"], read(R"({"f:spec":{"f:minReadySeconds":{}}})"));
}

TEST(taking_over, leaves_a_cron_job_suspended) {
  json live = deployment({entry("helm", "Update", R"({"f:spec":{"f:suspend":{},"f:schedule":{}}})")},
                         R"({"suspend":true})");
  live.set("kind", "CronJob");
  EXPECT_EQ((*entry_of(managed_fields_after(live, not_sent, {"helm"}), "helm"))["fieldsV1"],
            read(R"({"f:spec":{"f:suspend":{}}})"));
}

TEST(taking_over, of_nothing_changes_nothing) {
  EXPECT_TRUE(managed_fields_after(deployment({entry("other", "Update", "{}")}), sent, {"helm"}).is_null());
}

TEST(a_plan_of_taking_over, is_without_the_fields_that_nobody_sends_any_more) {
  const json live = deployment({entry("helm", "Update", helm_fields)});
  const json answer = deployment(
      {entry("helm", "Update", helm_fields), entry("cicd", "Apply", R"({"f:spec":{"f:replicas":{}}})")});
  const json after = after_taking_over(answer, live, {"helm"});
  EXPECT_EQ(after["spec"], read(R"({"replicas":3,"paused":false})"));
}

TEST(a_plan_of_taking_over, keeps_what_another_manager_holds_and_the_number_of_pods) {
  const json live = deployment({entry("helm", "Update", helm_fields)});
  const json answer = deployment(
      {entry("cicd", "Apply", "{}"), entry("other", "Update", R"({"f:spec":{"f:minReadySeconds":{}}})")});
  EXPECT_EQ(after_taking_over(answer, live, {"helm"})["spec"], live["spec"]);
}

TEST(a_plan_of_taking_over, takes_elements_of_lists_away_by_their_key) {
  const std::string spec = R"({"list":[{"name":"a","x":1},{"name":"b","x":2}]})";
  const json live = deployment(
      {entry(
          "helm", "Update",
          R"({"f:spec":{"f:list":{"k:{\"name\":\"a\"}":{".":{},"f:x":{}},"k:{\"name\":\"b\"}":{".":{},"f:x":{}}}}})")},
      spec);
  const json answer = deployment(
      {entry("cicd", "Apply", R"({"f:spec":{"f:list":{"k:{\"name\":\"b\"}":{".":{},"f:x":{}}}}})")}, spec);
  EXPECT_EQ(after_taking_over(answer, live, {"helm"})["spec"], read(R"({"list":[{"name":"b","x":2}]})"));
}

TEST(taking_over, the_number_of_pods_that_was_ours_is_kept_until_an_autoscaler_writes_it) {
  const json live = deployment({entry("cicd", "Apply", R"({"f:spec":{"f:replicas":{},"f:paused":{}}})")});
  const json after = managed_fields_after(live, not_sent, {});
  EXPECT_EQ((*entry_of(after, "cicd"))["fieldsV1"], read(R"({"f:spec":{"f:paused":{}}})"));
  ASSERT_NE(entry_of(after, count_keeper), nullptr);
  EXPECT_EQ((*entry_of(after, count_keeper))["fieldsV1"], read(R"({"f:spec":{"f:replicas":{}}})"));
  EXPECT_EQ((*entry_of(after, count_keeper))["operation"].text(), "Update");
  EXPECT_TRUE(managed_fields_after(live, sent, {}).is_null());
}

TEST(taking_over, the_number_of_pods_that_was_ours_is_kept_beside_what_others_hand_over) {
  const json live = deployment({entry("cicd", "Apply", R"({"f:spec":{"f:replicas":{}}})"),
                                entry("helm", "Update", R"({"f:spec":{"f:minReadySeconds":{}}})")});
  const json after = managed_fields_after(live, not_sent, {"helm"});
  EXPECT_NE(entry_of(after, count_keeper), nullptr);
  EXPECT_EQ((*entry_of(after, "cicd"))["fieldsV1"], read(R"({"f:spec":{"f:minReadySeconds":{}}})"));
}

TEST(taking_over, never_takes_a_finalizer_or_an_owner) {
  const std::string fields =
      R"({"f:metadata":{"f:finalizers":{"v:\"a/b\"":{}},"f:ownerReferences":{"k:{\"uid\":\"u\"}":{}},"f:labels":{"f:x":{}}}})";
  const json live = deployment({entry("helm", "Update", fields)});
  const json after = managed_fields_after(live, sent, {"helm"});
  EXPECT_EQ((*entry_of(after, "cicd"))["fieldsV1"], read(R"({"f:metadata":{"f:labels":{"f:x":{}}}})"));
  EXPECT_FALSE((*entry_of(after, "helm"))["fieldsV1"]["f:metadata"]["f:finalizers"].is_null());
  EXPECT_FALSE((*entry_of(after, "helm"))["fieldsV1"]["f:metadata"]["f:ownerReferences"].is_null());
}

TEST(a_plan_of_an_autoscaler, shows_the_number_of_pods_that_is_there) {
  const json live = deployment({}, R"({"replicas":6})"), answer = deployment({}, R"({"replicas":1})");
  EXPECT_EQ(with_count_of(live, answer, not_sent)["spec"]["replicas"].integer(), 6);
  EXPECT_EQ(with_count_of(live, answer, sent)["spec"]["replicas"].integer(), 1);
}

}  // namespace
