// Locks by name in one file: one holder each, ended with the holder, told to the one that waits.
#include <cicd/system/lock_table.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include <cicd/system/files.hpp>

#include "support.hpp"

namespace cicd {
namespace {

using system_test::get;
using system_test::put;
using system_test::temporary_folder;

bool can_take(lock_table& table, const std::string& name) {
  const auto lock = table.try_take(name, "another");
  return lock && *lock;
}

TEST(lock_table, gives_each_name_one_holder_and_tells_who_it_is) {
  const temporary_folder folder;
  const std::string path = folder / "locks/all";
  lock_table one(path), two(path);
  auto mine = one.try_take("app/build", "run 1");
  ASSERT_TRUE(mine && *mine);
  EXPECT_FALSE(can_take(two, "app/build"));
  EXPECT_FALSE(can_take(one, "app/build")) << "a table gives none twice";
  EXPECT_EQ(two.holder_of("app/build"), "run 1");
  EXPECT_TRUE(can_take(two, "app/test")) << "another name";
  mine->reset();
  EXPECT_EQ(two.holder_of("app/build"), "");
  const auto next = two.try_take("app/build", "run 2");
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->left_by(), "");
  EXPECT_FALSE(can_take(one, "app/build"));
}

TEST(lock_table, is_one_file_however_many_names_it_has) {
  const temporary_folder folder;
  lock_table one(folder / "locks"), two(folder / "locks"), other(folder / "locks");
  std::vector<lock_table::held> held;
  for (int number = 0; number < 1'000; ++number) {
    lock_table& table = number % 2 == 0 ? one : two;
    auto lock = table.try_take("app/step" + std::to_string(number), "us");
    ASSERT_TRUE(lock && *lock) << number;
    held.push_back(**std::move(lock));
  }
  for (int number = 0; number < 1'000; number += 97) {
    EXPECT_FALSE(can_take(other, "app/step" + std::to_string(number))) << number;
  }
  const auto size = std::filesystem::file_size(folder / "locks");
  EXPECT_EQ(size, 128'000U);
  held.clear();
  EXPECT_TRUE(can_take(one, "app/step1"));
  EXPECT_EQ(std::filesystem::file_size(folder / "locks"), size) << "a name has one line for ever";
}

TEST(lock_table, says_who_was_killed_while_it_held_a_lock) {
  const temporary_folder folder;
  int taken[2];
  ASSERT_EQ(pipe2(taken, O_CLOEXEC), 0);
  const pid_t id = fork();
  if (id == 0) {
    lock_table table(folder / "locks");
    const auto lock = table.try_take("app/build", "the child");
    const auto other = table.try_take("app/test", "the child");
    const bool have = lock && *lock && other && *other;
    if (write(taken[1], have ? "y" : "n", 1) == 1) pause();
    _exit(1);
  }
  char answer = 0;
  ASSERT_EQ(read(taken[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  lock_table table(folder / "locks");
  EXPECT_FALSE(can_take(table, "app/build"));
  kill(id, SIGKILL);
  waitpid(id, nullptr, 0);
  close(taken[0]);
  close(taken[1]);
  {
    auto lock = table.try_take("app/build", "one that has to wait for another lock");
    ASSERT_TRUE(lock && *lock);
    (*lock)->leave_as_found();
  }
  for (const char* name : {"app/build", "app/test"}) {
    const auto lock = table.try_take(name, "us");
    ASSERT_TRUE(lock && *lock) << name;
    EXPECT_EQ((*lock)->left_by(), "the child");
  }
  const auto again = table.try_take("app/build", "us");
  ASSERT_TRUE(again && *again);
  EXPECT_EQ((*again)->left_by(), "") << "it was given back since";
}

TEST(lock_table, is_not_inherited_by_children) {
  const temporary_folder folder;
  event_loop loop;
  const auto port = system_processes(loop);
  lock_table one(folder / "locks"), two(folder / "locks");
  auto lock = one.try_take("app/build", "us");
  ASSERT_TRUE(lock && *lock);
  std::shared_ptr<child> started;
  bool free_again = false;
  const auto release = [&](output_stream, std::string_view) {
    lock->reset();
    free_again = can_take(two, "app/build");
    started->signal_tree(SIGKILL);
  };
  started = port->start(system_test::shell("echo up; exec sleep 1000"), {release, {}});
  loop.run();
  EXPECT_TRUE(free_again);
}

TEST(lock_table, works_on_where_its_file_was_cut_or_overwritten) {
  const temporary_folder folder;
  const std::string path = folder / "locks";
  for (const std::string& harm :
       {std::string(), std::string("x"), std::string(200, 'x'), std::string(999, '\0')}) {
    put(path, harm);
    lock_table one(path), two(path);
    const auto mine = one.try_take("app/build", "us");
    ASSERT_TRUE(mine && *mine) << harm.size();
    EXPECT_FALSE(can_take(two, "app/build")) << harm.size();
    EXPECT_TRUE(can_take(two, "app/test")) << harm.size();
  }
}

TEST(lock_table, keeps_a_holder_to_one_line_whatever_its_text) {
  const temporary_folder folder;
  lock_table one(folder / "locks"), two(folder / "locks");
  const auto first = one.try_take("a", "two\nlines" + std::string(500, 'x'));
  const auto second = one.try_take("b", "us");
  ASSERT_TRUE(first && *first && second && *second);
  EXPECT_EQ(two.holder_of("b"), "us");
  EXPECT_TRUE(two.holder_of("a").starts_with("two linesxxx"));
  EXPECT_FALSE(can_take(two, "a"));
}

TEST(lock_table, whose_file_cannot_be_made_says_so) {
  const temporary_folder folder;
  for (const std::string& path : {std::string("/proc/no/lock"), folder.path()}) {
    lock_table table(path);
    const auto lock = table.try_take("a", "us");
    ASSERT_FALSE(lock) << path;
    EXPECT_EQ(lock.error().kind, exit_class::cannot_save);
    EXPECT_EQ(table.holder_of("a"), "");
  }
}

TEST(lock_table, puts_a_file_in_the_place_of_a_pipe_and_waits_for_nobody) {
  const temporary_folder folder;
  const std::string path = folder / "locks";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  lock_table one(path), two(path);
  const auto mine = one.try_take("a", "us");
  ASSERT_TRUE(mine && *mine);
  EXPECT_FALSE(can_take(two, "a"));
  EXPECT_EQ(two.holder_of("a"), "us");
}

TEST(lock_table, is_read_and_written_by_its_user_alone) {
  const temporary_folder folder;
  lock_table table(folder / "locks");
  ASSERT_TRUE(can_take(table, "a"));
  struct stat about {};
  ASSERT_EQ(stat((folder / "locks").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

}  // namespace
}  // namespace cicd
