// Reading what others named: below its root, plain, bounded; and writing where a person says.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>

#include <fcntl.h>

#include <cicd/base/text.hpp>
#include <cicd/system/files.hpp>

#include "support.hpp"

namespace cicd {
namespace {

namespace fs = std::filesystem;
using system_test::get;
using system_test::put;
using system_test::temporary_folder;

/// A folder `tree` with a file, beside a secret that is not below it.
struct tree_and_secret {
  temporary_folder folder;
  std::string root = folder / "tree";
  std::string secret = folder / "secret";
  tree_and_secret() {
    fs::create_directories(root + "/config");
    put(root + "/config/app.yaml", "a: 1\n");
    put(secret, "token");
  }
  void link(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, root + "/" + name);
  }
};

std::string note_of(const error& failure, std::string_view label) {
  for (const note& each : failure.notes)
    if (each.label == label) return each.text;
  return {};
}

void expect_refused(const result<std::string>& read, const std::string& link) {
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, exit_class::usage);
  EXPECT_EQ(note_of(read.error(), "link"), link);
}

TEST(read_below, refuses_what_lies_in_the_folder_of_a_git_repository) {
  const tree_and_secret of;
  fs::create_directories(of.root + "/.git");
  ASSERT_TRUE(write_file(of.root + "/.git/config", "login", durability::fast));
  of.link(".git/config", "app.conf");
  of.link(".git", "conf");
  for (const char* path : {".git/config", "app.conf", "conf/config", "config/../.git/config"}) {
    const auto read = read_below(of.root, path);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().what, "the file lies in the folder of a git repository itself") << path;
  }
}

TEST(read_below, gives_a_file_and_follows_links_that_stay_within) {
  const tree_and_secret of;
  of.link("config/app.yaml", "direct");
  of.link("config", "folder");
  of.link("../config/../config/app.yaml", "config/round");
  of.link(of.root + "/config/app.yaml", "absolute");
  of.link("/config", "no");
  for (const char* path : {"config/app.yaml", "./config//app.yaml", "direct", "folder/app.yaml",
                           "config/round", "folder/round", "absolute", "config/../direct"}) {
    const auto read = read_below(of.root, path);
    ASSERT_TRUE(read) << path << text_of(read.error());
    EXPECT_EQ(*read, "a: 1\n") << path;
  }
}

TEST(read_below, refuses_what_leads_out_and_names_the_link_and_where_it_leads) {
  const tree_and_secret of;
  of.link("/proc/self/environ", "environment");
  of.link("../secret", "config/near");
  of.link("../../secret", "config/up");
  of.link("..", "out");
  of.link("environment", "second");
  of.link("config/../../secret", "round");
  fs::create_symlink(of.root, of.folder / "same");
  expect_refused(read_below(of.root, "environment"), "environment -> /proc/self/environ");
  expect_refused(read_below(of.root, "config/up"), "config/up -> ../../secret");
  expect_refused(read_below(of.root, "out/secret"), "out -> ..");
  expect_refused(read_below(of.root, "second"), "environment -> /proc/self/environ");
  expect_refused(read_below(of.root, "round"), "round -> config/../../secret");
  expect_refused(read_below(of.folder / "same", "config/up"), "config/up -> ../../secret");
  expect_refused(read_below(of.root, "../secret"), "");
  expect_refused(read_below(of.root, of.secret), "");
  expect_refused(read_below(of.root, "config/../../secret"), "");
  EXPECT_EQ(text_of(read_below(of.root, "config/up").error()),
            "cicd: error: the file is not below the folder that it is read from: 'config/up'\n  link:    "
            "config/up -> ../../secret\n  folder:  "
                + of.root + "\n  allowed: a file below it; links that stay below it are followed\n");
}

TEST(read_below, takes_a_name_that_only_begins_like_the_root_for_outside) {
  const tree_and_secret of;
  fs::create_directories(of.root + "-other");
  put(of.root + "-other/file", "token");
  of.link(of.root + "-other/file", "other");
  expect_refused(read_below(of.root, "other"), "other -> " + of.root + "-other/file");
}

TEST(read_below, ends_at_a_circle_and_says_where_a_link_leads_to_nothing) {
  const tree_and_secret of;
  of.link("b", "a");
  of.link("a", "b");
  of.link("none", "dangling");
  expect_refused(read_below(of.root, "a"), "a -> b");
  expect_refused(read_below(of.root, "dangling"), "dangling -> none");
  EXPECT_EQ(read_below_if_there(of.root, "dangling").value_or("an error"), std::nullopt);
  EXPECT_EQ(read_below_if_there(of.root, "none/below").value_or("an error"), std::nullopt);
  EXPECT_EQ(read_below_if_there(of.folder / "none", "file").value_or("an error"), std::nullopt);
  EXPECT_FALSE(read_below(of.root, "config/app.yaml/below"));
}

TEST(read_below, never_waits_for_what_is_no_plain_file) {
  const tree_and_secret of;
  ASSERT_EQ(mkfifo((of.root + "/pipe").c_str(), 0600), 0);
  of.link("pipe", "to-pipe");
  const auto pipe = read_below(of.root, "pipe");
  ASSERT_FALSE(pipe);
  EXPECT_EQ(note_of(pipe.error(), "caused by"), "it is a pipe (FIFO)");
  expect_refused(read_below(of.root, "to-pipe"), "to-pipe -> pipe");
  EXPECT_EQ(note_of(read_below("/dev", "zero").error(), "caused by"), "it is a device");
  EXPECT_EQ(note_of(read_below(of.root, "config").error(), "caused by"), "it is a folder");
}

