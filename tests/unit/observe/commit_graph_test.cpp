// How far commits of a folder are apart.
#include <cicd/observe/commit_graph.hpp>

#include <gmock/gmock.h>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;
using testing::HasSubstr;
using testing::IsEmpty;

class repository : public scratch {
 public:
  repository() { git({"init", "-q"}); }
  std::string commit(const std::string& file) const {
    write(file, std::to_string(++count_));
    git({"add", "-A"});
    git({"commit", "-qm", file});
    return git({"rev-parse", "HEAD"});
  }
  commit_graph graph(std::vector<std::string> tips,
                     bool with_tags = false,
                     const std::string& at = {}) const {
    auto read = commit_graph::read(at.empty() ? tree() : at, {std::move(tips), with_tags}, around());
    EXPECT_TRUE(read) << text_of(read.error());
    return read ? *read : commit_graph();
  }

 private:
  mutable int count_ = 0;
};

TEST(commit_graph, counts_the_commits_of_a_folder_that_another_commit_lacks) {
  const repository here;
  const std::string first = here.commit("a/x");
  here.commit("b/x");
  here.commit("ab/x");
  const std::string tagged = here.commit("a/y");
  here.git({"tag", "v1"});
  here.git({"tag", "-a", "-m", "x", "rc-1"});
  const std::string last = here.commit("a/z z");
  const commit_graph graph = here.graph({first, last, last}, true);
  EXPECT_EQ(graph.distance(first, last, "a").behind, 2U);
  EXPECT_EQ(graph.distance(first, last, "b").behind, 1U);
  EXPECT_EQ(graph.distance(first, last, "").behind, 4U);
  EXPECT_EQ(graph.distance(tagged, last, "b").behind, 0U);
  EXPECT_EQ(graph.distance(last, last, "a").behind, 0U);
  EXPECT_EQ(graph.distance(last, first, "a").ahead, 2U);
  ASSERT_EQ(graph.tags().size(), 2U);
  EXPECT_EQ(graph.tags().front().commit, tagged);
}

TEST(commit_graph, counts_what_a_merge_brings_and_not_the_merge) {
  const repository here;
  const std::string first = here.commit("a/x");
  here.git({"checkout", "-qb", "fix"});
  const std::string fix = here.commit("a/fix");
  here.git({"checkout", "-q", "main"});
  const std::string other = here.commit("a/other");
  here.git({"merge", "-q", "--no-ff", "-m", "m", "fix"});
  const std::string merge = here.git({"rev-parse", "HEAD"});
  const commit_graph graph = here.graph({first, fix, merge});
  EXPECT_EQ(graph.distance(first, merge, "a").behind, 2U);
  EXPECT_EQ(graph.distance(fix, other, "a").behind, 1U);
  EXPECT_EQ(graph.distance(fix, other, "a").ahead, 1U);
}

TEST(commit_graph, says_why_a_distance_is_not_known) {
  const repository here;
  const std::string first = here.commit("a/x");
  const std::string second = here.commit("a/y");
  const std::string last = here.commit("a/z");
  const std::string unknown(40, 'a');
  const commit_graph graph = here.graph({unknown, last});
  EXPECT_EQ(graph.distance(unknown, last, "a").behind, std::nullopt);
  EXPECT_THAT(graph.distance(unknown, last, "a").why, HasSubstr("commit aaaaaaa is not here"));
  EXPECT_THAT(graph.distance(last, last, "a").why, IsEmpty());

  here.git({"clone", "-q", "--depth", "2", "file://" + here.tree(), here.path() + "/shallow"});
  const commit_graph shallow = here.graph({first, last}, false, here.path() + "/shallow");
  EXPECT_EQ(shallow.distance(second, last, "a").behind, 1U);
  EXPECT_EQ(shallow.distance(first, last, "a").behind, std::nullopt);
  EXPECT_THAT(shallow.distance(first, last, "a").why, HasSubstr("a shallow clone"));

  const auto few = commit_graph::read(here.tree(), {.tips = {last}, .most = 2}, here.around());
  ASSERT_TRUE(few);
  EXPECT_EQ(few->distance(first, last, "a").behind, std::nullopt);
}

TEST(commit_graph, does_not_fetch_the_trees_of_a_clone_that_has_none) {
  const repository here;
  here.commit("a/x");
  here.git({"config", "uploadpack.allowFilter", "true"});
  here.git(
      {"clone", "-q", "--no-checkout", "--filter=tree:0", "file://" + here.tree(), here.path() + "/bare"});
  const auto read = commit_graph::read(here.path() + "/bare", {}, here.around());
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr("has no trees"));
}

}  // namespace
