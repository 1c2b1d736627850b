// What is left of a live object once the server's own is taken away, and patches between two of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/kubernetes/adopt/normalized.hpp>
#include <cicd/kubernetes/render/patches.hpp>

namespace {

using namespace cicd;
using namespace cicd::kubernetes;

json read(std::string_view text) {
  return *parse_json(text);
}

std::string part(std::string_view text) {
  return compact(declared_part_of(read(text)));
}

TEST(declared_part, is_without_what_the_server_keeps_for_itself) {
  EXPECT_EQ(
      part(R"({"kind":"Service","metadata":{"name":"a","uid":"1","resourceVersion":"2","managedFields":[],
                     "creationTimestamp":"x"},"spec":{"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],"type":"ClusterIP",
                     "ports":[{"port":80,"protocol":"TCP"}]},"status":{"a":1}})"),
      R"({"kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":80}]}})");
}

TEST(declared_part, keeps_the_number_of_a_port_of_the_nodes) {
  EXPECT_EQ(part(R"({"kind":"Service","spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080}]}})"),
            R"({"kind":"Service","spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080}]}})");
}

TEST(declared_part, keeps_a_service_without_an_address) {
  EXPECT_EQ(part(R"({"spec":{"clusterIP":"None","clusterIPs":["None"]}})"),
            R"({"spec":{"clusterIP":"None","clusterIPs":["None"]}})");
}

TEST(declared_part, is_without_defaults_but_keeps_other_values) {
  EXPECT_EQ(
      part(
          R"({"containers":[{"name":"a","terminationMessagePath":"/dev/termination-log","imagePullPolicy":"Always",
                     "readinessProbe":{"timeoutSeconds":1,"periodSeconds":5,"failureThreshold":3}}],"restartPolicy":"Always",
                     "dnsPolicy":"Default","securityContext":{}})"),
      R"({"containers":[{"name":"a","imagePullPolicy":"Always","readinessProbe":{"periodSeconds":5}}],"dnsPolicy":"Default"})");
}

TEST(declared_part, keeps_the_restart_policy_of_a_sidecar) {
  EXPECT_EQ(part(R"({"initContainers":[{"name":"a","restartPolicy":"Always"}]})"),
            R"({"initContainers":[{"name":"a","restartPolicy":"Always"}]})");
}

TEST(declared_part, is_without_notes_of_tools_and_touches_no_label_of_anybody_else) {
  EXPECT_EQ(
      part(
          R"({"metadata":{"labels":{"helm.sh/chart":"a-1","type":"ClusterIP","app.kubernetes.io/managed-by":"Helm"},
                     "annotations":{"meta.helm.sh/release-name":"a","deployment.kubernetes.io/revision":"3"}},
                     "spec":{"selector":{"type":"ClusterIP"}}})"),
      R"({"metadata":{"labels":{"type":"ClusterIP"}},"spec":{"selector":{"type":"ClusterIP"}}})");
}

/// The patch as text, after a look that it does what it is for.
std::string patch(std::string_view from, std::string_view to) {
  const auto made = patch_between(read(from), read(to));
  if (!made) return "none";
  const auto after = strategic_merge(read(from), *made);
  EXPECT_TRUE(after);
  EXPECT_FALSE(patch_between(*after, read(to))) << compact(*after);
  return compact(*made);
}

TEST(patch, is_none_between_equal_objects_whatever_the_order) {
  EXPECT_EQ(patch(R"({"a":1,"b":[{"c":2,"d":3}]})", R"({"b":[{"d":3,"c":2}],"a":1})"), "none");
}

TEST(patch, removes_by_null_and_adds_and_changes) {
  EXPECT_EQ(patch(R"({"a":1,"b":2})", R"({"b":3,"c":{"d":4}})"), R"({"a":null,"b":3,"c":{"d":4}})");
}

TEST(patch, matches_containers_and_variables_by_name) {
  EXPECT_EQ(
      patch(
          R"({"containers":[{"name":"api","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}]})",
          R"({"containers":[{"name":"api","env":[{"name":"B","value":"2"},{"name":"A","value":"3"}]},{"name":"x"}]})"),
      R"({"containers":[{"name":"api","env":[{"name":"A","value":"3"}]},{"name":"x"}]})");
}

TEST(patch, takes_elements_away_by_name) {
  EXPECT_EQ(patch(R"({"volumes":[{"name":"tmp","emptyDir":{}}]})",
                  R"({"volumes":[{"name":"data","emptyDir":{}}]})"),
            R"({"volumes":[{"name":"tmp","$patch":"delete"},{"name":"data","emptyDir":{}}]})");
}

TEST(patch, tells_ports_of_services_from_those_of_containers) {
  EXPECT_EQ(patch(R"({"ports":[{"port":80,"name":"http"}]})", R"({"ports":[{"port":8080,"name":"web"}]})"),
            R"({"ports":[{"port":80,"$patch":"delete"},{"port":8080,"name":"web"}]})");
  EXPECT_EQ(patch(R"({"ports":[{"containerPort":80,"name":"http"}]})",
                  R"({"ports":[{"containerPort":80,"name":"web"}]})"),
            R"({"ports":[{"containerPort":80,"name":"web"}]})");
}

TEST(patch, replaces_a_list_whose_elements_no_key_tells_apart) {
  EXPECT_EQ(patch(R"({"ports":[{"port":53,"protocol":"UDP"}]})",
                  R"({"ports":[{"port":53,"protocol":"UDP"},{"port":53}]})"),
            R"({"ports":[{"$patch":"replace"},{"port":53,"protocol":"UDP"},{"port":53}]})");
  EXPECT_EQ(patch(R"({"tolerations":[{"key":"a"}]})", R"({"tolerations":[{"key":"b"}]})"),
            R"({"tolerations":[{"key":"b"}]})");
}

TEST(patch, leaves_our_labels_and_adds_theirs) {
  EXPECT_EQ(
      patch(R"({"labels":{"app":"orders-api","ours":"1"}})", R"({"labels":{"app":"orders","theirs":"2"}})"),
      R"({"labels":{"theirs":"2"}})");
}

}  // namespace
