// What a person puts back by hand in a manifest repository: that it is seen, and not undone.
#include <gtest/gtest.h>

#include "tried_ways.hpp"

namespace cicd {
namespace {

using texts = std::vector<std::string>;
using namespace tried;

struct a_revert_by_hand : testing::Test {
  a_revert_by_hand() {
    for (const char* version : {"v1", "v2"}) of.deploy(version);
  }
  seen_environment seen() {
    const auto now = of.home()->read();
    if (!now) ADD_FAILURE() << text_of(now.error());
    return now ? *now : seen_environment{};
  }
  tried_repository of;
};

TEST_F(a_revert_by_hand, is_seen_with_who_did_it_and_what_ran_until_then) {
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  const seen_environment there = seen();
  ASSERT_TRUE(there.reverted);
  EXPECT_EQ(there.reverted->who, "Grace <grace@example.com>");
  EXPECT_EQ(there.reverted->left, "v2");
  EXPECT_EQ(there.reverted->commit.size(), 40U);
  EXPECT_EQ(there.record->version, "v1");
}

TEST_F(a_revert_by_hand, by_a_merge_is_seen_too) {
  of.by_hand(
      "git switch -qc back; git revert --no-edit HEAD >/dev/null; git switch -q main; "
      "git merge -q --no-ff -m 'put it back' back");
  EXPECT_TRUE(seen().reverted);
}

TEST_F(a_revert_by_hand, of_the_manifests_alone_is_seen_too) {
  of.by_hand("git checkout -q HEAD~1 -- prod/orders; git commit -qm 'the old ones'");
  const seen_environment there = seen();
  ASSERT_TRUE(there.reverted);
  EXPECT_EQ(there.reverted->left, "v2");
  EXPECT_EQ(there.record->version, "v2");
}

TEST_F(a_revert_by_hand, of_the_first_deployment_is_seen_too) {
  of.by_hand("git revert --no-edit HEAD HEAD~1 >/dev/null");
  const seen_environment there = seen();
  EXPECT_FALSE(there.record);
  EXPECT_TRUE(there.reverted);
}

TEST_F(a_revert_by_hand, is_none_where_a_person_writes_something_new) {
  of.commit_file("prod/orders/a.yaml", "kind: ConfigMap");
  EXPECT_FALSE(seen().reverted);
}

TEST_F(a_revert_by_hand, is_none_where_others_commit_beside_it) {
  of.commit_file("prod/billing/a.yaml", "kind: ConfigMap");
  EXPECT_FALSE(seen().reverted);
}

TEST_F(a_revert_by_hand, is_over_once_it_was_released_and_the_next_is_seen_again) {
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  const seen_environment there = seen();
  ASSERT_TRUE(of.home()->write(allowed(), there, {{}, there.reverted->commit}, {"Ada", {}}));
  EXPECT_FALSE(seen().reverted);
  of.deploy("v3");
  EXPECT_FALSE(seen().reverted);
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  EXPECT_TRUE(seen().reverted);
}

TEST_F(a_revert_by_hand, is_told_in_the_history_and_is_no_deployment_of_its_own) {
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  texts history, kept;
  const auto records = manifest_history(of.target, 10, of.around, {});
  ASSERT_TRUE(records) << text_of(records.error());
  for (const past_manifests& each : *records)
    history.push_back(each.record.version + " " + each.record.outcome);
  EXPECT_EQ(history, (texts{"v1 reverted", "v2 deployed", "v1 deployed"}));
  for (const kept_deployment& each : *of.home()->past()) kept.push_back(each.record.version);
  EXPECT_EQ(kept, (texts{"v2", "v1"}));
}

TEST_F(a_revert_by_hand, is_in_the_summary_of_several_environments) {
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  manifest_target other = of.target;
  other.path = "prod/billing";
  const std::vector both{other, of.target};
  for (int again = 0; again < 2; ++again) {
    const auto all = read_summaries(both, of.around, {});
    ASSERT_TRUE(all[0] && all[1]) << text_of(all[1].error());
    EXPECT_FALSE(all[0]->record);
    EXPECT_FALSE(all[0]->reverted);
    EXPECT_EQ(all[1]->record->version, "v1");
    EXPECT_EQ(all[1]->reverted->left, "v2");
  }
}

}  // namespace
}  // namespace cicd
