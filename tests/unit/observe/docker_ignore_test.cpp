// What a `.dockerignore` leaves out, by Docker's rules.
#include <cicd/observe/docker_ignore.hpp>

#include <gtest/gtest.h>

namespace cicd::observing {
namespace {

std::string left_of(const docker_ignore& rules, std::initializer_list<const char*> paths) {
  std::string left;
  for (const char* each : paths)
    if (!rules.hides(each)) left += std::string(left.empty() ? "" : " ") + each;
  return left;
}

TEST(docker_ignore, the_last_rule_that_matches_counts) {
  const docker_ignore rules("# *\n*.md\n!README*.md\nREADME-secret.md\n", "");
  EXPECT_EQ(left_of(rules, {"a.md", "README.md", "README-secret.md", "README-x.md", "a.txt", "sub/a.md"}),
            "README.md README-x.md a.txt sub/a.md");
}

TEST(docker_ignore, a_folder_hides_what_lies_in_it_and_a_rule_takes_back) {
  const docker_ignore rules("docs\n!docs/keep.md\n/target/\n**/node_modules\n*/temp*\ntemp?\n", "");
  EXPECT_EQ(left_of(rules, {"docs/a", "docs/keep.md", "target/x/y", "a/b/node_modules/c", "node_modules/c",
                            "a/temporary/x", "a/b/temp", "tempa", "temp", "x"}),
            "docs/keep.md a/b/temp temp x");
  EXPECT_FALSE(rules.hides_folder("docs"));
}

TEST(docker_ignore, all_but_some) {
  const docker_ignore rules("*\n!src\n!pom.xml\nsrc/**/*.tmp\n", "");
  EXPECT_EQ(left_of(rules, {"a", "src/a/b", "src/a/b.tmp", "src/b.tmp", "pom.xml", "x/pom.xml"}),
            "src/a/b pom.xml");
}

TEST(docker_ignore, paths_are_cleaned_and_classes_are_of_go) {
  const docker_ignore rules("\xEF\xBB\xBF./a/../b/\r\n  c  \n[^x]d\n\n!\n", "");
  EXPECT_EQ(left_of(rules, {"a", "b/1", "c", "xd", "yd"}), "a xd");
  EXPECT_TRUE(rules.hides_folder("b"));
}

TEST(docker_ignore, counts_below_its_context_alone) {
  const docker_ignore rules("*\n!in\n", "services/a");
  EXPECT_EQ(left_of(rules, {"x", "services/a/x", "services/a/in", "services/ab"}),
            "x services/a/in services/ab");
}

}  // namespace
}  // namespace cicd::observing
