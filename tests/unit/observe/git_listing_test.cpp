// Inputs by git's word: what is tracked and not ignored, and that the second look asks no git as long as
// nothing changed.
#include <cicd/observe/git_listing.hpp>

#include <gmock/gmock.h>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::HasSubstr;

/// A repository, and a `git` that counts how often it is started.
class repository : public scratch {
 public:
  repository() {
    git({"init", "-q"});
    const auto real = find_program("git", surroundings::of_process().get_or("PATH", ""), "/").value();
    EXPECT_TRUE(write_file(path() + "/bin/git",
                           "#!/bin/sh\necho >> '" + path() + "/started'\nexec '" + real + "' \"$@\"\n",
                           durability::fast, 0755));
  }

  surroundings counted() const {
    return around({{"PATH", path() + "/bin:" + surroundings::of_process().get_or("PATH", "")}});
  }
  result<file_set> look(const file_query& query) const {
    file_index index(this->index(), counted());
    auto set = index.look(query);
    EXPECT_TRUE(index.save());
    return set;
  }
  result<file_set> look() const { return look(query()); }

  /// How often git was started since the last call.
  std::size_t started() const {
    const auto count = read_file_if_there(path() + "/started").value_or(std::nullopt).value_or("").size();
    EXPECT_TRUE(remove_tree(path() + "/started"));
    return count;
  }
};

TEST(git_listing, takes_what_is_tracked_and_what_is_not_ignored) {
  const repository here;
  here.write("tracked", "");
  here.write("forced.o", "");
  here.write("other.o", "");
  here.write("new/untracked", "");
  here.write("target/a", "");
  here.write(".gitignore", "*.o\n/target/\n");
  here.git({"add", "-f", "tracked", "forced.o"});
  EXPECT_THAT(paths(here.look()), ElementsAre(".gitignore", "forced.o", "new/untracked", "tracked"));
}

TEST(git_listing, starts_no_process_for_the_second_look) {
  const repository here;
  here.write("a", "");
  here.write("src/b", "");
  here.write("target/c", "");
  here.write(".gitignore", "target\n");
  ASSERT_TRUE(make_folder(here.at("empty/inner")));
  here.git({"add", "a"});
  let_ticks_pass();
  const auto first = here.look();
  EXPECT_GT(here.started(), 0U);
  const auto second = here.look();
  EXPECT_EQ(0U, here.started());
  EXPECT_EQ(paths(first), paths(second));
  here.write("target/d", "");
  EXPECT_EQ(paths(first), paths(here.look()));
  EXPECT_EQ(0U, here.started());
}

TEST(git_listing, sees_a_new_file_wherever_it_appears) {
  const repository here;
  here.write("src/a", "");
  ASSERT_TRUE(make_folder(here.at("empty/inner")));
  for (const auto* path : {"b", "src/c", "empty/inner/d", "empty/e", "src/new/deep/f"}) {
    let_ticks_pass();
    ASSERT_TRUE(here.look());
    here.write(path, "");
    const auto found = paths(here.look());
    EXPECT_NE(found.end(), std::find(found.begin(), found.end(), path)) << path;
  }
}

TEST(git_listing, sees_another_content_in_a_file_without_asking_git) {
  const repository here;
  here.write("a", "one");
  let_ticks_pass();
  ASSERT_TRUE(here.look());
  here.started();
  here.write("a", "two");
  EXPECT_EQ(sha256("two"), only(here.look()).content);
  EXPECT_EQ(0U, here.started());
}

TEST(git_listing, leaves_out_what_is_tracked_but_deleted) {
  const repository here;
  here.write("a", "");
  here.write("gone/b", "");
  here.write("c", "");
  here.git({"add", "."});
  let_ticks_pass();
  ASSERT_TRUE(here.look());
  ASSERT_TRUE(remove_tree(here.at("gone")));
  ::unlink(here.at("c").c_str());
  EXPECT_THAT(paths(here.look()), ElementsAre("a"));
  let_ticks_pass();
  EXPECT_THAT(paths(here.look()), ElementsAre("a"));
  here.started();
  EXPECT_THAT(paths(here.look()), ElementsAre("a"));
  EXPECT_EQ(0U, here.started());
}

