// What a step is shown of its repository is what git says of the repository itself.
#include <cicd/observe/git_history.hpp>

#include <gmock/gmock.h>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;
using testing::HasSubstr;
using testing::Not;

class repository : public scratch {
 public:
  repository() {
    git({"init", "-q"});
    write("services/orders/pom.xml", "<project/>");
    write("README.md", "words");
    git({"add", "."});
    git({"commit", "-qm", "first"});
    git({"tag", "-a", "-m", "x", "v1.0"});
    git({"commit", "-qm", "second", "--allow-empty"});
    git({"tag", "light"});
    git({"remote", "add", "origin", "https://joe:canary@git.example.com/shop/orders.git"});
  }
  git_history seen(const std::string& relative = {}) const {
    const auto history = git_history_of(relative.empty() ? tree() : at(relative), around());
    EXPECT_TRUE(history && *history);
    return history && *history ? **history : git_history{};
  }
  /// In a folder that holds one file of the service's.
  std::string in_step(std::vector<std::string> words, const std::string& pom = "<project/>") const {
    const std::string folder = path() + "/step";
    EXPECT_TRUE(make_folder(folder));
    EXPECT_TRUE(write_file(folder + "/pom.xml", pom, durability::fast));
    const status placed = place_history(seen("services/orders"), folder, around());
    EXPECT_TRUE(placed) << (placed ? "" : text_of(placed.error()));
    return git(std::move(words), "../step");
  }
};

TEST(git_history, shows_a_step_the_commit_the_branch_and_the_tags) {
  const repository here;
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"rev-parse", "HEAD"},
                                             {"symbolic-ref", "HEAD"},
                                             {"describe", "--long", "--match", "v*"},
                                             {"log", "--format=%H %an %s"},
                                             {"tag", "--points-at", "HEAD"},
                                             {"rev-parse", "v1.0^{commit}"},
                                             {"rev-list", "--count", "HEAD"}})
    EXPECT_EQ(here.git(words), here.in_step(words)) << words[0];
  EXPECT_EQ("https://git.example.com/shop/orders.git", here.in_step({"config", "remote.origin.url"}));
  EXPECT_EQ("main", here.seen().branch);
  EXPECT_EQ(std::vector<std::string>{"light"}, here.seen().tags);
}

TEST(git_history, says_that_nothing_is_changed_although_the_folder_holds_a_part) {
  const repository here;
  EXPECT_EQ("", here.in_step({"status", "--porcelain"}));
  EXPECT_THAT(here.in_step({"describe", "--always", "--dirty"}), Not(HasSubstr("dirty")));
}

TEST(git_history, says_that_something_is_changed_wherever_in_the_repository_it_is) {
  const repository here;
  here.write("README.md", "other words");
  EXPECT_THAT(here.in_step({"describe", "--always", "--dirty"}), HasSubstr("dirty"));
  here.write("README.md", "words");
  here.write("untracked", "");
  EXPECT_THAT(here.in_step({"describe", "--always", "--dirty"}), Not(HasSubstr("dirty")));
}

TEST(git_history, differs_by_commit_branch_tag_and_change_and_not_by_place) {
  const repository here;
  const std::string first = here.seen().text();
  EXPECT_EQ(first, here.seen("services/orders").text());
  EXPECT_THAT(first, Not(HasSubstr("canary")));
  std::vector<std::string> texts{first};
  here.write("README.md", "other words");
  texts.push_back(here.seen().text());
  here.git({"checkout", "-q", "README.md"});
  EXPECT_EQ(first, here.seen().text());
  here.git({"checkout", "-qb", "other"});
  texts.push_back(here.seen().text());
  here.git({"tag", "v2"});
  texts.push_back(here.seen().text());
  here.git({"commit", "-qm", "third", "--allow-empty"});
  texts.push_back(here.seen().text());
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(texts.end(), std::adjacent_find(texts.begin(), texts.end()));
}

TEST(git_history, works_with_a_detached_head_and_in_a_shallow_clone) {
  const repository here;
  here.git({"checkout", "-q", "--detach"});
  EXPECT_EQ(here.seen().commit, here.in_step({"rev-parse", "HEAD"}));
  here.git({"clone", "-q", "--depth=1", "file://" + here.tree(), "../shallow"});
  const auto history = git_history_of(here.path() + "/shallow", here.around());
  ASSERT_TRUE(history && *history);
  ASSERT_TRUE(make_folder(here.path() + "/step"));
  ASSERT_TRUE(place_history(**history, here.path() + "/step", here.around()));
  EXPECT_EQ("1", here.git({"rev-list", "--count", "HEAD"}, "../step"));
}

TEST(git_history, is_none_without_a_repository_or_a_commit) {
  const scratch here;
  EXPECT_FALSE(*git_history_of(here.tree(), here.around()));
  here.git({"init", "-q"});
  EXPECT_FALSE(*git_history_of(here.tree(), here.around()));
}

}  // namespace
