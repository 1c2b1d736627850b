// The file index on real folders: what it gives, what it notices, what it refuses, and what it does not read
// twice.
#include <cicd/observe/files.hpp>

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

timespec modified(const std::string& path) {
  struct stat now {};
  ::lstat(path.c_str(), &now);
  return now.st_mtim;
}

void set_modified(const std::string& path, timespec when) {
  const std::array<timespec, 2> times = {when, when};
  ASSERT_EQ(0, ::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW));
}

TEST(file_index, gives_content_and_mode_of_the_files_that_match) {
  const scratch here;
  here.write("a.txt", "one");
  here.write("b.sh", "two");
  ::chmod(here.at("b.sh").c_str(), 0750);
  const auto set = here.look(here.query({"*"}));
  ASSERT_TRUE(set);
  ASSERT_EQ(2U, set->size());
  EXPECT_EQ((observed_file{"a.txt", 0100644, sha256("one")}), (*set)[0]);
  EXPECT_EQ((observed_file{"b.sh", 0100755, sha256("two")}), (*set)[1]);
}

TEST(file_index, sorts_bytewise_by_the_whole_path) {
  const scratch here;
  for (const auto* path : {"a/z", "a/b/c", "a/b.txt", "a.txt", "a0", "a/b-c/d", "b", "a/b/a/deep", "Z"})
    here.write(path, path);
  const auto found = paths(here.look(here.query({"**"})));
  auto sorted = found;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(9U, found.size());
  EXPECT_EQ(sorted, found);
}

TEST(file_index, leaves_out_the_build_trees_of_others_where_it_is_told_to) {
  const scratch here;
  for (const auto* path : {"a.txt", "cmake-build-debug/CMakeCache.txt", "cmake-build-debug/deep/x",
                           "x/out/.cicd/cicd", "x/out/y", "x/z", "CMakeCache.txt"})
    here.write(path, "");
  file_query inputs = here.query({"**"});
  EXPECT_EQ(7U, paths(here.look(inputs)).size());
  inputs.without_build_trees = true;
  EXPECT_THAT(paths(here.look(inputs)), ElementsAre("CMakeCache.txt", "a.txt", "x/z"));
  inputs.patterns = {"*.txt", "cmake-build-debug/**"};
  EXPECT_THAT(
      paths(here.look(inputs)),
      ElementsAre("CMakeCache.txt", "a.txt", "cmake-build-debug/CMakeCache.txt", "cmake-build-debug/deep/x"));
}

TEST(file_index, leaves_out_build_trees_that_git_does_not_ignore) {
  const scratch here;
  here.git({"init", "-q"});
  for (const auto* path : {"a.txt", "cmake-build-debug/CMakeCache.txt", "cmake-build-debug/deep/x",
                           "sub/out/.cicd/cicd", "sub/out/y", "sub/z"})
    here.write(path, "");
  EXPECT_THAT(paths(here.look(here.query())), ElementsAre("a.txt", "sub/z"));
  here.write("sub/out/new", "");
  here.write("sub/w", "");
  EXPECT_THAT(paths(here.look(here.query())), ElementsAre("a.txt", "sub/w", "sub/z"));
  ::unlink(here.at("cmake-build-debug/CMakeCache.txt").c_str());
  EXPECT_THAT(paths(here.look(here.query())),
              ElementsAre("a.txt", "cmake-build-debug/deep/x", "sub/w", "sub/z"));
}

TEST(file_index, lists_a_file_once_that_several_patterns_match) {
  const scratch here;
  here.write("src/a.c", "");
  here.write("src/b.h", "");
  EXPECT_THAT(paths(here.look(here.query({"src/**", "**/*.c", "src/a.c", "src/"}))),
              ElementsAre("src/a.c", "src/b.h"));
}

TEST(file_index, leaves_out_what_is_excluded) {
  const scratch here;
  for (const auto* path : {"src/a.c", "src/gen/b.c", "src/gen/deep/c.c", "src/d.o", "src/generated.c"})
    here.write(path, "");
  auto query = here.query({"src/**"});
  query.exclude = {"src/gen/**", "**/*.o"};
  EXPECT_THAT(paths(here.look(query)), ElementsAre("src/a.c", "src/generated.c"));
}

TEST(file_index, never_enters_a_build_tree_whatever_its_name) {
  const scratch here;
  here.write("a", "");
  here.write("out/b", "");
  ASSERT_EQ(0, ::symlink(here.at("out").c_str(), (here.path() + "/alias").c_str()));
  auto query = here.query({"**"});
  query.never = {here.path() + "/alias"};
  EXPECT_THAT(paths(here.look(query)), ElementsAre("a"));
}

