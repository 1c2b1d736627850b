// What git knows of a folder, in every state that a repository is found in.
#include <cicd/observe/git.hpp>

#include <gmock/gmock.h>

#include <cicd/observe/git_program.hpp>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class repository : public scratch {
 public:
  repository() {
    git({"init", "-q"});
    write("a", "one");
    git({"add", "."});
    git({"commit", "-qm", "first"});
  }
  std::string head() const { return git({"rev-parse", "HEAD"}); }
  git_state state(std::map<std::string, std::string> more = {}) const {
    return git_state_of(tree(), around(std::move(more)));
  }
  /// What can be known without starting git.
  git_state state_without_git(const std::string& folder) const {
    return git_state_of(folder, around({{"PATH", "/nonexistent"}}));
  }
};

TEST(git_state, reads_commit_and_branch_without_git) {
  const repository here;
  const auto now = here.state_without_git(here.tree());
  EXPECT_TRUE(now.repository);
  EXPECT_EQ(here.tree(), now.top);
  EXPECT_EQ(here.head(), now.commit);
  EXPECT_EQ(here.head().substr(0, 7), now.short_commit());
  EXPECT_EQ("main", now.branch);
  EXPECT_FALSE(now.branch_from_ci);
  EXPECT_FALSE(now.shallow);
  EXPECT_THAT(now.unknown, IsEmpty());
}

TEST(git_state, finds_the_repository_from_a_folder_in_it) {
  const repository here;
  ASSERT_TRUE(make_folder(here.at("x/y")));
  const auto now = here.state_without_git(here.at("x/y"));
  EXPECT_EQ(here.tree(), now.top);
  EXPECT_EQ(here.head(), now.commit);
}

TEST(git_state, reads_packed_refs_and_lets_loose_ones_win) {
  const repository here;
  here.git({"tag", "light"});
  here.git({"tag", "-a", "-m", "x", "annotated"});
  const auto first = here.head();
  here.git({"pack-refs", "--all"});
  EXPECT_EQ(first, here.state_without_git(here.tree()).commit);
  EXPECT_THAT(here.state_without_git(here.tree()).tags, ElementsAre("annotated", "light"));
  here.write("a", "two");
  here.git({"commit", "-qam", "second"});
  EXPECT_NE(first, here.head());
  EXPECT_EQ(here.head(), here.state_without_git(here.tree()).commit);
  EXPECT_THAT(here.state_without_git(here.tree()).tags, IsEmpty());
}

TEST(git_state, gives_the_tags_of_the_commit) {
  const repository here;
  here.git({"tag", "v1.0.0"});
  EXPECT_THAT(here.state_without_git(here.tree()).tags, ElementsAre("v1.0.0"));
  here.write("a", "two");
  here.git({"commit", "-qam", "second"});
  EXPECT_THAT(here.state().tags, IsEmpty());
  here.git({"tag", "-a", "-m", "x", "v2.0.0"});
  here.git({"tag", "feature/light"});
  EXPECT_THAT(here.state().tags, ElementsAre("feature/light", "v2.0.0"));
}

TEST(git_state, says_that_annotated_tags_need_git) {
  const repository here;
  here.git({"tag", "-a", "-m", "x", "v1"});
  const auto now = here.state_without_git(here.tree());
  EXPECT_EQ(here.head(), now.commit);
  ASSERT_EQ(1U, now.unknown.size());
  EXPECT_THAT(now.unknown[0], HasSubstr("tags are not known: 'git' is not installed"));
}

TEST(git_state, has_no_branch_when_detached_unless_ci_names_it) {
  const repository here;
  here.git({"checkout", "-q", "--detach"});
  EXPECT_EQ(here.head(), here.state().commit);
  EXPECT_EQ(std::nullopt, here.state().branch);
  const auto now =
      here.state({{"DRONE", "true"}, {"DRONE_BUILD_EVENT", "push"}, {"DRONE_BRANCH", "feature/x"}});
  EXPECT_EQ("feature/x", now.branch);
  EXPECT_EQ("feature/x", now.built_branch);
  EXPECT_TRUE(now.branch_from_ci);
  const auto tag = here.state({{"DRONE", "true"}, {"DRONE_BUILD_EVENT", "tag"}, {"DRONE_TAG", "v1"}});
  EXPECT_EQ(std::nullopt, tag.branch);
  EXPECT_EQ(std::nullopt, tag.built_branch);
}

TEST(git_state, believes_the_repository_more_than_ci) {
  const repository here;
  const auto now = here.state({{"DRONE", "true"}, {"DRONE_BUILD_EVENT", "push"}, {"DRONE_BRANCH", "other"}});
  EXPECT_EQ("main", now.branch);
  EXPECT_EQ("main", now.built_branch);
  EXPECT_FALSE(now.branch_from_ci);
}

