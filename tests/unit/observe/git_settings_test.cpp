// A repository's configuration that is read without git says what git says, or nothing.
#include <cicd/observe/git_settings.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;

class repository : public scratch {
 public:
  repository() { git({"init", "-q"}); }
  std::string head_of(const std::string& text) {
    write(".git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n" + text);
    return tree();
  }
  observing::git_settings by_git(std::map<std::string, std::string> more = {}) const {
    return observing::settings_of(tree(), around(std::move(more)));
  }
  observing::git_settings read(std::map<std::string, std::string> more = {}) const {
    const surroundings here = around(std::move(more));
    return observing::settings_reader(here).of(*observing::git_layout_of(tree()));
  }
};

constexpr const char* plain[] = {
    "[remote \"origin\"]\n\turl = ssh://git@git.example.com/a.git\n\tfetch = "
    "+refs/heads/*:refs/remotes/origin/*\n"
    "[branch \"main\"]\n\tremote = origin\n\tmerge = refs/heads/main\n",
    "  [ReMote \"Up/Stream\"]  \n URL=https://git.example.com/b.git   \n; a comment\n# another\n\n[branch "
    "\"a.b\"]\nMERGE = refs/heads/x\n",
    "[remote \"origin\"]\n\turl = one\n\turl = two\n\tprune\n[remote \"origin\"]\n\turl = three\r\n",
    "[branch \"main\"]\n\tdescription = text\n\tremote = .\n[url]\n[gc]\n\tauto = 0\n",
    "",
};
constexpr const char* others[] = {
    "[remote \"origin\"]\n\turl = \"quoted url\"\n",
    "[remote \"origin\"]\n\turl = a#b\n",
    "[remote \"origin\"]\n\turl = on\\\n two lines\n",
    "[remote \"a\\\"b\"]\n\turl = one\n",
    "[remote \"origin\"] url = one\n",
    "[include]\n\tpath = more\n",
    "[includeIf \"gitdir:**\"]\n\tpath = more\n",
    "[extensions]\n\tworktreeConfig = true\n[remote \"origin\"]\n\turl = one\n",
};

TEST(git_settings, that_are_plain_are_read_as_git_reads_them) {
  repository here;
  for (const char* text : plain) {
    here.head_of(text);
    EXPECT_TRUE(observing::plain_settings_in(text)) << text;
    EXPECT_EQ(here.read(), here.by_git()) << text;
  }
}

TEST(git_settings, that_are_not_plain_are_asked_of_git) {
  repository here;
  here.write(".git/more", "[remote \"included\"]\n\turl = there\n");
  for (const char* text : others) {
    here.head_of(text);
    EXPECT_FALSE(observing::plain_settings_in(text)) << text;
    EXPECT_EQ(here.read(), here.by_git()) << text;
  }
}

TEST(git_settings, of_a_repository_that_belongs_to_another_user_are_asked_of_git) {
  repository here;
  here.head_of(plain[0]);
  ASSERT_EQ(::chown(here.at(".git").c_str(), 4711, 4711), 0) << "the tests run as root";
  EXPECT_EQ(here.read(), here.by_git());
  EXPECT_EQ(here.read().size(), 0U) << "git asks nothing of it";
}

TEST(git_settings, of_the_user_and_of_variables_count) {
  repository here;
  here.head_of("[remote \"origin\"]\n\turl = own\n");
  here.write("user", "[remote \"other\"]\n\turl = of-the-user\n[remote \"origin\"]\n\turl = first\n");
  here.write("conditional", "[includeIf \"gitdir:" + here.tree() + "/\"]\n\tpath = user\n");
  for (const auto& more :
       std::vector<std::map<std::string, std::string>>{{{"GIT_CONFIG_GLOBAL", here.tree() + "/user"}},
                                                       {{"GIT_CONFIG_GLOBAL", here.tree() + "/conditional"}},
                                                       {{"GIT_CONFIG_COUNT", "1"},
                                                        {"GIT_CONFIG_KEY_0", "remote.given.url"},
                                                        {"GIT_CONFIG_VALUE_0", "there"}}}) {
    EXPECT_EQ(here.read(more), here.by_git(more));
    EXPECT_EQ(here.read(more).size(), 2U) << more.begin()->second;
  }
}

}  // namespace
