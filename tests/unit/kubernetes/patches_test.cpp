// Patches: strategic merges, JSON patches, which object each is for, and what is said when one cannot be
// applied.
#include "rendering.hpp"

#include <cicd/base/json_patch.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/kubernetes/render/patches.hpp>

namespace {

using namespace rendering;

json from(std::string_view text) {
  const auto documents = yaml_documents(text, "test");
  EXPECT_TRUE(documents && documents->size() == 1);
  return documents->at(0);
}

std::string merged(std::string_view object, std::string_view patch) {
  const auto after = strategic_merge(from(object), from(patch));
  return after ? compact(*after) : text_of(after.error());
}

TEST(strategic_merge, objects_are_merged_and_null_removes) {
  EXPECT_EQ(merged("{a: {x: 1, z: 2}, b: 3}", "{a: {x: 4, w: 5}, b: null, c: {d: null, e: 6}}"),
            R"({"a":{"x":4,"z":2,"w":5},"c":{"e":6}})");
}

TEST(strategic_merge, lists_are_merged_by_the_key_of_kubernetes) {
  EXPECT_EQ(
      merged("{containers: [{name: a, image: one, env: [{name: X, value: '1'}]}]}",
             "{containers: [{name: b, image: two}, {name: a, env: [{name: W, value: '2'}, {name: X, value: "
             "'3'}]}]}"),
      R"({"containers":[{"name":"b","image":"two"},)"
      R"({"name":"a","image":"one","env":[{"name":"W","value":"2"},{"name":"X","value":"3"}]}]})");
  EXPECT_EQ(merged("{ports: [{port: 80, name: http}]}", "{ports: [{port: 80, nodePort: 30080}]}"),
            R"({"ports":[{"port":80,"name":"http","nodePort":30080}]})");
  EXPECT_EQ(merged("{ports: [{containerPort: 80}]}", "{ports: [{containerPort: 81}]}"),
            R"({"ports":[{"containerPort":81},{"containerPort":80}]})");
}

TEST(strategic_merge, other_lists_are_replaced) {
  EXPECT_EQ(merged("{command: [a, b], tolerations: [{key: x}]}", "{command: [c], tolerations: []}"),
            R"({"command":["c"],"tolerations":[]})");
}

TEST(strategic_merge, directives_delete_replace_and_retain) {
  EXPECT_EQ(merged("{containers: [{name: a}, {name: b}]}", "{containers: [{name: a, $patch: delete}]}"),
            R"({"containers":[{"name":"b"}]})");
  EXPECT_EQ(merged("{containers: [{name: a}]}", "{containers: [{name: c}, {$patch: replace}]}"),
            R"({"containers":[{"name":"c"}]})");
  EXPECT_EQ(merged("{a: {x: 1}, b: 1}", "{a: {$patch: replace, w: 2}}"), R"({"a":{"w":2},"b":1})");
  EXPECT_EQ(merged("{a: {x: 1}, b: 1}", "{a: {$patch: delete}}"), R"({"a":{},"b":1})");
  EXPECT_EQ(merged("{strategy: {type: RollingUpdate, rollingUpdate: {x: 1}}}",
                   "{strategy: {$retainKeys: [type], type: Recreate}}"),
            R"({"strategy":{"type":"Recreate"}})");
}

TEST(strategic_merge, what_it_cannot_do_is_said) {
  EXPECT_THAT(merged("{a: {}}", "{a: {$patch: merg}}"), HasSubstr("the directive $patch is not known: merg"));
  EXPECT_THAT(merged("{a: {}}", "{$setElementOrder/a: []}"),
              HasSubstr("the directive $setElementOrder/a is not known"));
  EXPECT_THAT(merged("{env: [{name: X}]}", "{env: [{value: y}]}"),
              HasSubstr("has no name, by which it is matched"));
}

std::string changed(std::string_view object, std::string_view operations) {
  const auto after = json_patch(from(object), from(operations));
  return after ? compact(*after) : text_of(after.error());
}

TEST(json_patch, every_operation_of_the_specification) {
  EXPECT_EQ(changed("{a: [1, 2]}", "[{op: add, path: /a/1, value: 9}, {op: add, path: /a/-, value: 8}]"),
            R"({"a":[1,9,2,8]})");
  EXPECT_EQ(changed("{a: [1, 2]}", "[{op: remove, path: /a/0}]"), R"({"a":[2]})");
  EXPECT_EQ(changed("{a: {b: 1}}", "[{op: replace, path: /a/b, value: {c: 2}}]"), R"({"a":{"b":{"c":2}}})");
  EXPECT_EQ(changed("{a: {b: 1}}", "[{op: move, from: /a/b, path: /c}]"), R"({"a":{},"c":1})");
  EXPECT_EQ(changed("{a: {b: 1}}", "[{op: copy, from: /a, path: /c}]"), R"({"a":{"b":1},"c":{"b":1}})");
  EXPECT_EQ(changed("{a/b: {m~n: 1}}", "[{op: test, path: /a~1b/m~0n, value: 1}]"), R"({"a/b":{"m~n":1}})");
  EXPECT_EQ(changed("{a: 1}", "[{op: replace, path: '', value: {b: 2}}]"), R"({"b":2})");
}

TEST(json_patch, the_operation_that_fails_is_named) {
  EXPECT_THAT(changed("{a: 1}", "[{op: add, path: /b, value: 1}, {op: remove, path: /c}]"),
              HasSubstr("operation 2 of the JSON patch, remove /c: there is nothing at that place"));
  EXPECT_THAT(changed("{a: 1}", "[{op: test, path: /a, value: 2}]"), HasSubstr("the value there is another"));
  EXPECT_THAT(changed("{a: [1]}", "[{op: replace, path: /a/1, value: 2}]"), HasSubstr("there is nothing"));
  EXPECT_THAT(changed("{a: [1]}", "[{op: add, path: /a/01, value: 2}]"), HasSubstr("there is nothing"));
  EXPECT_THAT(changed("{a: 1}", "[{op: change, path: /a}]"), HasSubstr("op is one of add"));
  EXPECT_THAT(changed("{a: 1}", "[{op: remove, path: a}]"), HasSubstr("a path is empty or begins with '/'"));
}

declared_pipeline patched_orders() {
  service api = whole_api();
  api.patch = {"k8s/patch.yaml"};
  return orders(api);
}
release_facts facts_with(const std::string& patch, release_facts facts = facts_of()) {
  facts.files["k8s/patch.yaml"] = patch;
  return facts;
}

TEST(patch, of_both_forms_alters_the_objects_that_it_names) {
  const auto objects =
      rendered(patched_orders(), facts_with("kind: Deployment\nmetadata: {name: orders-api, labels: {a: b}}\n"
                                            "spec: {template: {spec: {priorityClassName: high}}}\n---\n"
                                            "target: {kind: Service, name: orders-api}\n"
                                            "patch: [{op: replace, path: /spec/type, value: NodePort}]\n"));
  EXPECT_EQ(pod_of(objects)["spec"]["priorityClassName"].text(), "high");
  EXPECT_EQ(content_of(objects, "Deployment")["metadata"]["labels"]["a"].text(), "b");
  EXPECT_EQ(content_of(objects, "Service")["spec"]["type"].text(), "NodePort");
}

TEST(patch, of_the_environment_alters_the_branchs_objects_too) {
  const std::string text =
      "kind: Deployment\nmetadata: {name: orders-api}\nspec: {template: {spec: {priorityClassName: high}}}\n"
      "---\nkind: HorizontalPodAutoscaler\nmetadata: {name: orders-api}\nspec: {maxReplicas: 3}\n";
  for (const track on : {track::preview, track::canary}) {
    release_facts facts = facts_with(text, branch_facts_of(on));
    const auto objects = rendered(patched_orders(), facts);
    EXPECT_EQ(pod_of(objects)["spec"]["priorityClassName"].text(), "high");
  }
}

TEST(patch, that_is_for_nothing_names_what_there_is) {
  const std::string words =
      refusal_of(patched_orders(), facts_with("kind: Deployment\nmetadata: {name: orders-apy}\n"));
  EXPECT_THAT(
      words,
      HasSubstr("k8s/patch.yaml: the patch is for an object that does not exist: 'Deployment orders-apy'"));
  EXPECT_THAT(words, HasSubstr("did you mean: Deployment orders-api"));
  EXPECT_THAT(words, HasSubstr("Service orders-api"));
}

TEST(patch, that_is_none_is_refused) {
  EXPECT_THAT(refusal_of(patched_orders(), facts_with("spec: {}\n")),
              HasSubstr("document 1 is not a patch of an object"));
  EXPECT_THAT(refusal_of(patched_orders()), HasSubstr("there is no such file for PATCH"));
  EXPECT_THAT(refusal_of(patched_orders(), facts_with("target: {kind: Service, name: orders-api}\n"
                                                      "patch: [{op: replace, path: /kind, value: Pod}]\n")),
              HasSubstr("a patch changes no kind"));
  EXPECT_THAT(refusal_of(patched_orders(), facts_with("target: {kind: Service, name: orders-api}\n"
                                                      "patch: [{op: remove, path: /spec/nothing}]\n")),
              HasSubstr("k8s/patch.yaml: operation 1 of the JSON patch, remove /spec/nothing"));
}

}  // namespace
