// Folders that tools keep: their form, and which tools are known.
#include <cicd/declare/values/cached_folder.hpp>

#include <gtest/gtest.h>

#include <set>

#include <cicd/declare/values/value_traits.hpp>

namespace {

using cicd::cached_folder;

TEST(a_cached_folder, is_absolute_or_below_the_home_folder) {
  for (const char* good : {"~/.m2/repository", "/srv/cache", "CCACHE_DIR=~/.cache/ccache", "X=/a"}) {
    const auto made = cached_folder::parse(good);
    ASSERT_TRUE(made) << good;
    EXPECT_EQ(made->text(), good);
  }
  for (const char* bad : {"", "target/", "~", "~/", "/", "/a/", "/a//b", "/a/../b", "~/./a", "a=~/b/",
                          "1X=/a", "~x/a", "/a\nb", "/{x}"})
    EXPECT_FALSE(cached_folder::parse(bad)) << bad;
}

TEST(a_cached_folder, is_guessed_where_the_home_folder_was_meant) {
  EXPECT_EQ(cached_folder::guess("$HOME/.npm"), "~/.npm");
  EXPECT_EQ(cached_folder::guess("X=${HOME}/y/"), "X=~/y");
  EXPECT_EQ(cached_folder::guess(".m2/repository"), "~/.m2/repository");
  EXPECT_EQ(cached_folder::guess("/srv/cache/"), "/srv/cache");
  EXPECT_EQ(cached_folder::guess("target/"), "");
}

TEST(a_cached_folder, is_of_a_known_tool_without_a_variable_alone) {
  EXPECT_EQ(cached_folder::parse("~/.npm")->known()->tool, "npm");
  EXPECT_EQ(cached_folder::parse("X=~/.npm")->known(), nullptr);
  EXPECT_EQ(cached_folder::parse("~/.other")->known(), nullptr);
}

TEST(a_known_tool, has_a_folder_below_home_and_a_variable_each_once) {
  std::set<std::string_view> folders, variables;
  for (const cicd::tool_cache& each : cicd::known_tool_caches()) {
    EXPECT_TRUE(cached_folder::parse(each.folder) && each.folder.starts_with("~/")) << each.folder;
    EXPECT_TRUE(cicd::variable_name::accepts(each.variable)) << each.variable;
    EXPECT_TRUE(folders.insert(each.folder).second && variables.insert(each.variable).second);
  }
}

}  // namespace
