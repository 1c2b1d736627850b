// Where the folders of steps lie: what others planted there is neither used nor emptied.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cicd/run/step_home.hpp>
#include <cicd/system/files.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

struct step_home_fixture : testing::Test {
  fs::path root;
  const std::string user = fmt::format("cicd-{}", geteuid());

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cicd-home-XXXXXX").string();
    root = fs::canonical(mkdtemp(pattern.data()));
    for (const char* name : {"build/.cicd/work", "work", "victim"}) fs::create_directories(root / name);
    std::ofstream(at("victim/file")) << "text";
    ASSERT_EQ(chmod(at("victim").c_str(), 0755), 0);
  }
  void TearDown() override { fs::remove_all(root); }
  std::string at(const std::string& name) const { return (root / name).string(); }
  step_home home() const { return {surroundings({{"CICD_WORK_DIR", at("work")}}), at("build")}; }
  std::string link() const { return at("build/.cicd/work/step"); }
  void expect_victim_untouched() const {
    EXPECT_TRUE(exists(at("victim/file")));
    EXPECT_EQ(fs::status(at("victim")).permissions(), fs::perms(0755));
  }
};

TEST_F(step_home_fixture, makes_the_folder_of_a_step_and_the_link_to_it) {
  step_home of = home();
  ASSERT_TRUE(of.prepare(link()));
  EXPECT_EQ(link_target(link()), of.folder_of(link()));
  EXPECT_TRUE(of.folder().starts_with(at("work/" + user) + "/"));
  EXPECT_TRUE(is_folder(of.folder_of(link())));
}

/// Such as a home folder `c:d`: git takes no list of folders with it.
TEST_F(step_home_fixture, lies_in_no_folder_that_a_list_of_folders_cannot_name) {
  fs::create_directories(at("c:d"));
  const step_home elsewhere(surroundings({{"CICD_CACHE_DIR", at("c:d")}}), at("build"));
  EXPECT_EQ(elsewhere.folder().find(':'), std::string::npos);
  step_home named(surroundings({{"CICD_WORK_DIR", at("c:d")}}), at("build"));
  const status made = named.prepare(link());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, exit_class::usage);
  EXPECT_EQ(made.error().value, at("c:d"));
}

TEST_F(step_home_fixture, refuses_a_link_in_the_place_of_its_folder_and_changes_nothing_there) {
  fs::create_symlink(at("victim"), at("work/" + user));
  step_home of = home();
  const status made = of.prepare(link());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().value, at("work/" + user));
  expect_victim_untouched();
}

TEST_F(step_home_fixture, follows_a_link_above_the_folder_that_is_its_own) {
  fs::rename(at("work"), at("disk"));
  fs::create_symlink(at("disk"), at("work"));
  step_home of = home();
  ASSERT_TRUE(of.prepare(link()));
  EXPECT_TRUE(of.folder().starts_with(at("disk/" + user) + "/"));
}

TEST_F(step_home_fixture, replaces_a_link_in_the_place_of_a_steps_folder) {
  const std::string folder = home().folder_of(link());
  fs::create_directories(fs::path(folder).parent_path());
  fs::create_symlink(at("victim"), folder);
  step_home of = home();
  ASSERT_TRUE(of.prepare(link()));
  EXPECT_FALSE(fs::is_symlink(folder));
  EXPECT_TRUE(is_folder(folder));
  expect_victim_untouched();
}

TEST_F(step_home_fixture, replaces_a_link_in_the_place_of_a_build_trees_folder) {
  const std::string folder = home().folder();
  fs::create_directories(fs::path(folder).parent_path());
  fs::create_symlink(at("victim"), folder);
  step_home of = home();
  ASSERT_TRUE(of.prepare(link()));
  EXPECT_FALSE(fs::is_symlink(folder));
  EXPECT_FALSE(exists(at("victim/of")));
  expect_victim_untouched();
}

TEST_F(step_home_fixture, removes_nothing_through_a_link_in_the_place_of_the_folder_of_links) {
  fs::remove(at("build/.cicd/work"));
  fs::create_directories(at("victim/step"));
  std::ofstream(at("victim/step/file")) << "text";
  fs::create_symlink(at("victim"), at("build/.cicd/work"));
  step_home of = home();
  ASSERT_TRUE(of.prepare(link()));
  EXPECT_FALSE(fs::is_symlink(at("build/.cicd/work")));
  EXPECT_EQ(link_target(link()), of.folder_of(link()));
  EXPECT_TRUE(exists(at("victim/step/file")));
  expect_victim_untouched();
}

}  // namespace
