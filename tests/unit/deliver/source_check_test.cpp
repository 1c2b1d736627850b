// Whose a deployment is: the same repository and folder, or one whose place is taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/policy/source_check.hpp>

namespace {

using namespace cicd;

const source_identity orders{"git.example.com/shop/orders", "", "api"};

TEST(a_source, is_the_same_by_repository_and_folder) {
  EXPECT_TRUE(is_same_source(orders, orders));
  EXPECT_FALSE(is_same_source({"git.example.com/shop/copy", "", "api"}, orders));
  EXPECT_FALSE(is_same_source({"git.example.com/shop/orders", "", "web"}, orders));
  EXPECT_FALSE(is_same_source({}, orders)) << "a folder without a repository";
  EXPECT_FALSE(is_same_source({"", "abc", "api"}, orders)) << "a copy without a remote";
}

TEST(a_source, that_got_a_remote_is_known_by_its_history) {
  const source_identity before{"", "abc", ""};
  EXPECT_TRUE(is_same_source({"git.example.com/shop/orders", "abc", ""}, before));
  EXPECT_FALSE(is_same_source({"git.example.com/shop/orders", "def", ""}, before));
  EXPECT_FALSE(is_same_source({"git.example.com/shop/orders", "", ""}, before)) << "a shallow clone";
}

TEST(a_source, of_code_is_known_without_a_clone_and_without_its_login) {
  declared_pipeline pipeline;
  pipeline.declared.code = text("https://bot:secret@git.example.com/shop/orders.git");
  pipeline.source_directory = "/fleet";
  pipeline.clone_directory = "/there/is/none";
  const surroundings around = surroundings({});
  EXPECT_EQ(source_of(pipeline, {}, around), (source_identity{"git.example.com/shop/orders", "", ""}));
}

TEST(a_deployment, of_before_sources_were_kept_is_anybodys) {
  declared_pipeline pipeline;
  EXPECT_TRUE(check_source(pipeline, orders, deployment_record{}, {"orders/prod", "prod"}));
  EXPECT_TRUE(check_source(pipeline, orders, {}, {"orders/prod", "prod"}));
}

TEST(a_deployment, of_another_source_is_a_conflict_that_says_both_and_the_way) {
  declared_pipeline pipeline;
  pipeline.declared.name = dns_label("orders");
  deployment_record there;
  there.source = orders;
  there.version = "v1";
  const status refused =
      check_source(pipeline, {"git.example.com/shop/copy", "", ""}, there, {"orders/prod", "prod"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::conflict);
  for (const char* words :
       {"git.example.com/shop/copy", "git.example.com/shop/orders//api", "FORMERLY", "v1 by"})
    EXPECT_THAT(text_of(refused.error()), testing::HasSubstr(words));
  pipeline.declared.formerly = {text("git.example.com/shop/orders//api")};
  EXPECT_TRUE(check_source(pipeline, {"git.example.com/shop/copy", "", ""}, there, {"orders/prod", "prod"}));
}

}  // namespace
