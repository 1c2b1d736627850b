// Which lines a diff has anew; no line of a file is taken for a line of the diff.
#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include <cicd/observe/changed_lines.hpp>

#include "scratch.hpp"

namespace {

using namespace cicd;
using observe_test::scratch;
using testing::ElementsAre;
using testing::Pair;

TEST(changed_lines, are_those_of_the_new_side) {
  const changed_lines all = changed_lines_in(
      "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@ f\n-a\n+b\n+c\n"
      "@@ -9,2 +10,0 @@\n-d\n-e\n@@ -20,0 +19 @@\n+f\n");
  EXPECT_THAT(all, ElementsAre(Pair("x", ElementsAre(Pair(1, 2), Pair(19, 19)))));
}

TEST(changed_lines, are_not_misled_by_what_files_hold) {
  const changed_lines all = changed_lines_in(
      "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n--- a/y\n+++ b/y\n+@@ -1 +1 @@\n"
      "\\ No newline at end of file\n@@ -9 +10 @@\n-a\n+b\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
  EXPECT_THAT(all, ElementsAre(Pair("x", ElementsAre(Pair(1, 2), Pair(10, 10)))));
}

TEST(changed_lines, survive_anything) {
  for (const char* each : {"", "@@ -", "+++ ", "@@ -x +y @@", "@@ -1 @@ +2",
                           "+++ b/a\n@@ -1,9999999999999999999 +1 @@\n", "+++ \"b/\\"})
    (void)changed_lines_in(each);
}

/// What git prints of unusual names, a moved file and a repository that wants its diffs otherwise.
TEST(changed_lines, are_asked_of_git) {
  const scratch here;
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(here.tree() + "/" + name) << text;
  };
  here.git({"init", "-q"});
  write("plain name", "1\n2\n3\n");
  write("moved", "1\n2\n3\n4\n5\n6\n");
  here.git({"add", "-A"});
  here.git({"commit", "-qm", "first"});
  here.git({"config", "diff.noprefix", "true"});
  here.git({"config", "diff.external", "false"});
  here.git({"config", "color.ui", "always"});
  here.git({"mv", "moved", "here"});
  write("here", "1\n2\n3\n4\n5\n7\n");
  write("plain name", "1\n2\nthree\n");
  write("t\tb é", "new\n");
  here.git({"add", "-A"});
  here.git({"commit", "-qm", "second"});
  const auto all = changed_lines_since(here.tree(), "HEAD^", here.around());
  ASSERT_TRUE(all) << all.error().what;
  EXPECT_THAT(*all,
              ElementsAre(Pair("here", ElementsAre(Pair(6, 6))), Pair("plain name", ElementsAre(Pair(3, 3))),
                          Pair("t\tb é", ElementsAre(Pair(1, 1)))));
  EXPECT_FALSE(changed_lines_since(here.tree(), "--output=x", here.around()));
}

}  // namespace
