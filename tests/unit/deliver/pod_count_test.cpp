// The pods of an environment and of its branches, counted by their labels.
#include <gtest/gtest.h>

#include <cicd/deliver/cluster/pod_count.hpp>
#include <cicd/kubernetes/render/workload.hpp>

#include "fake_cluster.hpp"

namespace cicd {
namespace {

using kubernetes::fake_cluster;

/// `orders/prod` runs `api` and `web`, and has a canary of each, of one branch.
class counted_pods : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& [service, ready] : {std::pair("api", 3), {"web", 2}}) {
      add(service, "stable", "", 5);
      add(service, "canary", "fix", ready);
    }
  }
  void add(const std::string& service, const std::string& track, const std::string& branch, int ready) {
    json one = fake_cluster::object("Deployment", "orders-" + service + '-' + track);
    json labels = members_of("cicd.dev/pipeline", "orders", "cicd.dev/environment", "prod", "cicd.dev/track",
                             track, "app.kubernetes.io/component", service);
    if (!branch.empty()) labels.set("cicd.dev/branch", kubernetes::branch_key(branch));
    json metadata = one["metadata"];
    metadata.set("labels", std::move(labels));
    one.set("metadata", std::move(metadata));
    one.set("spec", members_of("replicas", ready + 1)).set("status", members_of("readyReplicas", ready));
    server->objects[fake_cluster::key_of(one)] = one;
  }

  const cluster_place place{"orders", "prod", "orders"};
  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  fake_cluster with{server};
};

TEST_F(counted_pods, of_a_canary_are_those_of_its_service) {
  EXPECT_EQ(pods_of_branch(with, place, "canary", "fix", "api").text(), "3/4 ready");
  EXPECT_EQ(pods_of_branch(with, place, "canary", "fix", "web").text(), "2/3 ready");
}

TEST_F(counted_pods, of_a_branch_are_those_of_all_its_services) {
  EXPECT_EQ(pods_of_branch(with, place, "canary", "fix").text(), "5/7 ready");
  EXPECT_EQ(pods_of_branch(with, place, "canary", "other").text(), "0/0 ready");
}

TEST_F(counted_pods, of_an_environment_leave_out_its_branches) {
  EXPECT_EQ(pods_of_environment(with, place).text(), "10/12 ready");
}

}  // namespace
}  // namespace cicd
