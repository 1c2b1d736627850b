// What is placed below a folder: never through a link, never outside.
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <cicd/system/files.hpp>
#include <cicd/system/place.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

struct placing : testing::Test {
  fs::path folder;
  std::string root, outside, from;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cicd-place-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    root = (folder / "root").string();
    outside = (folder / "outside").string();
    from = (folder / "from").string();
    fs::create_directories(root);
    fs::create_directories(outside);
    std::ofstream(from) << "placed";
    std::ofstream(outside + "/file") << "precious";
  }
  void TearDown() override { fs::remove_all(folder); }

  void expect_placed(const std::string& path) const {
    EXPECT_EQ(*read_file(root + "/" + path), "placed") << path;
    EXPECT_EQ(*read_file(outside + "/file"), "precious");
    EXPECT_EQ(list_tree(outside)->size(), 1U) << "nothing else was written there";
  }
};

TEST_F(placing, makes_folders_and_obeys_the_umask) {
  ASSERT_TRUE(place_copy(root, "a/b/file", from, 0777));
  expect_placed("a/b/file");
  struct stat now {};
  stat((root + "/a/b/file").c_str(), &now);
  EXPECT_EQ(now.st_mode & 0777U, 0777U & ~present_umask());
}

TEST_F(placing, of_a_text_and_of_its_removal_follows_no_link_either) {
  fs::create_symlink(outside + "/file", root + "/file");
  fs::create_symlink(outside, root + "/folder");
  EXPECT_FALSE(remove_below(root, "folder/file"));
  for (const char* path : {"file", "folder/file"}) {
    ASSERT_TRUE(place_text(root, path, "placed", durability::durable)) << path;
    expect_placed(path);
  }
  ASSERT_TRUE(remove_below(root, "folder"));
  ASSERT_TRUE(remove_below(root, "nothing/there"));
  EXPECT_FALSE(exists(root + "/folder"));
  EXPECT_FALSE(remove_below(root, "../outside/file"));
  EXPECT_EQ(*read_file(outside + "/file"), "precious");
}

TEST_F(placing, appends_to_a_plain_file_and_to_nothing_else) {
  ASSERT_TRUE(append_below(root, "log", "one\n"));
  ASSERT_TRUE(append_below(root, "log", "two\n"));
  EXPECT_EQ(*read_file(root + "/log"), "one\ntwo\n");
  fs::create_symlink(outside + "/file", root + "/link");
  EXPECT_FALSE(append_below(root, "link", "more"));
  ASSERT_EQ(::mkfifo((root + "/pipe").c_str(), 0600), 0);
  EXPECT_FALSE(append_below(root, "pipe", "more"));
  EXPECT_EQ(*read_file(outside + "/file"), "precious");
}

TEST_F(placing, never_writes_through_a_link) {
  fs::create_symlink(outside + "/file", root + "/file");
  fs::create_symlink(outside, root + "/folder");
  fs::create_directories(root + "/deep");
  fs::create_symlink("../../outside", root + "/deep/link");
  for (const char* path : {"file", "folder/file", "deep/link/file", "deep/link/below/file"}) {
    ASSERT_TRUE(place_copy(root, path, from, 0644)) << path;
    expect_placed(path);
  }
  fs::remove_all(root + "/folder");
  fs::create_symlink(outside, root + "/folder");
  ASSERT_TRUE(place_link(root, "folder/file", "/nowhere"));
  EXPECT_EQ(link_target(root + "/folder/file"), "/nowhere");
  EXPECT_EQ(*read_file(outside + "/file"), "precious");
}

TEST_F(placing, what_stands_in_the_way_is_removed) {
  fs::create_directories(root + "/file/inside");
  ASSERT_TRUE(place_copy(root, "file", from, 0644));
  expect_placed("file");
  ASSERT_TRUE(place_copy(root, "file/below", from, 0644)) << "a file where a folder is wanted";
  expect_placed("file/below");
  ASSERT_TRUE(place_link(root, "file", "elsewhere"));
  EXPECT_EQ(link_target(root + "/file"), "elsewhere");
}

TEST_F(placing, a_path_that_leads_out_is_refused) {
  for (const char* path : {"..", "../outside/file", "a/../../outside/file", "", "/etc/file", "a//b", "."}) {
    const status placed = place_copy(root, path, from, 0644);
    ASSERT_FALSE(placed) << path;
    EXPECT_EQ(placed.error().kind, exit_class::corrupt) << path;
    EXPECT_FALSE(place_link(root, path, "x")) << path;
  }
  EXPECT_EQ(*read_file(outside + "/file"), "precious");
}

TEST_F(placing, a_copy_that_is_not_what_was_wanted_replaces_nothing) {
  ASSERT_TRUE(place_copy(root, "file", from, 0644));
  std::ofstream(folder / "other") << "damaged";
  const status placed = place_copy(root, "file", (folder / "other").string(), 0644,
                                   [](const std::string& copy) { return *read_file(copy) == "placed"; });
  EXPECT_FALSE(placed);
  expect_placed("file");
  EXPECT_EQ(list_tree(root)->size(), 1U) << "no part is left";
}

TEST_F(placing, follows_no_link_at_the_source) {
  fs::create_symlink(from, folder / "link");
  EXPECT_FALSE(place_copy(root, "file", (folder / "link").string(), 0644));
}

TEST_F(placing, a_root_behind_a_link_is_that_folder) {
  fs::create_symlink(root, folder / "way");
  ASSERT_TRUE(place_copy((folder / "way").string(), "file", from, 0644));
  expect_placed("file");
}

}  // namespace
