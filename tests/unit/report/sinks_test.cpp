// What the terminal can do, and writing to streams that are closed, full or slow.
#include <cicd/report/console.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>
#include <csignal>
#include <thread>

namespace cicd {
namespace {

using variables = std::map<std::string, std::string, std::less<>>;
constexpr stdout_facts terminal{.is_terminal = true, .width = 120, .height = 50};

terminal_abilities abilities(variables more, stdout_facts facts = terminal) {
  variables all{{"TERM", "xterm-256color"}, {"LANG", "C.UTF-8"}};
  for (auto& [name, value] : more) all[name] = value;
  return abilities_from(surroundings(std::move(all)), facts);
}

TEST(abilities, of_a_terminal) {
  const terminal_abilities can = abilities({});
  EXPECT_TRUE(can.live && can.colour && can.utf8);
  EXPECT_EQ(can.width, 120U);
  EXPECT_EQ(can.height, 50U);
}

TEST(abilities, of_what_is_no_terminal) {
  const terminal_abilities can = abilities({}, {});
  EXPECT_FALSE(can.live || can.colour);
  EXPECT_EQ(can.width, 80U);
  EXPECT_EQ(can.height, 24U);
}

TEST(abilities, a_dumb_or_unnamed_terminal_is_neither_live_nor_coloured) {
  for (const char* kind : {"dumb", ""}) {
    const terminal_abilities can = abilities({{"TERM", kind}});
    EXPECT_FALSE(can.live || can.colour) << kind;
  }
}

TEST(abilities, colour_follows_the_conventions) {
  struct row {
    variables set;
    bool on_terminal, elsewhere;
  };
  for (const row& one : {row{{{"NO_COLOR", "1"}}, false, false},
                         {{{"NO_COLOR", ""}}, true, false},
                         {{{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}, false, false},
                         {{{"CLICOLOR_FORCE", "1"}}, true, true},
                         {{{"CLICOLOR_FORCE", "0"}}, true, false},
                         {{{"CLICOLOR", "0"}}, false, false},
                         {{{"CLICOLOR", "0"}, {"CLICOLOR_FORCE", "1"}}, true, true}}) {
    EXPECT_EQ(abilities(one.set).colour, one.on_terminal) << one.set.begin()->first;
    EXPECT_EQ(abilities(one.set, {}).colour, one.elsewhere) << one.set.begin()->first;
  }
  EXPECT_TRUE(abilities({{"NO_COLOR", "1"}}).live) << "a terminal without colour is still live";
}

TEST(abilities, a_ci_is_never_live) {
  EXPECT_FALSE(abilities({{"CI", "true"}}).live);
  EXPECT_TRUE(abilities({{"CI", "false"}}).live);
}

TEST(abilities, a_size_that_is_set_wins_and_a_senseless_one_does_not) {
  EXPECT_EQ(abilities({{"COLUMNS", "60"}, {"LINES", "10"}}).width, 60U);
  EXPECT_EQ(abilities({{"COLUMNS", "60"}, {"LINES", "10"}}).height, 10U);
  for (const char* text : {"0", "-1", "x", "60x", "99999999999999999999", ""})
    EXPECT_EQ(abilities({{"COLUMNS", text}}).width, 120U) << text;
}

TEST(abilities, the_first_locale_that_is_set_decides) {
  EXPECT_FALSE(abilities({{"LC_ALL", "C"}}).utf8);
  EXPECT_FALSE(abilities({{"LC_CTYPE", "POSIX"}}).utf8);
  EXPECT_FALSE(abilities({{"LANG", ""}}).utf8);
  EXPECT_TRUE(abilities({{"LC_ALL", "de_DE.utf8"}, {"LANG", "C"}}).utf8);
}

TEST(write_all, survives_a_reader_that_went_away_and_a_closed_descriptor) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  write_all(ends[1], "nobody reads this");
  close(ends[1]);
  write_all(ends[1], "nor this");
  std::signal(SIGPIPE, before);
}

TEST(write_all, survives_a_full_device) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  write_all(full, std::string(1 << 20, 'x'));
  close(full);
}

TEST(write_all, waits_for_a_slow_reader_and_loses_nothing) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  std::size_t got = 0;
  std::thread reader([&] {
    fcntl(ends[0], F_SETFL, 0);
    char buffer[4096];
    for (ssize_t size; (size = read(ends[0], buffer, sizeof buffer)) > 0;)
      got += static_cast<std::size_t>(size);
  });
  write_all(ends[1], std::string(1 << 20, 'x'));
  close(ends[1]);
  reader.join();
  close(ends[0]);
  EXPECT_EQ(got, std::size_t{1} << 20);
}

TEST(write_all, ends_when_the_reader_of_a_full_pipe_goes_away) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  std::thread reader([&] {
    char byte;
    while (read(ends[0], &byte, 1) != 1) std::this_thread::yield();
    close(ends[0]);
  });
  write_all(ends[1], std::string(1 << 20, 'x'));
  reader.join();
  close(ends[1]);
  std::signal(SIGPIPE, before);
}

TEST(standard_sinks, answer_for_this_process) {
  const console_sinks sinks = standard_sinks(surroundings({{"TERM", "dumb"}, {"COLUMNS", "77"}}));
  EXPECT_FALSE(sinks.abilities().live);
  EXPECT_EQ(sinks.abilities().width, 77U);
  testing::internal::CaptureStdout();
  sinks.out("out\n");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "out\n");
  testing::internal::CaptureStderr();
  sinks.err("err\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "err\n");
}

}  // namespace
}  // namespace cicd
