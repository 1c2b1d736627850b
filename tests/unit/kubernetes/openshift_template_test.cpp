// OpenShift Templates as `oc process` reads them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/yaml.hpp>
#include <cicd/kubernetes/render/openshift_template.hpp>

namespace cicd::kubernetes {
namespace {

using testing::HasSubstr;

constexpr const char* text = R"(
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: legacy}
labels: {template: legacy, tag: "${IMAGE_TAG}"}
parameters:
- {name: IMAGE_TAG, required: true}
- {name: REPLICAS, value: "2"}
- {name: FLAGS, value: '["a", "b"]'}
- {name: NAME, value: legacy}
- {name: EMPTY}
objects:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: "${NAME}-api", namespace: fixed, labels: {app: legacy}}
  spec:
    replicas: ${{REPLICAS}}
    args: "${{FLAGS}}"
    image: "registry.example.com/${NAME}:${IMAGE_TAG}${EMPTY}"
    script: "echo ${HOME} ${{REPLICAS}} ${NAME"
- apiVersion: v1
  kind: Service
  metadata: {name: legacy, namespace: "${NAME}-space"}
)";

json document(const std::string& of = text) {
  return yaml_documents(of, "t.yaml")->front();
}

TEST(templates, become_objects_with_their_parameters) {
  ASSERT_TRUE(is_openshift_template(document()));
  const auto objects = objects_of_template(document(), {{"IMAGE_TAG", "5d6e7f8"}}, "t.yaml");
  ASSERT_TRUE(objects);
  ASSERT_EQ(objects->size(), 2U);
  const json& spec = (*objects)[0]["spec"];
  EXPECT_EQ(spec["replicas"].integer(), 2);
  EXPECT_EQ(spec["args"].texts(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(spec["image"].text(), "registry.example.com/legacy:5d6e7f8");
  EXPECT_EQ(spec["script"].text(), "echo ${HOME} ${{REPLICAS}} ${NAME");
  const json& metadata = (*objects)[0]["metadata"];
  EXPECT_EQ(metadata["name"].text(), "legacy-api");
  EXPECT_TRUE(metadata["namespace"].is_null());
  EXPECT_EQ((*objects)[1]["metadata"]["namespace"].text(), "legacy-space");
  EXPECT_EQ(compact(metadata["labels"]), R"({"app":"legacy","template":"legacy","tag":"5d6e7f8"})");
}

TEST(templates, want_what_is_required_and_nothing_that_changes_each_time) {
  const auto without = objects_of_template(document(), {}, "t.yaml");
  ASSERT_FALSE(without);
  EXPECT_THAT(text_of(without.error()),
              HasSubstr("the template requires this parameter, and it has no value: 'IMAGE_TAG'"));
  EXPECT_THAT(text_of(without.error()), HasSubstr("try: PARAMETERS IMAGE_TAG=<value>"));
  const json generated = document(
      "apiVersion: v1\nkind: Template\nparameters: [{name: KEY, generate: expression, from: "
      "'[a-z]{8}'}]\nobjects: []\n");
  EXPECT_FALSE(objects_of_template(generated, {}, "t.yaml"));
  EXPECT_TRUE(objects_of_template(generated, {{"KEY", "secret"}}, "t.yaml"));
}

TEST(templates, are_told_from_other_documents) {
  EXPECT_FALSE(is_openshift_template(document("apiVersion: v1\nkind: ConfigMap\n")));
  EXPECT_FALSE(is_openshift_template(document("apiVersion: other.example.com/v1\nkind: Template\n")));
  EXPECT_EQ(parameters_in(document()),
            (std::vector<std::string>{"IMAGE_TAG", "REPLICAS", "FLAGS", "NAME", "EMPTY"}));
}

}  // namespace
}  // namespace cicd::kubernetes
