// What is special about ECR.
#include <cicd/image/ecr.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace cicd;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

std::vector<std::string> complaints(const std::string& policy, const images_to_keep& what) {
  auto found = lifecycle_complaints(policy, what);
  EXPECT_TRUE(found) << text_of(found.error());
  return found ? *found : std::vector<std::string>{"-"};
}

std::string rule(int priority, const std::string& selection) {
  return R"({"rulePriority":)" + std::to_string(priority) + R"(,"selection":{)" + selection
         + R"(},"action":{"type":"expire"}})";
}

TEST(ecr, is_known_by_the_name_of_its_host) {
  const auto found = ecr_repository_from(host + "/services/orders");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "services/orders");
  EXPECT_EQ(found->make_command(),
            "aws ecr create-repository --registry-id 123456789012 --region us-east-1 --repository-name "
            "services/orders --image-tag-mutability IMMUTABLE");
  EXPECT_TRUE(ecr_repository_from("1.dkr.ecr.cn-north-1.amazonaws.com.cn/a"));
  for (const char* other : {"registry.example.com/orders", "orders", "dkr.ecr.amazonaws.com/a", ""})
    EXPECT_FALSE(ecr_repository_from(other)) << other;
}

TEST(ecr, a_policy_by_age_takes_away_what_runs) {
  const std::string policy =
      R"({"rules":[)"
      + rule(1, R"("tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":30)")
      + "]}";
  EXPECT_THAT(complaints(policy, {.tags = {"v*"}, .environments = 2}),
              ElementsAre(HasSubstr("rule 1 takes away the images of commits and the artifacts of commits "
                                    "and the bills of materials and what is "
                                    "deployed by a tag v* 30 days after they were pushed")));
}

TEST(ecr, a_policy_by_number_counts_artifacts_and_bills_as_images) {
  const auto keeping = [](int count) {
    return R"({"rules":[)"
           + rule(1, R"("tagStatus":"any","countType":"imageCountMoreThan","countNumber":)"
                         + std::to_string(count))
           + "]}";
  };
  const images_to_keep what{.tags = {}, .environments = 2};
  EXPECT_THAT(complaints(keeping(12), what),
              ElementsAre("rule 1 keeps 12 of the images of commits and the artifacts of commits and the "
                          "bills of materials, 36 are needed"));
  EXPECT_THAT(complaints(keeping(36), what), IsEmpty());
}

TEST(ecr, an_image_is_judged_by_the_first_rule_that_one_of_its_tags_matches) {
  const std::string released = rule(
      2, R"("tagStatus":"tagged","tagPrefixList":["v"],"countType":"imageCountMoreThan","countNumber":5)");
  const std::string untagged =
      rule(1, R"("tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":1)");
  const std::string rest = rule(9, R"("tagStatus":"any","countType":"imageCountMoreThan","countNumber":500)");
  EXPECT_THAT(complaints(R"({"rules":[)" + rest + "," + untagged + "," + released + "]}",
                         {.tags = {"v*"}, .environments = 1}),
              ElementsAre("rule 2 keeps 5 of what is deployed by a tag v*, 10 are needed"));
}

TEST(ecr, the_policy_that_is_proposed_takes_away_nothing_that_is_needed) {
  const images_to_keep what{.tags = {"v*", "rc-*"}, .environments = 7, .are_signed = true};
  const std::string proposed = lifecycle_policy_for(what);
  EXPECT_THAT(complaints(proposed, what), IsEmpty());
  EXPECT_THAT(proposed, HasSubstr(R"("tagPatternList":["*.artifact"])"));
  EXPECT_THAT(proposed, HasSubstr(R"("tagPatternList":["sha256-*.sbom"])"));
  EXPECT_THAT(proposed, HasSubstr(R"("tagStatus":"any","countType":"imageCountMoreThan","countNumber":17)"));
  EXPECT_THAT(complaints(proposed, {.tags = what.tags, .environments = 8}), testing::SizeIs(1));
}

TEST(ecr, what_is_no_policy_is_told) {
  for (const char* text : {"", "{}", "[]", R"({"rules":1})"})
    EXPECT_FALSE(lifecycle_complaints(text, {})) << text;
}

}  // namespace
