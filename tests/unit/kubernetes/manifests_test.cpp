// A team's own objects: labelled, put into the namespace, and never two of one name.
#include "rendering.hpp"

namespace {

using namespace rendering;

release_facts facts_with(const std::string& text, std::string environment = "prod") {
  release_facts facts = facts_of(std::move(environment));
  facts.files["k8s/queue.yaml"] = text;
  facts.manifests = {"k8s/queue.yaml"};
  return facts;
}

TEST(manifests, are_rendered_with_the_rest_and_bear_our_labels) {
  const auto objects = rendered(orders({.name = "api"}),
                                facts_with("apiVersion: v1\nkind: ConfigMap\nmetadata:\n"
                                           "  name: queue\n  labels: {app: theirs}\ndata: {a: 'yes'}\n"));
  EXPECT_THAT(names_of(objects), ElementsAre("Deployment orders-api", "ConfigMap queue"));
  const json& own = objects.at(1).content;
  EXPECT_EQ(own["metadata"]["labels"]["app"].text(), "theirs");
  EXPECT_EQ(own["metadata"]["labels"]["cicd.dev/pipeline"].text(), "orders");
  EXPECT_EQ(own["metadata"]["namespace"].text(), "shop");
  EXPECT_EQ(own["data"]["a"].text(), "yes");
}

TEST(manifests, keep_a_namespace_of_their_own_and_kinds_without_one_get_none) {
  const auto objects =
      rendered(orders({.name = "api"}),
               facts_with("{apiVersion: v1, kind: ConfigMap, metadata: {name: q, namespace: other}}\n---\n"
                          "{apiVersion: v1, kind: Namespace, metadata: {name: other}}\n---\n"
                          "{apiVersion: example.com/v1, kind: Queue, metadata: {name: q}}\n"));
  EXPECT_EQ(content_of(objects, "ConfigMap")["metadata"]["namespace"].text(), "other");
  EXPECT_TRUE(content_of(objects, "Namespace")["metadata"]["namespace"].is_null());
  EXPECT_TRUE(content_of(objects, "Queue")["metadata"]["namespace"].is_null());
}

TEST(manifests, a_list_is_its_items) {
  const auto objects = rendered(
      orders({.name = "api"}),
      facts_with(
          "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}, "
          "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]}"));
  EXPECT_THAT(names_of(objects), ElementsAre("ConfigMap a", "ConfigMap b", "Deployment orders-api"));
}

TEST(manifests, of_a_name_that_is_ours_are_refused_with_both) {
  const std::string words =
      refusal_of(orders({.name = "api"}),
                 facts_with("{apiVersion: apps/v1, kind: Deployment, metadata: {name: orders-api}}"));
  EXPECT_THAT(words, HasSubstr("there would be two of Deployment orders-api"));
  EXPECT_THAT(words, HasSubstr("service api"));
  EXPECT_THAT(words, HasSubstr("k8s/queue.yaml"));
}

TEST(manifests, that_are_no_objects_are_refused) {
  EXPECT_THAT(refusal_of(orders({.name = "api"}), facts_with("a: 1\n")),
              HasSubstr("k8s/queue.yaml: document 1 is not a Kubernetes object: it has no apiVersion"));
  EXPECT_THAT(refusal_of(orders({.name = "api"}), facts_with("apiVersion: v1\nkind: ConfigMap\n")),
              HasSubstr("it has no metadata.name"));
}

TEST(manifests, belong_to_the_environment_and_not_to_its_branches) {
  release_facts facts = branch_facts_of(track::preview);
  facts.files["k8s/queue.yaml"] = "{apiVersion: v1, kind: ConfigMap, metadata: {name: q}}";
  facts.manifests = {"k8s/queue.yaml"};
  EXPECT_TRUE(content_of(rendered(orders({.name = "api"}), facts), "ConfigMap").is_null());
}

}  // namespace
