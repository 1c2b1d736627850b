// Whose a file is: what others could have put there is not read.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

struct own_file : testing::Test {
  fs::path root;
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cicd-own-XXXXXX").string();
    root = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root); }
  std::string at(const char* name) const { return (root / name).string(); }
  std::string folder(const char* name, unsigned mode) const {
    fs::create_directories(root / name);
    EXPECT_EQ(chmod(at(name).c_str(), mode), 0);
    return at(name);
  }
};

TEST_F(own_file, is_read_whole_when_it_is_a_plain_file_of_ours) {
  std::ofstream(at("file")) << "text";
  EXPECT_EQ(read_own_file(at("file")), "text");
  EXPECT_FALSE(read_own_file(at("none")));
  EXPECT_FALSE(read_own_file(root.string()));
}

TEST_F(own_file, that_is_a_link_a_pipe_or_a_device_is_none) {
  std::ofstream(at("file")) << "text";
  fs::create_symlink("file", at("link"));
  EXPECT_FALSE(read_own_file(at("link")));
  ASSERT_EQ(mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(read_own_file(at("pipe")));
  EXPECT_FALSE(read_own_file("/dev/zero"));
}

TEST_F(own_file, that_is_larger_than_anything_of_ours_is_none_and_is_not_read) {
  std::ofstream(at("file")) << "text";
  fs::resize_file(at("file"), std::uintmax_t{1} << 40U);
  EXPECT_FALSE(read_own_file(at("file")));
}

TEST_F(own_file, of_another_user_is_none) {
  std::ofstream(at("file")) << "text";
  if (geteuid() == 0) {  // nobody else can give a file away; root's own counts for all
    ASSERT_EQ(chown(at("file").c_str(), 65534, 65534), 0);
    EXPECT_FALSE(read_own_file(at("file")));
  }
  EXPECT_TRUE(read_own_file("/etc/passwd"));
}

TEST_F(own_file, folder_that_nobody_else_can_write_is_good) {
  EXPECT_TRUE(check_own_folder(at("not there yet")));
  for (const unsigned mode : {0700U, 0755U, 0555U, 01777U})
    EXPECT_TRUE(check_own_folder(folder("good", mode))) << mode;
}

TEST_F(own_file, folder_that_others_can_write_is_refused_with_the_command_that_helps) {
  for (const unsigned mode : {0777U, 0757U, 0702U}) {
    const status checked = check_own_folder(folder("bad", mode));
    ASSERT_FALSE(checked) << mode;
    EXPECT_EQ(checked.error().kind, exit_class::usage);
    EXPECT_EQ(checked.error().value, at("bad"));
    EXPECT_NE(text_of(checked.error()).find("chmod go-w " + at("bad")), std::string::npos);
  }
  if (geteuid() != 0) return;
  ASSERT_EQ(chown(folder("group", 0775).c_str(), 0, 12345), 0);
  EXPECT_FALSE(check_own_folder(at("group")));
  ASSERT_EQ(chown(at("group").c_str(), 0, 0), 0);
  EXPECT_TRUE(check_own_folder(at("group"))) << "a group of which we are the only member";
  ASSERT_EQ(chown(folder("theirs", 0755).c_str(), 65534, 65534), 0);
  const status checked = check_own_folder(at("theirs"));
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().what.find("65534"), std::string::npos);
}

TEST_F(own_file, folder_below_what_is_no_folder_cannot_be_made) {
  EXPECT_TRUE(can_be_made(root.string()));
  EXPECT_TRUE(can_be_made(at("a/b/c")));
  std::ofstream(at("file")) << "text";
  EXPECT_FALSE(can_be_made(at("file")));
  EXPECT_FALSE(can_be_made(at("file/a/b")));
  EXPECT_FALSE(can_be_made(""));
}

TEST_F(own_file, part_names_are_all_different) {
  std::set<std::string> names;
  for (int number = 0; number < 1000; ++number) names.insert(part_name("/x/y"));
  EXPECT_EQ(names.size(), 1000U);
  EXPECT_TRUE(names.begin()->starts_with("/x/y."));
}

TEST_F(own_file, below_a_shared_folder_is_read_through_folders_that_only_we_can_fill) {
  fs::create_directories(folder("cache", 01777) + "/steps/ab");
  std::ofstream(at("cache/steps/ab/entry")) << "text";
  const auto read = [&] { return read_own_below(at("cache"), "steps/ab/entry"); };
  EXPECT_EQ(read(), "text");
  for (const unsigned mode : {0777U, 01777U, 0757U}) {
    folder("cache/steps/ab", mode);
    EXPECT_FALSE(read()) << mode;
  }
  folder("cache/steps/ab", 0700);
  EXPECT_TRUE(is_own_folder_below(at("cache"), "steps/ab"));
  fs::rename(at("cache/steps"), at("elsewhere"));
  fs::create_symlink(at("elsewhere"), at("cache/steps"));
  EXPECT_FALSE(read()) << "through a link";
  EXPECT_FALSE(is_own_folder_below(at("cache"), "steps/ab"));
  fs::remove(at("cache/steps"));
  fs::rename(at("elsewhere"), at("cache/steps"));
  EXPECT_EQ(read(), "text");
  folder("cache/steps/ab", 0777);
  folder("cache", 0700);
  EXPECT_EQ(read(), "text") << "nobody else gets there";
  folder("cache/steps/ab", 0700);
  folder("cache", 01777);
  if (geteuid() != 0) return;
  ASSERT_EQ(chown(at("cache/steps/ab").c_str(), 65534, 65534), 0);
  EXPECT_FALSE(read()) << "through the folder of another user";
}

TEST_F(own_file, that_is_kept_read_only_is_content_and_no_entry) {
  std::ofstream(at("file")) << "text";
  EXPECT_TRUE(read_own_below(root.string(), "file"));
  ASSERT_EQ(chmod(at("file").c_str(), 0444), 0);
  EXPECT_FALSE(read_own_below(root.string(), "file"));
}

TEST_F(own_file, removal_of_old_files_neither_follows_a_link_nor_enters_the_folder_of_another_user) {
  for (const char* name : {"elsewhere", "cache/blobs/ab", "cache/theirs"}) {
    fs::create_directories(root / name);
    std::ofstream(at(name) + "/old") << "text";
  }
  fs::create_symlink(at("elsewhere"), at("cache/steps"));
  fs::create_symlink(at("elsewhere"), at("cache/blobs/cd"));
  const std::int64_t later = std::time(nullptr) + 1000;
  EXPECT_EQ(remove_own_files(at("cache/steps"), later), 0U);
  EXPECT_EQ(remove_own_files(at("cache/blobs"), later - 100'000), 0U) << "none is that old";
  EXPECT_EQ(remove_own_files(at("cache/blobs"), later), 1U);
  EXPECT_FALSE(exists(at("cache/blobs/ab/old")));
  EXPECT_TRUE(exists(at("elsewhere/old")));
  if (geteuid() != 0) return;
  ASSERT_EQ(chown(at("cache/theirs").c_str(), 65534, 65534), 0);
  EXPECT_EQ(remove_own_files(at("cache/theirs"), later), 0U);
  EXPECT_EQ(remove_own_files(at("cache"), later), 0U);
  EXPECT_TRUE(exists(at("cache/theirs/old")));
}

}  // namespace
