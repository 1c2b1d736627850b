// A companion runs beside us and is gone with its object, and with us, also when we are killed.
#include <cicd/system/background_process.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "support.hpp"

namespace cicd {
namespace {

using namespace std::chrono_literals;
using system_test::processes_with;
using system_test::shell;
using system_test::unique_sleep;

TEST(companion, is_waited_for_until_it_says_so) {
  const auto running = companion::start(shell("echo one; echo complaint >&2; echo ready; exec sleep 1000"));
  ASSERT_TRUE(running);
  EXPECT_EQ((*running)->wait_until_it_says("ready", 10s), companion::waited::said);
  EXPECT_EQ((*running)->complaints(), "complaint\n");
}

TEST(companion, is_known_to_have_ended) {
  const auto running = companion::start(shell("echo one; echo why >&2"));
  ASSERT_TRUE(running);
  EXPECT_EQ((*running)->wait_until_it_says("ready", 10s), companion::waited::ended);
  EXPECT_EQ((*running)->complaints(), "why\n");
}

TEST(companion, is_known_to_have_started_others_as_long_as_they_run) {
  const auto alone = companion::start(shell("echo ready; exec sleep 1000"));
  ASSERT_TRUE(alone);
  ASSERT_EQ((*alone)->wait_until_it_says("ready", 10s), companion::waited::said);
  EXPECT_FALSE((*alone)->has_children());
  const auto other = companion::start(shell("sleep 1000 & echo ready; wait"));
  ASSERT_TRUE(other);
  ASSERT_EQ((*other)->wait_until_it_says("ready", 10s), companion::waited::said);
  EXPECT_TRUE((*other)->has_children());
}

TEST(companion, is_not_waited_for_longer_than_told) {
  const auto running = companion::start(shell("exec sleep 1000"));
  ASSERT_TRUE(running);
  EXPECT_EQ((*running)->wait_until_it_says("ready", 20ms), companion::waited::too_long);
  cancellation cancelled;
  cancelled.cancel();
  EXPECT_EQ((*running)->wait_until_it_says("ready", 10s, &cancelled), companion::waited::cancelled);
}

TEST(companion, shows_the_end_of_many_complaints) {
  const auto running =
      companion::start(shell("yes complaint | head -n 100000 >&2; echo last >&2; echo ready"));
  ASSERT_TRUE(running);
  ASSERT_EQ((*running)->wait_until_it_says("ready", 10s), companion::waited::said);
  const std::string text = (*running)->complaints();
  EXPECT_EQ(text.size(), 64U << 10U);
  EXPECT_TRUE(text.ends_with("complaint\nlast\n"));
}

TEST(companion, that_is_no_program_is_an_error) {
  const auto running = companion::start({{"no-such-program"}, {}, {"PATH=/usr/bin:/bin"}});
  ASSERT_FALSE(running);
  EXPECT_EQ(running.error().kind, exit_class::usage);
  EXPECT_EQ(running.error().what, "no such program: 'no-such-program'");
}

TEST(companion, goes_with_its_object_and_all_that_it_started) {
  const std::string time = unique_sleep();
  {
    const auto running =
        companion::start(shell("trap '' TERM HUP; sleep " + time + " & echo ready; sleep " + time));
    ASSERT_TRUE(running);
    ASSERT_EQ((*running)->wait_until_it_says("ready", 10s), companion::waited::said);
  }
  EXPECT_EQ(processes_with(time), 0);
}

TEST(companion, goes_with_us_when_we_are_killed) {
  const std::string time = unique_sleep();
  int told[2];
  ASSERT_EQ(pipe(told), 0);
  const pid_t us = fork();
  if (us == 0) {
    auto running = companion::start(shell("echo ready; exec sleep " + time));
    const bool ready = running && (*running)->wait_until_it_says("ready", 10s) == companion::waited::said;
    (void)!write(told[1], ready ? "y" : "n", 1);
    pause();
  }
  char answer = 0;
  ASSERT_EQ(read(told[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  kill(us, SIGKILL);
  waitpid(us, nullptr, 0);
  close(told[0]);
  close(told[1]);
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  int gone = 0;  // seen in a row: one that is becoming another program has no words for a moment
  while (gone < 3 && std::chrono::steady_clock::now() < deadline) {
    gone = processes_with(time) == 0 ? gone + 1 : 0;
    std::this_thread::yield();
  }
  EXPECT_EQ(gone, 3);
}

}  // namespace
}  // namespace cicd