TEST(file_index, takes_any_name) {
  const scratch here;
  const std::vector<std::string> names = {
      " ", "-rf", "a b", "a\"b'c", "a;b", "a\\b", "bad\xff\xfe", "line\nend", "\xc3\xa4\xe6\x97\xa5"};
  for (const auto& name : names) here.write(name, name);
  EXPECT_EQ(names, paths(here.look(here.query({"**"}))));
  EXPECT_EQ(names, paths(here.look(here.query({"*"}))));
}

TEST(file_index, sees_a_file_that_changed_its_content) {
  const scratch here;
  here.write("a", "one");
  let_ticks_pass();
  EXPECT_EQ(sha256("one"), only(here.look(here.query({"a"}))).content);
  here.write("a", "two");
  EXPECT_EQ(sha256("two"), only(here.look(here.query({"a"}))).content);
}

TEST(file_index, sees_a_file_that_got_its_old_modification_time_back) {
  const scratch here;
  here.write("a", "one");
  const auto before = modified(here.at("a"));
  let_ticks_pass();
  EXPECT_EQ(sha256("one"), only(here.look(here.query({"a"}))).content);
  here.write("a", "two");
  set_modified(here.at("a"), before);
  EXPECT_EQ(sha256("two"), only(here.look(here.query({"a"}))).content);
}

TEST(file_index, sees_every_rewrite_within_one_tick) {
  const scratch here;
  for (int i = 0; i < 100; ++i) {
    const auto text = std::to_string(1000 + i);
    here.write("a", text);
    ASSERT_EQ(sha256(text), only(here.look(here.query({"a"}))).content);
  }
}

TEST(file_index, sees_a_change_between_two_looks_of_one_process) {
  const scratch here;
  here.write("a", "one");
  let_ticks_pass();
  file_index index(here.index(), here.around());
  EXPECT_EQ(sha256("one"), only(index.look(here.query({"a"}))).content);
  here.write("a", "two");
  EXPECT_EQ(sha256("two"), only(index.look(here.query({"a"}))).content);
}

TEST(file_index, reads_an_unchanged_old_file_once) {
  const scratch here;
  here.write("a", std::string(1 << 20, 'x'));
  let_ticks_pass();
  ASSERT_TRUE(here.look(here.query({"a"})));
  const auto before = bytes_read();
  ASSERT_TRUE(here.look(here.query({"a"})));
  EXPECT_LT(bytes_read() - before, 1U << 19);
}

TEST(file_index, reads_a_young_file_again) {
  const scratch here;
  here.write("a", std::string(1 << 20, 'x'));
  ASSERT_TRUE(here.look(here.query({"a"})));
  const auto before = bytes_read();
  ASSERT_TRUE(here.look(here.query({"a"})));
  EXPECT_GT(bytes_read() - before, 1U << 20);
}

TEST(file_index, reads_a_file_once_for_many_queries) {
  const scratch here;
  here.write("a", std::string(1 << 20, 'x'));
  file_index index(here.index(), here.around());
  const auto before = bytes_read();
  const auto sets = index.look(std::vector<file_query>(50, here.query({"a"})));
  EXPECT_LT(bytes_read() - before, 2U << 20);
  ASSERT_EQ(50U, sets.size());
  for (const auto& set : sets) EXPECT_EQ(sha256(std::string(1 << 20, 'x')), only(set).content);
}

TEST(file_index, sees_files_come_and_go_in_an_old_folder) {
  const scratch here;
  here.write("src/a", "");
  here.write("src/b", "");
  let_ticks_pass();
  EXPECT_THAT(paths(here.look(here.query({"src/**"}))), ElementsAre("src/a", "src/b"));
  here.write("src/c", "");
  EXPECT_THAT(paths(here.look(here.query({"src/**"}))), ElementsAre("src/a", "src/b", "src/c"));
  ::unlink(here.at("src/a").c_str());
  EXPECT_THAT(paths(here.look(here.query({"src/**"}))), ElementsAre("src/b", "src/c"));
  here.write("src/new/deep/d", "");
  EXPECT_THAT(paths(here.look(here.query({"src/**"}))), ElementsAre("src/b", "src/c", "src/new/deep/d"));
}

TEST(file_index, sees_a_file_become_executable) {
  const scratch here;
  here.write("a", "");
  let_ticks_pass();
  EXPECT_EQ(0100644U, only(here.look(here.query({"a"}))).mode);
  ::chmod(here.at("a").c_str(), 0744);
  EXPECT_EQ(0100755U, only(here.look(here.query({"a"}))).mode);
}

