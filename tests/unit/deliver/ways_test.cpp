// The list of ways as the driver has it.
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/declare/deploy_ways.hpp>

namespace {

using namespace cicd;

TEST(the_ways, are_listed_in_the_order_in_which_messages_name_them) {
  EXPECT_THAT(deploy_way::words(),
              testing::ElementsAre("gitops", "render", "kubectl", "serverless", "command"));
  EXPECT_EQ(deploy_way::allowed(), "gitops, render, kubectl, serverless or command");
}

TEST(the_ways, have_a_word_each_which_gives_the_way_back) {
  std::set<std::string_view> words;
  for (const way_traits& each : deploy_ways()) {
    EXPECT_TRUE(words.insert(each.way.view()).second) << each.way.view();
    EXPECT_EQ(deploy_way::from(each.way.view()), each.way);
  }
}

TEST(a_way_that_is_not_listed, is_none_and_has_no_feature) {
  EXPECT_EQ(deploy_way::from("ftp"), deploy_way::none);
  EXPECT_FALSE(deploy_way::accepts("none"));
  EXPECT_FALSE(deploy_way::accepts(""));
  for (const deploy_way way : {deploy_way::none, deploy_way("ftp")})
    for (int feature = 0; feature <= static_cast<int>(way_feature::branch_share); ++feature)
      EXPECT_FALSE(can(way, static_cast<way_feature>(feature))) << way.view() << " " << feature;
}

TEST(the_ways_with_a_feature, are_named_in_their_order) {
  EXPECT_EQ(ways_with(way_feature::folder), "gitops or render");
  EXPECT_EQ(ways_with(way_feature::verify), "gitops or kubectl or serverless or command");
  EXPECT_EQ(ways_with(way_feature::rollback), "gitops or render or kubectl or serverless or command");
  EXPECT_EQ(ways_with(way_feature::hold), "gitops or render or kubectl or serverless or command");
  EXPECT_EQ(ways_with(way_feature::approval), "gitops or render or kubectl or serverless or command");
  EXPECT_EQ(ways_with(way_feature::protection), "gitops or render or kubectl or serverless or command");
}

}  // namespace
