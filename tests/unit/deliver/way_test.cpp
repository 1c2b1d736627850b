// The port of a way, and what its ways say of an environment that nothing has been deployed to.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/delivery.hpp>
#include <cicd/system/clock.hpp>

namespace {

using namespace cicd;

/// The deliveries of a run in an empty build tree.
struct empty_tree {
  workspace where{testing::TempDir() + "way_test/build", testing::TempDir() + "way_test/cache"};
  surroundings around{std::map<std::string, std::string, std::less<>>{}};
  delivery deliveries{where, around, system_clock_port(), {}};
  declared_pipeline pipeline;

  empty_tree() {
    std::filesystem::remove_all(testing::TempDir() + "way_test");
    pipeline.declared.name = dns_label("orders");
    pipeline.source_directory = "/nowhere";
  }
  environment place(deploy_way via) const {
    environment made;
    made.name = dns_label("stage");
    made.via = via;
    return made;
  }
};

TEST(a_way, says_where_an_environment_is) {
  empty_tree at;
  const auto address = [&](const environment& place) {
    return at.deliveries.way_of(place).address_of(at.pipeline, place);
  };
  EXPECT_EQ(address(at.place(deploy_way::render)), at.where.build_root + "/rendered/stage/orders");
  EXPECT_EQ(address(at.place(deploy_way::gitops)), at.where.manifests() + " (stage/orders)");
  environment clusters = at.place(deploy_way::kubectl);
  clusters.context = {text("first"), text("second")};
  clusters.namespace_name = dns_label("shop");
  EXPECT_THAT(address(clusters), testing::EndsWith(" (shop)"));
  EXPECT_THAT(address(clusters), testing::HasSubstr(", then "));
}

TEST(a_way, says_what_lies_in_the_build_tree) {
  empty_tree at;
  const auto embedded = [&](const environment& place) {
    return at.deliveries.way_of(place).is_embedded(place);
  };
  EXPECT_TRUE(embedded(at.place(deploy_way::render)));
  EXPECT_TRUE(embedded(at.place(deploy_way::gitops)));
  EXPECT_FALSE(embedded(at.place(deploy_way::kubectl)));
  environment remote = at.place(deploy_way::gitops);
  remote.repository = text("ssh://git@git.example.com/manifests.git");
  EXPECT_FALSE(embedded(remote));
}

TEST(a_way, finds_no_record_where_nothing_was_deployed) {
  empty_tree at;
  const environment place = at.place(deploy_way::render);
  const way& by = at.deliveries.way_of(place);
  const auto there = by.look(at.pipeline, place, nullptr);
  ASSERT_TRUE(there);
  EXPECT_FALSE(there->record);
  const auto past = by.history_of(at.pipeline, place, 20);
  ASSERT_TRUE(past);
  EXPECT_TRUE(past->empty());
}

TEST(a_way, has_no_plans_of_a_step_that_was_not_planned) {
  empty_tree at;
  for (const deploy_way via : {deploy_way::render, deploy_way::gitops, deploy_way::kubectl}) {
    const environment place = at.place(via);
    EXPECT_TRUE(at.deliveries.way_of(place).last_plans("orders/deploy-stage").empty()) << via.view();
  }
}

TEST(an_environment_without_a_way, is_a_bug_of_the_caller) {
  empty_tree at;
  EXPECT_THROW((void)at.deliveries.way_of(at.place(deploy_way::none)), std::logic_error);
}

}  // namespace