TEST(file_index, sees_another_file_renamed_over_one) {
  const scratch here;
  here.write("a", "one");
  here.write("other/b", "two");
  set_modified(here.at("other/b"), modified(here.at("a")));
  let_ticks_pass();
  EXPECT_EQ(sha256("one"), only(here.look(here.query({"a"}))).content);
  ASSERT_EQ(0, ::rename(here.at("other/b").c_str(), here.at("a").c_str()));
  EXPECT_EQ(sha256("two"), only(here.look(here.query({"a"}))).content);
}

TEST(file_index, sees_a_file_become_a_link_and_a_folder) {
  const scratch here;
  here.write("a", "one");
  let_ticks_pass();
  ASSERT_TRUE(here.look(here.query({"**"})));
  ::unlink(here.at("a").c_str());
  ASSERT_EQ(0, ::symlink("nowhere", here.at("a").c_str()));
  EXPECT_EQ((observed_file{"a", 0120000, sha256("nowhere")}), only(here.look(here.query({"**"}))));
  ::unlink(here.at("a").c_str());
  here.write("a/b", "two");
  EXPECT_EQ((observed_file{"a/b", 0100644, sha256("two")}), only(here.look(here.query({"**"}))));
}

TEST(file_index, counts_links_as_links_and_does_not_follow_them) {
  const scratch here;
  here.write("real/a", "");
  ASSERT_EQ(0, ::symlink("real", here.at("alias").c_str()));
  ASSERT_EQ(0, ::symlink("..", here.at("real/loop").c_str()));
  EXPECT_THAT(paths(here.look(here.query({"**"}))), ElementsAre("alias", "real/a", "real/loop"));
  const auto through = here.look(here.query({"alias/**"}));
  ASSERT_FALSE(through);
  EXPECT_THAT(text_of(through.error()), HasSubstr("no file matches: 'alias/**'"));
  const auto deep = here.look(here.query({"real/loop/real/a"}));
  EXPECT_FALSE(deep);
}

TEST(file_index, follows_a_link_that_is_the_root_itself) {
  const scratch here;
  here.write("a", "");
  const auto alias = here.path() + "/alias";
  ASSERT_EQ(0, ::symlink(here.tree().c_str(), alias.c_str()));
  EXPECT_THAT(paths(here.look({alias, {"**"}, {}, {}, false})), ElementsAre("a"));
}

TEST(file_index, names_a_pattern_without_a_file_and_the_nearest_name) {
  const scratch here;
  here.write("src/main/A.java", "");
  const auto set = here.look(here.query({"scr/main/**"}));
  ASSERT_FALSE(set);
  EXPECT_EQ(exit_class::usage, set.error().kind);
  const auto text = text_of(set.error());
  EXPECT_THAT(text, HasSubstr("no file matches: 'scr/main/**'"));
  EXPECT_THAT(text, HasSubstr(here.tree()));
  EXPECT_THAT(text, HasSubstr("did you mean: src/main/**"));
}

TEST(file_index, suggests_the_content_of_a_folder_that_is_named_as_a_file) {
  const scratch here;
  here.write("src/a", "");
  const auto set = here.look(here.query({"src"}));
  ASSERT_FALSE(set);
  EXPECT_THAT(text_of(set.error()), HasSubstr("did you mean: src/\n"));
  EXPECT_THAT(paths(here.look(here.query({"src/"}))), ElementsAre("src/a"));
}

TEST(file_index, refuses_a_pattern_that_leads_out) {
  const scratch here;
  here.write("a", "");
  for (const auto* pattern : {"../**", "/etc/passwd", "a/../../b"}) {
    auto query = here.query({pattern});
    query.may_be_empty = true;
    const auto set = here.look(query);
    ASSERT_FALSE(set) << pattern;
    EXPECT_THAT(text_of(set.error()), HasSubstr("leads out of its folder"));
  }
}

TEST(file_index, takes_a_trailing_slash_as_all_below_after_a_pattern_too) {
  const scratch here;
  here.write("a/target/x.jar", "");
  here.write("a/target/classes/b/C.class", "");
  here.write("b/targets/x", "");
  here.write("target/x", "");
  EXPECT_THAT(paths(here.look(here.query({"*/target/"}))),
              ElementsAre("a/target/classes/b/C.class", "a/target/x.jar"));
  EXPECT_THAT(paths(here.look(here.query({"**/target/"}))),
              ElementsAre("a/target/classes/b/C.class", "a/target/x.jar", "target/x"));
  EXPECT_THAT(paths(here.look(here.query({"a/t[a-z]rget/cl*/"}))), ElementsAre("a/target/classes/b/C.class"));
}

