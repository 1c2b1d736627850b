// The paths in an API server's answers lead to the values that they name.
#include <gtest/gtest.h>

#include <cicd/kubernetes/field_path.hpp>

namespace cicd::kubernetes {
namespace {

const json object = *parse_json(
    R"({"metadata":{"labels":{"app.kubernetes.io/name":"orders","app":"x"},"finalizers":["a","b"]},
        "spec":{"replicas":3,"ports":[{"name":"http","port":80,"protocol":"TCP"},{"name":"dns","port":80,"protocol":"UDP"}],
                "template":{"spec":{"containers":[{"name":"api","env":[{"name":"A,]","value":"one"},{"name":"B","value":"two"}]}]}}}})");

std::string at(std::string_view field) {
  return compact(value_at(object, field));
}

TEST(a_field, is_found_by_members_and_by_the_keys_of_elements) {
  EXPECT_EQ(at(".spec.replicas"), "3");
  EXPECT_EQ(at(R"(.spec.template.spec.containers[name="api"].env[name="B"].value)"), "\"two\"");
  EXPECT_EQ(at(R"(.spec.ports[port=80,protocol="UDP"].name)"), "\"dns\"");
  EXPECT_EQ(at("spec.ports[1].name"), "\"dns\"");
  EXPECT_EQ(at(R"(.metadata.finalizers[="b"])"), "\"b\"");
}

TEST(a_field, whose_name_holds_dots_is_one_member) {
  EXPECT_EQ(at(".metadata.labels.app.kubernetes.io/name"), "\"orders\"");
  EXPECT_EQ(at(".metadata.labels.app"), "\"x\"");
}

TEST(a_field, may_have_signs_of_a_path_in_its_key) {
  EXPECT_EQ(at(R"(.spec.template.spec.containers[name="api"].env[name="A,]"].value)"), "\"one\"");
}

TEST(a_field, that_is_not_there_is_null_and_so_is_what_is_no_path) {
  for (const char* each :
       {".spec.nothing", ".spec.replicas.below", R"(.spec.ports[port=81].name)", "spec.ports[7]",
        ".spec.ports[", ".spec.ports[x]", "..", R"(.spec.ports[port="80"])"})
    EXPECT_EQ(at(each), "null") << each;
  EXPECT_EQ(value_at(object, ""), object);
}

}  // namespace
}  // namespace cicd::kubernetes
