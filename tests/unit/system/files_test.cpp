// Files: whole or not at all, trees without following links, locks that end with their holder.
#include <cicd/system/files.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include <cicd/base/text.hpp>

#include "support.hpp"

namespace cicd {
namespace {

namespace fs = std::filesystem;
using system_test::get;
using system_test::put;
using system_test::temporary_folder;

unsigned mode_of(const std::string& path) {
  struct stat entry {};
  lstat(path.c_str(), &entry);
  return entry.st_mode & 07777U;
}

/// Writing beyond this many bytes of a file fails meanwhile.
class file_size_limit {
 public:
  explicit file_size_limit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit less{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &less);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;
  ~file_size_limit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

/// Permissions mean nothing to root, so the tests of them are somebody else meanwhile.
class nobody {
 public:
  nobody() : before_(geteuid()) {
    if (before_ == 0 && seteuid(65534) != 0) std::abort();
  }
  nobody(const nobody&) = delete;
  nobody& operator=(const nobody&) = delete;
  ~nobody() {
    if (seteuid(before_) != 0) std::abort();
  }

 private:
  uid_t before_;
};

TEST(read_file, gives_every_byte) {
  const temporary_folder folder;
  std::string bytes;
  for (int count = 0; count < 300'000; ++count) bytes += static_cast<char>(count % 251);
  put(folder / "file", bytes);
  EXPECT_TRUE(*read_file(folder / "file") == bytes);
  put(folder / "empty", "");
  EXPECT_EQ(*read_file(folder / "empty"), "");
}

TEST(read_file, reads_a_pseudo_file_whose_size_is_not_known) {
  EXPECT_FALSE(read_file("/proc/self/status")->empty());
}

TEST(read_file, names_the_path_and_the_cause) {
  const temporary_folder folder;
  const auto missing = read_file(folder / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, exit_class::usage);
  EXPECT_EQ(text_of(missing.error()), "cicd: error: the file cannot be read: '" + (folder / "none")
                                          + "'\n  caused by: there is no such file or folder\n");
  const auto is_folder = read_file(folder.path());
  ASSERT_FALSE(is_folder);
  EXPECT_EQ(is_folder.error().notes.front().text, "it is a folder");
}

TEST(read_file_if_there, tells_none_from_unreadable) {
  const temporary_folder folder;
  const auto none = read_file_if_there(folder / "none");
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, std::nullopt);
  put(folder / "file", "");
  EXPECT_FALSE(read_file_if_there(folder / "file/below"));
  EXPECT_FALSE(read_file_if_there(folder.path()));
}

TEST(write_file, makes_folders_and_sets_the_mode) {
  const temporary_folder folder;
  for (const durability how : {durability::fast, durability::durable}) {
    const std::string path = folder / (how == durability::fast ? "a/b/c" : "d/e/f");
    ASSERT_TRUE(write_file(path, "text", how, 0700));
    EXPECT_EQ(get(path), "text");
    EXPECT_EQ(mode_of(path), 0700U);
  }
}

TEST(write_file, replaces_and_leaves_nothing_beside) {
  const temporary_folder folder;
  ASSERT_TRUE(write_file(folder / "file", "old and longer", durability::durable));
  ASSERT_TRUE(write_file(folder / "file", "new", durability::durable));
  EXPECT_EQ(get(folder / "file"), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(write_file, replaces_a_link_and_not_what_it_points_to) {
  const temporary_folder folder;
  put(folder / "victim", "kept");
  fs::create_symlink(folder / "victim", folder / "link");
  ASSERT_TRUE(write_file(folder / "link", "new", durability::fast));
  EXPECT_EQ(get(folder / "victim"), "kept");
  EXPECT_FALSE(fs::is_symlink(folder / "link"));
}

TEST(write_file, that_does_not_fit_keeps_the_old_file_and_says_why) {
  const temporary_folder folder;
  ASSERT_TRUE(write_file(folder / "file", "old", durability::durable));
  const auto written = [&] {
    const file_size_limit limit(100);
    return write_file(folder / "file", std::string(250, 'x'), durability::durable);
  }();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, exit_class::cannot_save);
  EXPECT_EQ(written.error().notes.front().text,
            "the file would be larger than the limit of this process or file system allows");
  EXPECT_EQ(written.error().notes.back().label, "try");
  EXPECT_EQ(get(folder / "file"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(write_file, into_a_read_only_folder_keeps_the_old_file) {
  const temporary_folder folder;
  put(folder / "file", "old");
  chmod(folder.path().c_str(), 0555);
  const auto written = [&] {
    const nobody somebody;
    return write_file(folder / "file", "new", durability::fast);
  }();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().notes.front().text, "Permission denied");
  EXPECT_EQ(get(folder / "file"), "old");
}

TEST(write_file, below_a_file_names_that_file) {
  const temporary_folder folder;
  put(folder / "file", "");
  const auto written = write_file(folder / "file/below/deep", "", durability::fast);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, exit_class::cannot_save);
}

TEST(write_file, over_a_folder_is_an_error_and_the_folder_stays) {
  const temporary_folder folder;
  fs::create_directory(folder / "sub");
  EXPECT_FALSE(write_file(folder / "sub", "text", durability::fast));
  EXPECT_TRUE(is_folder(folder / "sub"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(rename_over, replaces_and_names_both_when_it_cannot) {
  const temporary_folder folder;
  put(folder / "from", "new");
  put(folder / "to", "old");
  ASSERT_TRUE(rename_over(folder / "from", folder / "to"));
  EXPECT_EQ(get(folder / "to"), "new");
  const auto again = rename_over(folder / "from", folder / "to");
  ASSERT_FALSE(again);
  EXPECT_NE(text_of(again.error()).find(folder / "from"), std::string::npos);
  EXPECT_NE(text_of(again.error()).find(folder / "to"), std::string::npos);
}

TEST(list_tree, is_sorted_bytewise_and_does_not_follow_links) {
  const temporary_folder folder;
  fs::create_directories(folder / "a/deep");
  put(folder / "a/x", "1234");
  put(folder / "a.b", "");
  put(folder / "a/deep/\xc3\xa4", "");
  put(folder / "Z", "");
  fs::create_symlink("/etc", folder / "a/away");
  fs::create_symlink("nowhere", folder / "dangling");
  mkfifo((folder / "pipe").c_str(), 0600);
  chmod((folder / "Z").c_str(), 04711);
  const auto entries = list_tree(folder.path());
  ASSERT_TRUE(entries);
  std::vector<std::string> paths;
  for (const tree_entry& each : *entries) paths.push_back(each.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"Z", "a", "a.b", "a/away", "a/deep", "a/deep/\xc3\xa4", "a/x",
                                             "dangling", "pipe"}));
  EXPECT_EQ((*entries)[0].mode, 04711U);
  EXPECT_EQ((*entries)[1].kind, entry_kind::folder);
  EXPECT_EQ((*entries)[3].kind, entry_kind::link);
  EXPECT_EQ((*entries)[3].link, "/etc");
  EXPECT_EQ((*entries)[6].size, 4U);
  EXPECT_EQ((*entries)[8].kind, entry_kind::other);
}

TEST(list_tree, does_not_enter_what_it_is_told_not_to) {
  const temporary_folder folder;
  fs::create_directories(folder / "a/skip/deep");
  const auto entries = list_tree(folder.path(), [](const std::string& path) { return path != "a/skip"; });
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->size(), 2U);
}

TEST(list_tree, of_what_cannot_be_read_is_an_error_and_never_a_shorter_list) {
  const temporary_folder folder;
  fs::create_directory(folder / "closed");
  chmod(folder.path().c_str(), 0755);
  chmod((folder / "closed").c_str(), 0);
  const auto entries = [&] {
    const nobody somebody;
    return list_tree(folder.path());
  }();
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().value, folder / "closed");
  EXPECT_FALSE(list_tree(folder / "none"));
}

TEST(remove_tree, removes_all_below_and_nothing_that_links_point_to) {
  const temporary_folder folder;
  fs::create_directories(folder / "outside");
  put(folder / "outside/kept", "");
  fs::create_directories(folder / "tree/a/b/c");
  put(folder / "tree/a/b/file", "");
  fs::create_directory_symlink(folder / "outside", folder / "tree/a/link");
  ASSERT_TRUE(remove_tree(folder / "tree"));
  EXPECT_FALSE(exists(folder / "tree"));
  EXPECT_TRUE(exists(folder / "outside/kept"));
}

TEST(remove_tree, removes_a_link_itself_also_with_a_slash_behind_it) {
  const temporary_folder folder;
  fs::create_directory(folder / "outside");
  put(folder / "outside/kept", "");
  fs::create_directory_symlink(folder / "outside", folder / "link");
  ASSERT_TRUE(remove_tree(folder / "link/"));
  EXPECT_FALSE(exists(folder / "link"));
  EXPECT_TRUE(exists(folder / "outside/kept"));
}

TEST(remove_tree, copes_with_read_only_folders) {
  const temporary_folder folder;
  chmod(folder.path().c_str(), 0777);
  const nobody somebody;
  fs::create_directories(folder / "tree/a/b");
  put(folder / "tree/a/b/file", "");
  for (const std::string path : {"tree/a/b", "tree/a", "tree"}) chmod((folder / path).c_str(), 0555);
  EXPECT_TRUE(remove_tree(folder / "tree"));
  EXPECT_FALSE(exists(folder / "tree"));
}

TEST(remove_tree, copes_with_folders_that_nobody_may_enter) {
  const temporary_folder folder;
  chmod(folder.path().c_str(), 0777);
  const nobody somebody;
  fs::create_directories(folder / "tree/a");
  put(folder / "tree/a/file", "");
  chmod((folder / "tree/a").c_str(), 0);
  chmod((folder / "tree").c_str(), 0);
  EXPECT_TRUE(remove_tree(folder / "tree"));
  EXPECT_FALSE(exists(folder / "tree"));
}

TEST(remove_tree, of_nothing_succeeds_and_of_the_root_never) {
  const temporary_folder folder;
  EXPECT_TRUE(remove_tree(folder / "none"));
  EXPECT_FALSE(remove_tree("/"));
  EXPECT_FALSE(remove_tree("///"));
}

TEST(copy_entry, keeps_content_and_mode_and_replaces) {
  const temporary_folder folder;
  const std::string content(300'000, 'x');
  put(folder / "from", content);
  chmod((folder / "from").c_str(), 0555);
  put(folder / "there/to", "old");
  ASSERT_TRUE(copy_entry(folder / "from", folder / "there/to"));
  ASSERT_TRUE(copy_entry(folder / "from", folder / "there/to"));
  EXPECT_TRUE(get(folder / "there/to") == content);
  EXPECT_EQ(mode_of(folder / "there/to"), 0555U);
}

TEST(copy_entry, does_not_write_into_another_name_of_the_target) {
  const temporary_folder folder;
  put(folder / "from", "new");
  put(folder / "to", "old");
  fs::create_hard_link(folder / "to", folder / "same");
  ASSERT_TRUE(copy_entry(folder / "from", folder / "to"));
  EXPECT_EQ(get(folder / "same"), "old");
}

TEST(copy_entry, copies_a_link_as_a_link) {
  const temporary_folder folder;
  fs::create_symlink("../no/where", folder / "from");
  ASSERT_TRUE(copy_entry(folder / "from", folder / "to"));
  EXPECT_EQ(fs::read_symlink(folder / "to"), "../no/where");
}

TEST(copy_entry, copies_what_only_read_can_read) {
  const temporary_folder folder;
  ASSERT_TRUE(copy_entry("/proc/self/cmdline", folder / "to"));
  EXPECT_EQ(get(folder / "to"), get("/proc/self/cmdline"));
}

TEST(copy_entry, that_does_not_fit_leaves_no_half_file) {
  const temporary_folder folder;
  put(folder / "from", std::string(1000, 'x'));
  const auto copied = [&] {
    const file_size_limit limit(100);
    return copy_entry(folder / "from", folder / "to");
  }();
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().kind, exit_class::cannot_save);
  EXPECT_FALSE(exists(folder / "to"));
}

TEST(copy_entry, refuses_what_is_neither_file_nor_link) {
  const temporary_folder folder;
  EXPECT_FALSE(copy_entry("/dev/null", folder / "to"));
  EXPECT_FALSE(copy_entry(folder.path(), folder / "to"));
  EXPECT_FALSE(copy_entry(folder / "none", folder / "to"));
}

TEST(normal_path, has_no_dots_and_no_double_slashes) {
  EXPECT_EQ(normal_path("/a//b/./c/../d/"), "/a/b/d");
  EXPECT_EQ(normal_path("/../.."), "/");
  EXPECT_EQ(normal_path("a/../../b"), "../b");
  EXPECT_EQ(normal_path("a/.."), ".");
  EXPECT_EQ(normal_path(""), ".");
}

TEST(path_below, is_relative_only_below) {
  EXPECT_EQ(path_below("/a/b/c", "/a/b"), "c");
  EXPECT_EQ(path_below("/a/b/c", "/a/b/"), "c");
  EXPECT_EQ(path_below("/a/bc", "/a/b"), "/a/bc");
  EXPECT_EQ(path_below("/a/b", "/a/b"), "/a/b");
  EXPECT_EQ(path_below("/a", "/"), "a");
}

TEST(real_path, resolves_links_and_is_nothing_for_nothing) {
  const temporary_folder folder;
  fs::create_directory_symlink(folder.path(), folder / "link");
  put(folder / "file", "");
  EXPECT_EQ(real_path(folder / "link/link/file"), folder / "file");
  EXPECT_EQ(real_path(folder / "none"), std::nullopt);
}

TEST(append_file, appends_what_others_appended_too) {
  const temporary_folder folder;
  auto one = append_file::open(folder / "logs/file");
  auto two = append_file::open(folder / "logs/file");
  ASSERT_TRUE(one && two);
  EXPECT_TRUE(one->append("a\n") && two->append("b\n") && one->append("c\n"));
  EXPECT_TRUE(one->sync());
  EXPECT_EQ(get(folder / "logs/file"), "a\nb\nc\n");
}

TEST(append_file, says_that_the_disk_is_full) {
  auto full = append_file::open("/dev/full");
  ASSERT_TRUE(full);
  const auto appended = full->append("text\n");
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().kind, exit_class::cannot_save);
  EXPECT_EQ(appended.error().value, "/dev/full");
  EXPECT_EQ(appended.error().notes.front().text, "no space is left on that file system");
}

TEST(file_lock, has_one_holder_with_a_name) {
  const temporary_folder folder;
  const std::string path = folder / "locks/step";
  auto mine = file_lock::try_take(path, "run 1");
  ASSERT_TRUE(mine && *mine);
  const auto theirs = file_lock::try_take(path, "run 2");
  ASSERT_TRUE(theirs);
  EXPECT_FALSE(*theirs);
  EXPECT_EQ(file_lock::holder_of(path), "run 1");
  mine->reset();
  const auto next = file_lock::try_take(path, "3");
  ASSERT_TRUE(next);
  EXPECT_TRUE(*next);
  EXPECT_EQ(file_lock::holder_of(path), "3");
  EXPECT_TRUE(exists(path));
}

TEST(file_lock, of_a_killed_process_is_free) {
  const temporary_folder folder;
  int taken[2];
  ASSERT_EQ(pipe2(taken, O_CLOEXEC), 0);
  const pid_t id = fork();
  if (id == 0) {
    const auto lock = file_lock::try_take(folder / "lock", "child");
    const bool have = lock && *lock;
    if (write(taken[1], have ? "y" : "n", 1) == 1) pause();
    _exit(1);
  }
  char answer = 0;
  ASSERT_EQ(read(taken[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_FALSE(*file_lock::try_take(folder / "lock", "us"));
  kill(id, SIGKILL);
  waitpid(id, nullptr, 0);
  close(taken[0]);
  close(taken[1]);
  EXPECT_TRUE(*file_lock::try_take(folder / "lock", "us"));
}

TEST(file_lock, is_not_inherited_by_children) {
  const temporary_folder folder;
  event_loop loop;
  const auto port = system_processes(loop);
  auto lock = file_lock::try_take(folder / "lock", "us");
  ASSERT_TRUE(lock && *lock);
  std::shared_ptr<child> started;
  bool free_again = false;
  const auto release = [&](output_stream, std::string_view) {
    lock->reset();
    free_again = file_lock::try_take(folder / "lock", "next")->has_value();
    started->signal_tree(SIGKILL);
  };
  started = port->start(system_test::shell("echo up; exec sleep 1000"), {release, {}});
  loop.run();
  EXPECT_TRUE(free_again);
}

TEST(file_lock, is_closed_by_exec_whoever_starts_the_program) {
  const temporary_folder folder;
  const auto descriptors_of_a_program = [] {
    const std::unique_ptr<FILE, int (*)(FILE*)> ls(popen("ls /proc/self/fd | wc -l", "r"), &pclose);
    char count[16] = "";
    return std::string(fgets(count, sizeof count, ls.get()));
  };
  const std::string before = descriptors_of_a_program();
  const auto lock = file_lock::try_take(folder / "lock", "us");
  EXPECT_EQ(descriptors_of_a_program(), before);
}

TEST(file_lock, that_cannot_be_made_says_so) {
  const auto lock = file_lock::try_take("/proc/no/lock", "us");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().kind, exit_class::cannot_save);
}

}  // namespace
}  // namespace cicd