TEST(file_index, suggests_the_folders_below_where_only_they_have_what_is_named) {
  const scratch here;
  here.write("api/target/x.jar", "");
  here.write("pom.xml", "");
  const auto set = here.look(here.query({"target/"}));
  ASSERT_FALSE(set);
  EXPECT_THAT(text_of(set.error()), HasSubstr("did you mean: */target/"));
}

TEST(file_index, lets_further_patterns_match_nothing) {
  const scratch here;
  here.write("pom.xml", "");
  here.write("src/a", "");
  auto query = here.query({"pom.xml"});
  query.optional = {"src/", ".mvn/", "mvnw"};
  EXPECT_THAT(paths(here.look(query)), ElementsAre("pom.xml", "src/a"));
  query.patterns = {"pom.yml"};
  EXPECT_FALSE(here.look(query));
  query.patterns = {};
  EXPECT_THAT(paths(here.look(query)), ElementsAre("src/a"));
  query.optional = {"../elsewhere/"};
  EXPECT_FALSE(here.look(query));
}

TEST(file_index, lets_outputs_be_missing) {
  const scratch here;
  auto query = here.query({"target/*.jar"});
  query.may_be_empty = true;
  EXPECT_THAT(paths(here.look(query)), IsEmpty());
  query.root = here.path() + "/nowhere";
  EXPECT_THAT(paths(here.look(query)), IsEmpty());
}

TEST(file_index, refuses_an_empty_set_of_inputs) {
  const scratch here;
  here.write("a.o", "");
  auto query = here.query({"**"});
  query.exclude = {"*.o"};
  const auto set = here.look(query);
  ASSERT_FALSE(set);
  EXPECT_EQ(exit_class::usage, set.error().kind);
  EXPECT_THAT(text_of(set.error()), HasSubstr("there is no input file: '" + here.tree()));
}

TEST(file_index, names_a_root_that_does_not_exist) {
  const scratch here;
  const auto set = here.look({here.path() + "/nowhere", {"**"}, {}, {}, false});
  ASSERT_FALSE(set);
  EXPECT_THAT(text_of(set.error()), HasSubstr("there is no such folder: '" + here.path() + "/nowhere'"));
}

TEST(file_index, refuses_a_file_that_cannot_be_read) {
  const scratch here;
  here.write("a", "one");
  ::chmod(here.at("a").c_str(), 0);
  const bool root = ::geteuid() == 0;
  ASSERT_EQ(0, root ? ::seteuid(65534) : 0);
  file_index index(here.path() + "/none", here.around());
  const auto set = index.look(here.query({"**"}));
  ASSERT_EQ(0, root ? ::seteuid(0) : 0);
  ASSERT_FALSE(set);
  EXPECT_EQ(exit_class::usage, set.error().kind);
  EXPECT_THAT(text_of(set.error()), HasSubstr("file cannot be read: '" + here.at("a")));
  EXPECT_THAT(text_of(set.error()), HasSubstr("Permission denied"));
}

TEST(file_index, refuses_a_folder_that_cannot_be_read) {
  const scratch here;
  here.write("sub/a", "one");
  ::chmod(here.at("sub").c_str(), 0);
  const bool root = ::geteuid() == 0;
  ASSERT_EQ(0, root ? ::seteuid(65534) : 0);
  file_index index(here.path() + "/none", here.around());
  const auto set = index.look(here.query({"**"}));
  ASSERT_EQ(0, root ? ::seteuid(0) : 0);
  ::chmod(here.at("sub").c_str(), 0755);
  ASSERT_FALSE(set);
  EXPECT_THAT(text_of(set.error()), HasSubstr("folder cannot be read: '" + here.at("sub")));
}

