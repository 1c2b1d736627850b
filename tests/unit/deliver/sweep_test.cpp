// What is over, and that nothing is where the list of branches cannot be trusted.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/branch/sweep.hpp>

#include "temporary_folder.hpp"

namespace cicd {
namespace {

const auto now = *utc_from("2026-11-21T10:00:00Z");

known_place known(const char* kind, const char* branch, const char* expires) {
  known_place one;
  one.state.facts = {
      {branch_fact::kind, kind}, {branch_fact::branch, branch}, {branch_fact::expires, expires}};
  return one;
}

std::vector<std::string> whys(const known_place& of, const std::set<std::string>& branches) {
  std::vector<std::string> all;
  for (const over& each : over_among({of}, branches, now)) all.push_back(each.why);
  return all;
}

TEST(sweeping, ends_a_preview_whose_branch_is_gone) {
  EXPECT_EQ(whys(known("preview", "fix", "2026-11-25T10:00:00Z"), {"main"}),
            std::vector<std::string>{"its branch is gone"});
  EXPECT_TRUE(whys(known("preview", "fix", "2026-11-25T10:00:00Z"), {"main", "fix"}).empty());
}

TEST(sweeping, ends_what_had_its_time) {
  EXPECT_EQ(whys(known("preview", "fix", "2026-11-21T10:00:00Z"), {"fix"}),
            std::vector<std::string>{"its time was over at 2026-11-21T10:00:00Z"});
  EXPECT_TRUE(whys(known("preview", "fix", "2026-11-21T10:00:01Z"), {"fix"}).empty());
}

TEST(sweeping, does_not_end_a_canary_because_its_branch_was_merged) {
  EXPECT_TRUE(whys(known("canary", "fix", "2026-11-25T10:00:00Z"), {"main"}).empty());
  EXPECT_EQ(whys(known("canary", "fix", "2026-11-21T09:00:00Z"), {"main", "fix"}).size(), 1U);
}

TEST(sweeping, leaves_what_it_does_not_understand) {
  EXPECT_TRUE(whys(known("preview", "fix", "soon"), {"fix"}).empty());
  EXPECT_TRUE(whys(known("", "fix", "2026-11-01T10:00:00Z"), {}).empty());
  EXPECT_TRUE(whys(known_place{}, {}).empty());
}

class remotes : public testing::Test {
 protected:
  int git(const std::string& words) const {
    return std::system(("git -C '" + folder.path() + "' -c user.name=t -c user.email=t@example.com " + words
                        + " >/dev/null 2>&1")
                           .c_str());
  }
  void clone() {
    ASSERT_EQ(git("init -q --bare origin.git"), 0);
    ASSERT_EQ(git("init -q -b main work"), 0);
    ASSERT_EQ(git("-C work remote add origin '" + (folder / "origin.git") + "'"), 0);
  }
  auto asked() const {
    return branches_at_origin(
        folder / "work", surroundings({{"PATH", std::getenv("PATH")}, {"HOME", folder.path()}}), nullptr);
  }
  temporary_folder folder;
};

TEST_F(remotes, tell_their_branches) {
  clone();
  ASSERT_EQ(git("-C work commit -q --allow-empty -m one"), 0);
  ASSERT_EQ(git("-C work push -q origin main main:feature/a"), 0);
  const auto branches = asked();
  ASSERT_TRUE(branches) << text_of(branches.error());
  EXPECT_EQ(*branches, (std::set<std::string>{"main", "feature/a"}));
}

TEST_F(remotes, that_do_not_answer_mean_that_nothing_is_removed) {
  clone();
  std::filesystem::remove_all(folder / "origin.git");
  const auto branches = asked();
  ASSERT_FALSE(branches);
  EXPECT_EQ(branches.error().kind, exit_class::remote);
  EXPECT_NE(text_of(branches.error()).find("nothing was removed"), std::string::npos);
}

TEST_F(remotes, without_any_branch_are_not_believed) {
  clone();
  const auto branches = asked();
  ASSERT_FALSE(branches);
  EXPECT_EQ(branches.error().kind, exit_class::remote);
  EXPECT_NE(text_of(branches.error()).find("listed no branches"), std::string::npos);
}

TEST(previews_without_sweep, are_complained_of) {
  declared_pipeline of;
  of.declared.name = dns_label("orders");
  preview declared;
  declared.in = dns_label("stage");
  of.declared.previews = {declared};
  ASSERT_EQ(preview_complaints(of).size(), 1U);
  EXPECT_NE(preview_complaints(of).front().find("cicd preview sweep orders"), std::string::npos);
  of.declared.previews.front().sweep = text("ci");
  EXPECT_TRUE(preview_complaints(of).empty());
}

}  // namespace
}  // namespace cicd
