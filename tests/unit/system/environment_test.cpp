// The surroundings of a process and the folders that follow from them.
#include <cicd/system/environment.hpp>

#include <gtest/gtest.h>

#include <cstdlib>

namespace cicd {
namespace {

surroundings told(std::map<std::string, std::string, std::less<>> variables) {
  return surroundings(std::move(variables));
}

TEST(surroundings, are_those_of_this_process) {
  setenv("CICD_TEST_VARIABLE", "a=b", 1);
  const surroundings here = surroundings::of_process();
  unsetenv("CICD_TEST_VARIABLE");
  EXPECT_EQ(here.get("CICD_TEST_VARIABLE"), "a=b");
  EXPECT_EQ(here.get("CICD_TEST_MISSING"), std::nullopt);
  EXPECT_EQ(here.get_or("CICD_TEST_MISSING", "other"), "other");
}

TEST(surroundings, are_lines_for_a_process) {
  EXPECT_EQ(told({{"A", ""}, {"PATH", "/bin"}}).lines(), (std::vector<std::string>{"A=", "PATH=/bin"}));
}

TEST(surroundings, put_folders_where_the_base_directory_specification_says) {
  EXPECT_EQ(told({{"HOME", "/h"}}).cache_folder(), "/h/.cache/cicd");
  EXPECT_EQ(told({{"HOME", "/h"}}).state_folder(), "/h/.local/state/cicd");
  EXPECT_EQ(told({{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}}).cache_folder(), "/c/cicd");
  EXPECT_EQ(told({{"HOME", "/h"}, {"XDG_STATE_HOME", "/s"}}).state_folder(), "/s/cicd");
}

TEST(surroundings, ignore_a_relative_base_directory) {
  EXPECT_EQ(told({{"HOME", "/h"}, {"XDG_CACHE_HOME", "c"}}).cache_folder(), "/h/.cache/cicd");
}

TEST(surroundings, let_our_own_variables_win) {
  EXPECT_EQ(told({{"CICD_CACHE_DIR", "/mine"}, {"XDG_CACHE_HOME", "/c"}}).cache_folder(), "/mine");
  EXPECT_EQ(told({{"CICD_STATE_DIR", "/mine"}, {"XDG_STATE_HOME", "/s"}}).state_folder(), "/mine");
}

TEST(surroundings, have_a_home_without_a_variable) {
  EXPECT_EQ(told({}).home(), "/");
}

}  // namespace
}  // namespace cicd