TEST(git_state, has_no_branch_to_follow_in_a_pull_request_even_where_its_base_is_checked_out) {
  const repository here;
  const auto now = here.state({{"DRONE", "true"},
                               {"DRONE_BUILD_EVENT", "pull_request"},
                               {"DRONE_PULL_REQUEST", "12"},
                               {"DRONE_TARGET_BRANCH", "main"},
                               {"DRONE_SOURCE_BRANCH", "main"}});
  EXPECT_EQ(std::nullopt, now.branch);
  EXPECT_EQ("main", now.built_branch);
  EXPECT_FALSE(now.branch_from_ci);
}

TEST(git_state, knows_a_repository_without_commits) {
  const scratch here;
  here.git({"init", "-q"});
  const auto now = git_state_of(here.tree(), here.around());
  EXPECT_TRUE(now.repository);
  EXPECT_EQ(std::nullopt, now.commit);
  EXPECT_EQ("main", now.branch);
  EXPECT_EQ("", now.short_commit());
  EXPECT_THAT(now.unknown, ElementsAre("the commit is not known: the repository has no commit yet"));
}

TEST(git_state, says_when_there_is_no_repository) {
  const scratch here;
  const auto now = git_state_of(here.tree(), here.around());
  EXPECT_FALSE(now.repository);
  EXPECT_EQ(std::nullopt, now.commit);
  EXPECT_THAT(now.unknown,
              ElementsAre("commit, branch and tags are not known: this is not a git repository"));
}

TEST(git_state, reads_linked_work_trees) {
  const repository here;
  here.git({"worktree", "add", "-q", "-b", "side", here.path() + "/linked"});
  const auto now = here.state_without_git(here.path() + "/linked");
  EXPECT_EQ(here.path() + "/linked", now.top);
  EXPECT_EQ("side", now.branch);
  EXPECT_EQ(here.head(), now.commit);
}

TEST(git_state, reads_a_submodule) {
  const repository here, inner;
  here.git({"submodule", "--quiet", "add", inner.tree(), "sub"});
  const auto now = here.state_without_git(here.at("sub"));
  EXPECT_EQ(here.at("sub"), now.top);
  EXPECT_EQ(inner.head(), now.commit);
}

TEST(git_state, knows_a_shallow_clone) {
  const repository here;
  here.write("a", "two");
  here.git({"commit", "-qam", "second"});
  here.git({"clone", "-q", "--depth=1", "file://" + here.tree(), here.path() + "/clone"});
  const auto now = git_state_of(here.path() + "/clone", here.around());
  EXPECT_TRUE(now.shallow);
  EXPECT_EQ(here.head(), now.commit);
  EXPECT_THAT(now.unknown, ElementsAre(HasSubstr("shallow clone")));
}

TEST(git_state, keeps_hostile_branch_names_as_they_are) {
  const repository here;
  for (const auto* name :
       {"$(touch${IFS}x)", "`x`", "-x/--upload-pack=y", "a;b", "feature/\xc3\xa4", "%s%n"}) {
    here.git({"update-ref", "refs/heads/" + std::string(name), "HEAD"});
    here.git({"symbolic-ref", "HEAD", "refs/heads/" + std::string(name)});
    EXPECT_EQ(name, here.state().branch);
    EXPECT_EQ(here.head(), here.state().commit);
  }
}

TEST(git_state, survives_a_damaged_repository) {
  const repository here;
  for (const auto* text : {"", "ref: ", "ref: refs/heads/none", "ref: ../../../etc/passwd", "zzzz", "\n\n"}) {
    ASSERT_TRUE(write_file(here.at(".git/HEAD"), text, durability::fast));
    EXPECT_EQ(std::nullopt, here.state().commit) << text;
  }
  ASSERT_TRUE(write_file(here.at(".git/HEAD"), "ref: refs/heads/loop", durability::fast));
  ASSERT_TRUE(write_file(here.at(".git/refs/heads/loop"), "ref: refs/heads/loop", durability::fast));
  EXPECT_EQ(std::nullopt, here.state().commit);
}

TEST(git_state, says_when_the_repository_belongs_to_another_user) {
  ASSERT_EQ(0U, ::geteuid()) << "only root can give a repository away: run this suite as root";
  const repository here;
  for (const auto* path : {"", ".git"}) ASSERT_EQ(0, ::chown(here.at(path).c_str(), 65534, 65534));
  const auto now = here.state();
  EXPECT_EQ("main", now.branch);
  ASSERT_EQ(1U, now.unknown.size());
  EXPECT_THAT(now.unknown[0], HasSubstr("git config --global --add safe.directory " + here.tree()));
  const auto changes = changes_in(here.tree(), here.around());
  ASSERT_FALSE(changes);
  EXPECT_THAT(text_of(changes.error()), HasSubstr("safe.directory"));
}