TEST(git_listing, sees_every_change_of_what_is_ignored) {
  const repository here;
  here.write("a.x", "");
  here.write("sub/b.x", "");
  here.write("sub/c", "");
  const auto look_after = [&](const std::string& path, std::string_view text) {
    let_ticks_pass();
    EXPECT_TRUE(here.look());
    EXPECT_TRUE(write_file(path, text, durability::fast));
    return paths(here.look());
  };
  EXPECT_THAT(look_after(here.at("sub/.gitignore"), "b.x\n"), ElementsAre("a.x", "sub/.gitignore", "sub/c"));
  EXPECT_THAT(look_after(here.at("sub/.gitignore"), "c\n"), ElementsAre("a.x", "sub/.gitignore", "sub/b.x"));
  EXPECT_THAT(look_after(here.at(".git/info/exclude"), "a.x\n"), ElementsAre("sub/.gitignore", "sub/b.x"));
  EXPECT_THAT(look_after(here.path() + "/home/.config/git/ignore", ".gitignore\n"), ElementsAre("sub/b.x"));
  ASSERT_TRUE(write_file(here.path() + "/home/mine", "*.x\n", durability::fast));
  EXPECT_THAT(look_after(here.path() + "/home/.gitconfig", "[core]\nexcludesFile = ~/mine\n"),
              ElementsAre("sub/.gitignore"));
  EXPECT_THAT(look_after(here.path() + "/home/mine", "zzz\n"), ElementsAre("sub/.gitignore", "sub/b.x"));
}

TEST(git_listing, sees_a_file_that_is_tracked_although_ignored) {
  const repository here;
  here.write("a", "");
  here.write("b.o", "");
  here.write(".gitignore", "*.o\n");
  let_ticks_pass();
  EXPECT_THAT(paths(here.look()), ElementsAre(".gitignore", "a"));
  here.git({"add", "-f", "b.o"});
  EXPECT_THAT(paths(here.look()), ElementsAre(".gitignore", "a", "b.o"));
}

TEST(git_listing, is_limited_to_the_folder_and_knows_the_ignore_files_above_it) {
  const repository here;
  here.write("orders/a", "");
  here.write("orders/b.x", "");
  here.write("payments/c", "");
  auto query = here.query();
  query.root = here.at("orders");
  let_ticks_pass();
  EXPECT_THAT(paths(here.look(query)), ElementsAre("a", "b.x"));
  here.write(".gitignore", "*.x\n");
  EXPECT_THAT(paths(here.look(query)), ElementsAre("a"));
}

TEST(git_listing, asks_git_once_for_many_folders) {
  const repository here;
  std::vector<file_query> queries;
  for (int i = 0; i < 20; ++i) {
    here.write("s" + std::to_string(i) + "/a", "");
    queries.push_back(here.query());
    queries.back().root = here.at("s" + std::to_string(i));
  }
  file_index index(here.index(), here.counted());
  for (const auto& set : index.look(queries)) EXPECT_THAT(paths(set), ElementsAre("a"));
  EXPECT_LE(here.started(), 3U);
}

TEST(git_listing, leaves_out_build_trees_tracked_or_not) {
  const repository here;
  here.write("a", "");
  here.write("b [1]*/new", "");
  here.write("b [1]*/tracked", "");
  here.git({"add", "b [1]*/tracked"});
  auto query = here.query();
  query.never = {here.at("b [1]*")};
  EXPECT_THAT(paths(here.look(query)), ElementsAre("a"));
  EXPECT_THAT(paths(here.look()), ElementsAre("a", "b [1]*/new", "b [1]*/tracked"));
  let_ticks_pass();
  ASSERT_TRUE(here.look(query));
  here.started();
  here.write("b [1]*/newer", "");
  EXPECT_THAT(paths(here.look(query)), ElementsAre("a"));
  EXPECT_EQ(0U, here.started());
}

TEST(git_listing, excludes_by_pattern_too) {
  const repository here;
  here.write("src/a", "");
  here.write("docs/b", "");
  auto query = here.query();
  query.exclude = {"docs/**"};
  EXPECT_THAT(paths(here.look(query)), ElementsAre("src/a"));
}

