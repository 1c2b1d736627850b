// Which deployment a rollback means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/rollback.hpp>

namespace cicd {
namespace {

using testing::HasSubstr;

deployment_record record_of(std::int64_t generation,
                            const std::string& image,
                            const std::string& outcome = "deployed") {
  deployment_record record;
  record.generation = generation;
  record.id = "run-" + std::to_string(generation);
  record.version = image;
  record.images["image"] = {image, image, sha256(image), {}, {}};
  record.outcome = outcome;
  return record;
}

class rollbacks : public testing::Test {
 protected:
  /// Newest first.
  std::vector<past_deployment> past{
      {record_of(3, "v2"), {json()}}, {record_of(2, "v2"), {json()}}, {record_of(1, "v1"), {json()}}};
  cluster_state now;

  std::int64_t meant(const std::string& to = {}) {
    const result<past_deployment> found = deployment_to_put_back(past, now, to, "orders/prod");
    return found ? found->record.generation : 0;
  }
};

TEST_F(rollbacks, go_to_the_deployment_before_although_its_images_are_the_same) {
  now.record = record_of(3, "v2");
  EXPECT_EQ(meant(), 2);
}

TEST_F(rollbacks, of_a_deploy_that_failed_go_to_the_last_good_one) {
  now.record = record_of(4, "v3", "failed");
  EXPECT_EQ(meant(), 3);
}

TEST_F(rollbacks, after_one_that_happened_by_itself_go_before_what_runs_since) {
  now.record = record_of(3, "v2", "rolled-back");
  now.record->generation = 4;
  EXPECT_EQ(meant(), 2);
}

TEST_F(rollbacks, go_where_they_are_told) {
  now.record = record_of(3, "v2");
  EXPECT_EQ(meant("v1"), 1);
  EXPECT_EQ(meant("#2"), 2);
}

TEST_F(rollbacks, without_an_earlier_deployment_say_what_helps) {
  past.resize(1);
  now.record = record_of(3, "v2");
  const auto none = deployment_to_put_back(past, now, {}, "orders/prod");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(none.error()), HasSubstr("  try: "));
}

}  // namespace
}  // namespace cicd