TEST(changes_in, is_empty_for_a_clean_tree) {
  const repository here;
  here.write("ignored", "");
  ASSERT_TRUE(write_file(here.at(".git/info/exclude"), "ignored\n", durability::fast));
  const auto changes = changes_in(here.tree(), here.around());
  ASSERT_TRUE(changes);
  EXPECT_THAT(*changes, IsEmpty());
}

TEST(changes_in, names_changed_new_deleted_and_renamed_paths) {
  const repository here;
  here.write("to rename", "a rather long content, so that it is found again");
  here.write("to delete", "x");
  here.git({"add", "."});
  here.git({"commit", "-qm", "second"});
  here.write("a", "changed");
  here.git({"mv", "to rename", "renamed to"});
  here.git({"rm", "-q", "to delete"});
  here.write("new/one \"quoted\"\nline", "");
  const auto changes = changes_in(here.tree(), here.around());
  ASSERT_TRUE(changes);
  EXPECT_THAT(*changes, ElementsAre("a", "new/one \"quoted\"\nline", "renamed to", "to delete", "to rename"));
}

TEST(changes_in, names_conflicts) {
  const repository here;
  here.git({"checkout", "-qb", "side"});
  here.write("a", "side");
  here.git({"commit", "-qam", "side"});
  here.git({"checkout", "-q", "main"});
  here.write("a", "main");
  here.git({"commit", "-qam", "main"});
  const auto variables = here.around();
  observing::ask_git(here.tree(), {"merge", "-q", "side"}, variables);
  const auto changes = changes_in(here.tree(), variables);
  ASSERT_TRUE(changes);
  EXPECT_THAT(*changes, ElementsAre("a"));
}

TEST(changes_in, is_limited_to_the_folder) {
  const repository here;
  here.write("orders/b", "");
  here.write("payments/c", "");
  const auto changes = changes_in(here.at("orders"), here.around());
  ASSERT_TRUE(changes);
  EXPECT_THAT(*changes, ElementsAre("orders/b"));
}

TEST(changes_in, fails_outside_a_repository_and_without_git) {
  const scratch here;
  EXPECT_FALSE(changes_in(here.tree(), here.around()));
  const auto none = changes_in(here.tree(), here.around({{"PATH", "/nonexistent"}}));
  ASSERT_FALSE(none);
  EXPECT_THAT(text_of(none.error()), HasSubstr("'git' is not installed"));
}

TEST(who, is_the_person_of_git_or_of_ci_or_of_the_machine) {
  const repository here;
  here.git({"config", "user.name", "Ada"});
  here.git({"config", "user.email", "ada@example.com"});
  auto variables = here.around().all();
  variables.erase("GIT_AUTHOR_NAME");
  variables.erase("GIT_AUTHOR_EMAIL");
  EXPECT_EQ("Ada <ada@example.com>", who(here.tree(), surroundings(variables)));
  variables["GITHUB_ACTIONS"] = "true";
  variables["GITHUB_ACTOR"] = "octo";
  EXPECT_EQ("octo", who(here.tree(), surroundings(variables)));
  const scratch nothing;
  std::map<std::string, std::string, std::less<>> bare = {
      {"USER", "joe"}, {"HOME", nothing.path()}, {"GIT_CONFIG_NOSYSTEM", "1"}};
  EXPECT_THAT(who(nothing.tree(), surroundings(bare)), testing::StartsWith("joe@"));
}

TEST(who, prefers_what_the_environment_says_to_git) {
  const repository here;
  EXPECT_EQ("A <a@example.com>", who(here.tree(), here.around()));
}

TEST(is_ancestor, knows_older_and_newer) {
  const repository here;
  const auto first = here.head();
  here.write("a", "two");
  here.git({"commit", "-qam", "second"});
  const auto second = here.head();
  EXPECT_EQ(true, is_ancestor(here.tree(), first, second, here.around()));
  EXPECT_EQ(true, is_ancestor(here.tree(), first, first, here.around()));
  EXPECT_EQ(false, is_ancestor(here.tree(), second, first, here.around()));
}

TEST(is_ancestor, does_not_guess_about_commits_that_are_not_there) {
  const repository here;
  EXPECT_EQ(std::nullopt, is_ancestor(here.tree(), std::string(40, 'a'), here.head(), here.around()));
  EXPECT_EQ(std::nullopt, is_ancestor(here.tree(), "--version", here.head(), here.around()));
  EXPECT_EQ(std::nullopt, is_ancestor(here.tree(), "HEAD", here.head(), here.around()));
}

}  // namespace