TEST(read_below, refuses_a_file_over_the_limit_before_it_is_read) {
  const tree_and_secret of;
  put(of.root + "/file", "12345");
  EXPECT_EQ(read_below(of.root, "file", {.limit = 5}).value_or(""), "12345");
  const auto over = read_below(of.root, "file", {.limit = 4, .refused = exit_class::corrupt});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().kind, exit_class::corrupt);
  EXPECT_EQ(note_of(over.error(), "allowed"), "at most 4 B");
  fs::resize_file(of.root + "/file", std::uintmax_t{1} << 40U);
  EXPECT_EQ(note_of(read_below(of.root, "file").error(), "allowed"), "at most 16.0 MB");
  EXPECT_EQ(read_below("/proc/self", "environ", {.limit = 1}).error().what,
            "the file is too large to be read");
}

TEST(place_below, is_the_way_without_links) {
  const tree_and_secret of;
  of.link("config", "folder");
  of.link("..", "out");
  EXPECT_EQ(place_below(of.root, "folder/app.yaml").value_or(""), of.root + "/config/app.yaml");
  EXPECT_EQ(place_below(of.root, "folder").value_or(""), of.root + "/config");
  EXPECT_EQ(place_below(of.root, "").value_or(""), of.root);
  EXPECT_EQ(place_below(of.root, "none").value_or(""), std::nullopt);
  EXPECT_FALSE(place_below(of.root, "out"));
}

TEST(read_file, never_waits_for_a_pipe_and_never_reads_a_hole_without_end) {
  const tree_and_secret of;
  ASSERT_EQ(mkfifo((of.root + "/pipe").c_str(), 0600), 0);
  EXPECT_FALSE(read_file_if_there(of.root + "/pipe"));
  EXPECT_FALSE(read_file("/dev/zero"));
  put(of.root + "/hole", "");
  fs::resize_file(of.root + "/hole", std::uintmax_t{1} << 40U);
  EXPECT_EQ(read_file(of.root + "/hole").error().what, "the file is too large to be read");
}

TEST(read_given, takes_a_pipe_and_no_device_without_end) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "text", 4), 4);
  close(ends[1]);
  EXPECT_EQ(read_given("/proc/self/fd/" + std::to_string(ends[0])).value_or(""), "text");
  close(ends[0]);
  EXPECT_FALSE(read_given("/dev/zero"));
}

TEST(write_given, writes_a_device_and_never_replaces_it) {
  const temporary_folder folder;
  const std::string null = folder / "null";
  if (mknod(null.c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) GTEST_FAIL() << "root makes devices";
  ASSERT_TRUE(write_given(null, "text"));
  struct stat entry {};
  ASSERT_EQ(lstat(null.c_str(), &entry), 0);
  EXPECT_TRUE(S_ISCHR(entry.st_mode));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(write_given, writes_into_a_pipe) {
  const temporary_folder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  const int reader = open((folder / "pipe").c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_TRUE(write_given(folder / "pipe", "text"));
  char got[8] = {};
  EXPECT_EQ(read(reader, got, sizeof got), 4);
  close(reader);
  EXPECT_TRUE(fs::is_fifo(folder / "pipe"));
}

TEST(write_given, follows_a_link_also_one_that_leads_to_nothing_yet) {
  const temporary_folder folder;
  put(folder / "file", "old");
  fs::create_symlink("file", folder / "link");
  fs::create_symlink("new", folder / "dangling");
  ASSERT_TRUE(write_given(folder / "link", "text"));
  ASSERT_TRUE(write_given(folder / "dangling", "text"));
  EXPECT_EQ(get(folder / "file"), "text");
  EXPECT_EQ(get(folder / "new"), "text");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_TRUE(fs::is_symlink(folder / "dangling"));
}

TEST(write_given, makes_a_file_with_its_folders_and_does_not_widen_a_mode) {
  const temporary_folder folder;
  ASSERT_TRUE(write_given(folder / "a/file", "text"));
  EXPECT_EQ(get(folder / "a/file"), "text");
  ASSERT_EQ(chmod((folder / "a/file").c_str(), 0600), 0);
  ASSERT_TRUE(write_given(folder / "a/file", "more"));
  struct stat entry {};
  ASSERT_EQ(lstat((folder / "a/file").c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777U, 0600U);
  EXPECT_FALSE(write_given(folder.path(), "text"));
}

TEST(write_given, privately_leaves_a_file_for_its_user_alone) {
  const temporary_folder folder;
  put(folder / "old", "old");
  ASSERT_EQ(chmod((folder / "old").c_str(), 0644), 0);
  fs::create_symlink("there", folder / "link");
  for (const char* name : {"new", "old", "link"}) {
    ASSERT_TRUE(write_given_privately(folder / name, "text"));
    struct stat entry {};
    ASSERT_EQ(stat((folder / name).c_str(), &entry), 0);
    EXPECT_EQ(entry.st_mode & 0777U, 0600U) << name;
  }
}

TEST(write_given, goes_on_in_the_file_that_standard_output_is) {
  const temporary_folder folder;
  const int before = dup(STDOUT_FILENO);
  const int file = open((folder / "out").c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_EQ(write(file, "first ", 6), 6);
  dup2(file, STDOUT_FILENO);
  // Not by its name in /dev, which a fault would replace for all programs of the machine.
  const status written = write_given("/proc/self/fd/1", "second ");
  const ssize_t more = write(STDOUT_FILENO, "third", 5);
  dup2(before, STDOUT_FILENO);
  close(before);
  close(file);
  EXPECT_TRUE(written);
  EXPECT_EQ(more, 5);
  EXPECT_EQ(get(folder / "out"), "first second third");
}

}  // namespace
}  // namespace cicd