TEST(git_listing, counts_the_files_of_submodules) {
  const repository here;
  const repository inner;
  inner.write("lib/x", "one");
  inner.git({"add", "."});
  inner.git({"commit", "-qm", "x"});
  here.write("a", "");
  here.git({"submodule", "--quiet", "add", inner.tree(), "sub"});
  EXPECT_THAT(paths(here.look()), ElementsAre(".gitmodules", "a", "sub/lib/x"));
  let_ticks_pass();
  ASSERT_TRUE(here.look());
  here.started();
  here.write("sub/lib/x", "two");
  const auto changed = here.look();
  EXPECT_EQ(0U, here.started());
  ASSERT_TRUE(changed);
  EXPECT_EQ(sha256("two"), changed->back().content);
  here.write("sub/y", "");
  EXPECT_THAT(paths(here.look()), ElementsAre(".gitmodules", "a", "sub/lib/x", "sub/y"));
}

TEST(git_listing, leaves_out_repositories_within) {
  const repository here;
  here.write("a", "");
  here.write("nested/b", "");
  here.git({"init", "-q"}, "nested");
  EXPECT_THAT(paths(here.look()), ElementsAre("a"));
}

TEST(git_listing, names_the_repositories_that_it_left_out_until_they_are_ignored) {
  const repository here;
  const auto left_out = [&] {
    file_index index(here.index(), here.counted());
    EXPECT_TRUE(index.look(here.query()));
    EXPECT_TRUE(index.save());
    return index.repositories_left_out();
  };
  here.write("a", "");
  here.write("nested/b", "");
  EXPECT_THAT(left_out(), IsEmpty());
  here.git({"init", "-q"}, "nested");
  let_ticks_pass();
  const std::vector<std::string> nested{here.query().root + "/nested"};
  EXPECT_EQ(left_out(), nested);
  here.started();
  EXPECT_EQ(left_out(), nested);
  EXPECT_EQ(here.started(), 0U);
  here.write(".gitignore", "nested\n");
  EXPECT_THAT(left_out(), IsEmpty());
}

TEST(git_listing, takes_any_name) {
  const repository here;
  const std::vector<std::string> names = {
      " ", "-rf", ":(top)x", "a\"b'c", "a;b", "a\\b", "bad\xff\xfe", "line\nend", "\xc3\xa4\xe6\x97\xa5"};
  for (const auto& name : names) here.write(name, name);
  EXPECT_EQ(names, paths(here.look()));
  auto query = here.query();
  query.root = here.at(":(glob)*\n");
  here.write(":(glob)*\n/a", "");
  EXPECT_THAT(paths(here.look(query)), ElementsAre("a"));
}

TEST(git_listing, takes_all_files_outside_a_repository) {
  const scratch here;
  here.write("a", "");
  here.write("b.o", "");
  here.write(".gitignore", "*.o\n");
  here.write(".git/empty", "");
  EXPECT_THAT(paths(here.look(here.query())), ElementsAre(".gitignore", "a", "b.o"));
}

TEST(git_listing, says_when_git_ignores_the_whole_folder) {
  const repository here;
  here.write("out/a", "");
  here.write(".gitignore", "out/\n");
  auto query = here.query();
  query.root = here.at("out");
  const auto set = here.look(query);
  ASSERT_FALSE(set);
  EXPECT_THAT(text_of(set.error()), HasSubstr("there is no input file: '" + here.at("out")));
  EXPECT_THAT(text_of(set.error()), HasSubstr("git tracks nothing here"));
}

TEST(git_listing, says_when_git_is_not_installed) {
  const repository here;
  here.write("a", "");
  file_index index(here.index(), here.around({{"PATH", here.path()}}));
  const auto set = index.look(here.query());
  ASSERT_FALSE(set);
  EXPECT_EQ(exit_class::usage, set.error().kind);
  EXPECT_THAT(text_of(set.error()), HasSubstr("'git' is not installed"));
}

TEST(git_listing, is_not_misled_by_variables_of_a_hook) {
  const repository here, other;
  here.write("a", "");
  other.write("b", "");
  file_index index(here.index(), here.around({{"GIT_DIR", other.at(".git")},
                                              {"GIT_WORK_TREE", other.tree()},
                                              {"GIT_INDEX_FILE", "/nowhere"}}));
  EXPECT_THAT(paths(index.look(here.query())), ElementsAre("a"));
}

}  // namespace
