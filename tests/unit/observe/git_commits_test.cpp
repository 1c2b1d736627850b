// The commits before one, and the commit that a word names.
#include <cicd/observe/git_commits.hpp>

#include <gmock/gmock.h>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;
using testing::ElementsAre;
using testing::IsEmpty;

/// first, (other), second as a merge of both, third.
class history : public scratch {
 public:
  history() {
    git({"init", "-q"});
    git({"commit", "-qm", "first", "--allow-empty"});
    git({"checkout", "-qb", "other"});
    git({"commit", "-qm", "other", "--allow-empty"});
    git({"checkout", "-q", "main"});
    git({"merge", "-q", "--no-ff", "-m", "second\n\nmore", "other"});
    git({"tag", "v1.0.0"});
    git({"tag", "-a", "-m", "x", "rc-1"});
    git({"commit", "-qm", "third", "--allow-empty"});
  }
  std::vector<std::string> subjects(const std::string& from, std::size_t most) const {
    std::vector<std::string> all;
    for (const past_commit& each : first_parents(tree(), from, most, around())) all.push_back(each.subject);
    return all;
  }
};

TEST(git_commits, follow_the_first_parents_of_a_commit) {
  const history here;
  EXPECT_THAT(here.subjects("HEAD", 10), ElementsAre("third", "second", "first"));
  EXPECT_THAT(here.subjects("HEAD", 2), ElementsAre("third", "second"));
  EXPECT_THAT(here.subjects(std::string(40, 'a'), 10), IsEmpty());
  const auto all = first_parents(here.tree(), "HEAD", 3, here.around());
  EXPECT_THAT(all.at(1).tags, testing::UnorderedElementsAre("v1.0.0", "rc-1"));
  EXPECT_THAT(all.at(0).tags, IsEmpty());
  EXPECT_EQ(all.at(1).id.size(), 40U);
}

TEST(git_commits, are_named_by_a_tag_a_branch_or_their_first_digits) {
  const history here;
  const std::string second = first_parents(here.tree(), "HEAD", 3, here.around()).at(1).id;
  for (const std::string& word :
       {std::string("v1.0.0"), std::string("rc-1"), second, second.substr(0, 7), std::string("HEAD^")})
    EXPECT_EQ(commit_named(here.tree(), word, here.around()), second) << word;
  for (const char* word : {"", "v2.0.0", "--all", "-1", "no such"})
    EXPECT_EQ(commit_named(here.tree(), word, here.around()), std::nullopt) << word;
}

}  // namespace
