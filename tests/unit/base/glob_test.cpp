// Patterns over paths and refs.
#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>

#include <gtest/gtest.h>

namespace {

using cicd::glob_matches;
using cicd::glob_root;
using cicd::ref_matches;

struct example {
  const char* pattern;
  const char* path;
};

TEST(a_path_pattern, matches) {
  for (const auto& [pattern, path] : std::initializer_list<example>{
           {"pom.xml", "pom.xml"},
           {"*.xml", "pom.xml"},
           {"target/*.jar", "target/orders.jar"},
           {"src/**", "src/a"},
           {"src/**", "src/a/b/c"},
           {"**/x", "x"},
           {"**/x", "a/b/x"},
           {"a/**/b", "a/b"},
           {"a/**/b", "a/x/y/b"},
           {"**/a*/**/b", "1/ab/2/3/b"},
           {"src/**.java", "src/a/b/C.java"},
           {"target/", "target/a/b"},
           {"a?c", "abc"},
           {"a?c", "aéc"},
           {"[a-c][!x]", "bz"},
           {"[]]", "]"},
           {"[é-ü]", "ö"},
           {"a\\*", "a*"},
           {"a[b", "a[b"},
           {"*a*a*a*b", "aaaaaaaaab"},
           {".*", ".env"},
           {"*", ".env"},
           {"**", "a/b"},
       })
    EXPECT_TRUE(glob_matches(pattern, path)) << pattern << " on " << path;
}

TEST(a_path_pattern, does_not_match) {
  for (const auto& [pattern, path] : std::initializer_list<example>{
           {"*.xml", "a/pom.xml"},
           {"target/*.jar", "target/lib/a.jar"},
           {"src/**", "src"},
           {"src/**", "srcs/a"},
           {"**/x", "ax"},
           {"a/**/b", "ab"},
           {"a/**/b", "a/xb"},
           {"a?c", "a/c"},
           {"[!a]", "/"},
           {"[a-c]", "d"},
           {"a\\*", "ab"},
           {"target/", "target"},
           {"", "a"},
           {"a", ""},
           {"a", "ab"},
       })
    EXPECT_FALSE(glob_matches(pattern, path)) << pattern << " on " << path;
}

TEST(a_path_pattern, of_many_stars_takes_no_exponential_time) {
  std::string pattern;
  for (int star = 0; star < 60; ++star) pattern += "*a**a**/";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(4000, 'a')));
}

TEST(the_root_of_a_pattern, is_the_folder_before_its_first_wildcard) {
  EXPECT_EQ(glob_root("src/main/**"), "src/main");
  EXPECT_EQ(glob_root("src/ma*/x"), "src");
  EXPECT_EQ(glob_root("*.xml"), "");
  EXPECT_EQ(glob_root("pom.xml"), "pom.xml");
  EXPECT_EQ(glob_root("target/"), "target");
  EXPECT_EQ(glob_root("a\\*b/c?"), "a*b");
}

TEST(a_ref_pattern, has_stars_that_span_slashes) {
  EXPECT_TRUE(ref_matches("main", "main"));
  EXPECT_TRUE(ref_matches("release/*", "release/1/2"));
  EXPECT_TRUE(ref_matches("v*", "v"));
  EXPECT_TRUE(ref_matches("*-rc*", "v1-rc-rc2"));
  EXPECT_FALSE(ref_matches("main", "maint"));
  EXPECT_FALSE(ref_matches("v*.0", "v1.1"));
  EXPECT_FALSE(ref_matches("v?", "v1"));
}

}  // namespace