TEST(file_index, refuses_pipes_and_sockets_by_name) {
  const scratch here;
  here.write("a", "one");
  let_ticks_pass();
  ASSERT_TRUE(here.look(here.query({"**"})));
  ::unlink(here.at("a").c_str());
  ASSERT_EQ(0, ::mkfifo(here.at("a").c_str(), 0600));
  const auto pipe = here.look(here.query({"**"}));
  ASSERT_FALSE(pipe);
  EXPECT_THAT(text_of(pipe.error()), HasSubstr("a named pipe cannot be an input: '" + here.at("a")));
  ::unlink(here.at("a").c_str());
  const observing::descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  here.at("a").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(0, ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
  const auto bound = here.look(here.query({"a"}));
  ASSERT_FALSE(bound);
  EXPECT_THAT(text_of(bound.error()), HasSubstr("a socket cannot be an input"));
}

TEST(file_index, answers_each_query_on_its_own) {
  const scratch here;
  here.write("a", "");
  file_index index(here.index(), here.around());
  const auto sets = index.look({here.query({"nothing"}), here.query({"a"})});
  ASSERT_EQ(2U, sets.size());
  EXPECT_FALSE(sets[0]);
  EXPECT_THAT(paths(sets[1]), ElementsAre("a"));
}

TEST(file_index, answers_the_same_for_many_folders_on_several_threads) {
  const scratch here;
  std::vector<file_query> queries;
  for (int i = 0; i < 60; ++i) {
    for (int j = 0; j < 5; ++j)
      here.write("d" + std::to_string(i) + "/e/f" + std::to_string(j), std::to_string(i * 5 + j));
    queries.push_back(here.query({"d" + std::to_string(i) + "/**"}));
  }
  queries.push_back(here.query({"**"}));
  for (int round = 0; round < 3; ++round) {
    file_index index(here.index(), here.around());
    const auto sets = index.look(queries);
    for (int i = 0; i < 60; ++i) {
      ASSERT_TRUE(sets[i]);
      ASSERT_EQ(5U, sets[i]->size());
      EXPECT_EQ(sha256(std::to_string(i * 5 + 3)), (*sets[i])[3].content);
    }
    ASSERT_TRUE(sets.back());
    EXPECT_EQ(300U, sets.back()->size());
    ASSERT_TRUE(index.save());
    let_ticks_pass();
  }
}

TEST(file_index, looks_at_one_file) {
  const scratch here;
  here.write("a", "one");
  file_index index(here.index(), here.around());
  const auto file = index.look_at(here.at("a"));
  ASSERT_TRUE(file);
  EXPECT_EQ((observed_file{here.at("a"), 0100644, sha256("one")}), *file);
  const auto folder = index.look_at(here.tree());
  ASSERT_FALSE(folder);
  EXPECT_THAT(text_of(folder.error()), HasSubstr("this is a folder, not a file: '" + here.tree()));
  const auto none = index.look_at(here.at("none"));
  ASSERT_FALSE(none);
  EXPECT_THAT(text_of(none.error()), HasSubstr("there is no such file"));
  EXPECT_FALSE(index.look_at("/"));
}

TEST(file_index, remembers_a_file_looked_at_alone_without_taking_its_folder_for_listed) {
  const scratch here;
  here.write("a", std::string(1 << 20, 'x'));
  here.write("b", "two");
  let_ticks_pass();
  {
    file_index index(here.index(), here.around());
    ASSERT_TRUE(index.look_at(here.at("a")));
    ASSERT_TRUE(index.save());
  }
  const auto before = bytes_read();
  EXPECT_THAT(paths(here.look(here.query({"**"}))), ElementsAre("a", "b"));
  EXPECT_LT(bytes_read() - before, 1U << 19);
}

TEST(file_index, sees_a_new_file_after_one_was_looked_at_alone) {
  const scratch here;
  here.write("a", "one");
  let_ticks_pass();
  file_index index(here.index(), here.around());
  ASSERT_TRUE(index.look(here.query({"**"})));
  here.write("b", "two");
  ASSERT_TRUE(index.look_at(here.at("a")));
  EXPECT_THAT(paths(index.look(here.query({"**"}))), ElementsAre("a", "b"));
}

TEST(digest_of, changes_with_path_mode_and_content_and_with_nothing_else) {
  const file_set one = {{"a", 0100644, sha256("x")}};
  EXPECT_EQ(digest_of(one), digest_of(file_set{{"a", 0100644, sha256("x")}}));
  EXPECT_NE(digest_of(one), digest_of(file_set{{"b", 0100644, sha256("x")}}));
  EXPECT_NE(digest_of(one), digest_of(file_set{{"a", 0100755, sha256("x")}}));
  EXPECT_NE(digest_of(one), digest_of(file_set{{"a", 0100644, sha256("y")}}));
  EXPECT_NE(digest_of(one), digest_of({}));
  const auto content = sha256("x");
  std::string bytes("100644 a\0", 9);
  bytes.append(reinterpret_cast<const char*>(content.bytes.data()), content.bytes.size());
  EXPECT_EQ(sha256(bytes), digest_of(one));
}

}  // namespace
