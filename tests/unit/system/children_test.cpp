// Steps' processes: what they inherit, what they may print, and that nothing of them outlives them.
#include <cicd/system/process.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include <cicd/base/text.hpp>

#include "support.hpp"

namespace cicd {
namespace {

using system_test::get;
using system_test::processes_with;
using system_test::put;
using system_test::run_step;
using system_test::shell;
using system_test::step_result;
using system_test::temporary_folder;
using system_test::unique_sleep;

long peak_kilobytes() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss;
}

bool has_no_child() {
  return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

class children : public testing::Test {
 protected:
  void SetUp() override { prepare_process(); }
};

TEST_F(children, give_both_streams_and_end_once) {
  const step_result got = run_step(shell("echo one; echo two >&2; exit 3"));
  EXPECT_EQ(got.out, "one\n");
  EXPECT_EQ(got.err, "two\n");
  EXPECT_EQ(got.end.kind, ending::how::exited);
  EXPECT_EQ(got.end.number, 3);
  EXPECT_EQ(got.ends, 1);
}

TEST_F(children, that_cannot_be_started_say_so_through_the_end) {
  event_loop loop;
  const auto port = system_processes(loop);
  std::vector<int> statuses;
  const auto note = [&](const ending& end) { statuses.push_back(end.shell_status()); };
  port->start({{"no-such-program"}, "/tmp", {"PATH=/usr/bin"}}, {{}, note});
  port->start({{"/etc/passwd"}, "/tmp", {}}, {{}, note});
  EXPECT_TRUE(statuses.empty());
  loop.run();
  EXPECT_EQ(statuses, (std::vector{127, 126}));
}

TEST_F(children, may_print_every_byte) {
  const temporary_folder folder;
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes += static_cast<char>(value);
  put(folder / "bytes", bytes);
  const step_result got = run_step(shell("cat '" + (folder / "bytes") + "'"));
  EXPECT_TRUE(got.out == bytes);
}

TEST_F(children, may_print_a_lot_on_both_streams_without_a_line_end_and_without_our_memory) {
  constexpr std::size_t size = 100U << 20U;
  event_loop loop;
  const auto port = system_processes(loop);
  std::size_t out = 0, err = 0, largest = 0;
  const long before = peak_kilobytes();
  const std::string print = "head -c " + std::to_string(size) + " /dev/zero";
  port->start(shell(print + " & " + print + " >&2; wait"),
              {[&](output_stream stream, std::string_view bytes) {
                 (stream == output_stream::out ? out : err) += bytes.size();
                 largest = std::max(largest, bytes.size());
               },
               [](const ending&) {}});
  loop.run();
  EXPECT_EQ(out, size);
  EXPECT_EQ(err, size);
  EXPECT_LE(largest, 64U << 10U);
  EXPECT_LT(peak_kilobytes() - before, 8 * 1024);
}

TEST_F(children, have_nothing_to_read) {
  EXPECT_EQ(run_step(shell("cat; readlink /proc/self/fd/0")).out, "/dev/null\n");
}

TEST_F(children, inherit_no_descriptor) {
  const int leaking = fcntl(0, F_DUPFD, 77);
  const step_result got = run_step({{"ls", "/proc/self/fd"}, "/tmp", {"PATH=/usr/bin:/bin"}});
  close(leaking);
  EXPECT_EQ(got.out, "0\n1\n2\n3\n");  // 3 is the folder that ls itself reads
}

/// A line of /proc/self/status that is a set of signals, without the two that are the C library's own.
std::uint64_t signals_in(const std::string& status, const std::string& name) {
  const std::size_t at = status.find(name + ":\t");
  constexpr std::uint64_t of_the_library = 0x180000000U;
  return at == status.npos ? ~0ULL
                           : std::stoull(status.substr(at + name.size() + 2), nullptr, 16) & ~of_the_library;
}

TEST_F(children, have_default_signals_and_an_empty_mask_though_we_do_not) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  const auto was = signal(SIGUSR2, SIG_IGN);
  const std::string ours = get("/proc/self/status");
  const step_result got = run_step({{"cat", "/proc/self/status"}, "/tmp", {"PATH=/usr/bin:/bin"}});
  signal(SIGUSR2, was);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  constexpr auto bit = [](int signal) { return 1ULL << (signal - 1); };
  EXPECT_EQ(signals_in(ours, "SigBlk"), bit(SIGUSR1));
  EXPECT_EQ(signals_in(ours, "SigIgn"), bit(SIGUSR2) | bit(SIGPIPE) | bit(SIGXFSZ));
  EXPECT_EQ(signals_in(got.out, "SigBlk"), 0U);
  EXPECT_EQ(signals_in(got.out, "SigIgn"), 0U);
}

TEST_F(children, run_in_their_folder_with_exactly_their_environment) {
  const temporary_folder folder;
  setenv("CICD_TEST_SECRET", "canary", 1);
  const step_result where = run_step({{"pwd", "-P"}, folder.path(), {"PATH=/usr/bin:/bin"}});
  const step_result got =
      run_step({{"env"}, "/tmp", {"PATH=/usr/bin:/bin", "NAME=a=b c", "CICD_STEP=forged"}});
  unsetenv("CICD_TEST_SECRET");
  EXPECT_EQ(where.out, folder.path() + "\n");
  std::vector<std::string> lines = split(trimmed(got.out), '\n');
  std::sort(lines.begin(), lines.end());
  ASSERT_EQ(lines.size(), 3U) << got.out;
  EXPECT_TRUE(lines[0].starts_with("CICD_STEP="));
  EXPECT_NE(lines[0], "CICD_STEP=forged");
  EXPECT_EQ(lines[1], "NAME=a=b c");
  EXPECT_EQ(lines[2], "PATH=/usr/bin:/bin");
}

TEST_F(children, that_left_group_and_session_and_ignore_term_are_all_ended) {
  const temporary_folder folder;
  const std::string time = unique_sleep();
  put(folder / "deep",
      "#!/bin/sh\n"
      "trap '' TERM HUP\n"
      "case $1 in\n"
      "4) setsid \"$0\" 3 & ;;\n"
      "3) (setsid \"$0\" 2 &) ;;\n"
      "2) nohup setsid \"$0\" 1 & ;;\n"
      "1) env -i /bin/sh \"$0\" 0 & ;;\n"
      "esac\n"
      "echo up\n"
      "exec sleep "
          + time + "\n");
  chmod((folder / "deep").c_str(), 0755);
  event_loop loop;
  const auto port = system_processes(loop);
  std::string out;
  ending end;
  std::shared_ptr<child> started;
  std::size_t left_after_term = 0;
  const auto output = [&](output_stream stream, std::string_view bytes) {
    if (stream != output_stream::out) return;
    out += bytes;
    if (out != "up\nup\nup\nup\nup\n") return;
    started->signal_tree(SIGTERM);
    left_after_term = started->left();
    started->signal_tree(SIGKILL);
  };
  started = port->start(shell("exec '" + (folder / "deep") + "' 4"),
                        {output, [&](const ending& how) { end = how; }});
  loop.run();
  EXPECT_GE(left_after_term, 5U);
  EXPECT_EQ(end.number, SIGKILL);
  EXPECT_EQ(started->left(), 0U);
  EXPECT_EQ(processes_with(time), 0);
}

TEST_F(children, are_asked_before_their_own_children_so_that_no_shell_goes_on_to_its_next_command) {
  event_loop loop;
  const auto port = system_processes(loop);
  std::shared_ptr<child> started;
  std::string out;
  const auto output = [&](output_stream, std::string_view bytes) {
    out += bytes;
    started->signal_tree(SIGTERM);
  };
  started = port->start(shell("echo up; sleep 1000; echo next"), {output, [](const ending&) {}});
  loop.run();
  EXPECT_EQ(out, "up\n");
}

TEST_F(children, take_what_they_left_running_with_them) {
  const std::string time = unique_sleep();
  const step_result got = run_step(shell("sleep " + time + " & setsid sleep " + time
                                         + " & "
                                           "(trap '' TERM; exec setsid nohup sleep "
                                         + time + " >/dev/null 2>&1) & exit 5"));
  EXPECT_EQ(got.end.number, 5);
  EXPECT_EQ(got.ends, 1);
  EXPECT_EQ(processes_with(time), 0);
  EXPECT_TRUE(has_no_child());
}

TEST_F(children, take_a_daemon_with_an_empty_environment_and_no_pipe_with_them) {
  const std::string time = unique_sleep();
  run_step(shell("(env -i setsid sleep " + time + " >/dev/null 2>&1 &) ; exit 0"));
  EXPECT_EQ(processes_with(time), 0);
}

TEST_F(children, do_not_take_the_processes_of_another_step_with_them) {
  const temporary_folder folder;
  ASSERT_EQ(mkfifo((folder / "up").c_str(), 0600), 0);
  event_loop loop;
  const auto port = system_processes(loop);
  const std::string sleep = "sleep " + unique_sleep();
  std::shared_ptr<child> longer;
  std::size_t left = 0;
  const auto end_longer = [&](const ending&) {
    left = longer->left();
    longer->signal_tree(SIGKILL);
  };
  port->start(shell("cat '" + (folder / "up") + "'; (setsid " + sleep + " &) ; exit 0"), {{}, end_longer});
  longer = port->start(shell("setsid " + sleep + " & (env -i setsid " + sleep
                             + " >/dev/null 2>&1 &) ; echo > '" + (folder / "up") + "'; exec " + sleep),
                       {});
  loop.run();
  EXPECT_EQ(left, 3U);
}

/// Runs `script` while another step is alive, so that an unmarked stray could be either's. Gives how many
/// processes with `word` were left when it had ended. TERM is sent to the tree when it prints.
int left_beside_another_step(const std::string& script, const std::string& word) {
  event_loop loop;
  const auto port = system_processes(loop);
  int left = -1;
  std::shared_ptr<child> step;
  const auto other = port->start(shell("exec sleep " + unique_sleep()), {});
  const auto ended = [&](const ending&) {
    left = processes_with(word);
    other->signal_tree(SIGKILL);
  };
  step = port->start(shell(script),
                     {[&](output_stream, std::string_view) { step->signal_tree(SIGTERM); }, ended});
  loop.run();
  return left;
}

TEST_F(children, take_a_stranger_that_holds_their_pipe_with_them_while_another_step_runs) {
  const std::string time = unique_sleep();
  EXPECT_EQ(left_beside_another_step("(env -i setsid sleep " + time + " &) ; exit 0", time), 0);
}

TEST_F(children, take_a_descendant_without_any_mark_with_them_while_another_step_runs) {
  const temporary_folder folder;
  ASSERT_EQ(mkfifo((folder / "up").c_str(), 0600), 0);
  const std::string time = unique_sleep();
  const std::string unmarked = "trap \"\" TERM; echo up > up; exec sleep " + time;
  EXPECT_EQ(
      left_beside_another_step("cd '" + folder.path() + "'; env -i /bin/sh -c 'exec setsid sh -c \"$0\"' '"
                                   + unmarked + "' >/dev/null 2>&1 & cat up; wait",
                               time),
      0);
}

TEST_F(children, leave_no_zombie_behind) {
  const step_result got = run_step(shell("for i in 1 2 3; do (setsid true &) ; (true &) ; done; exit 0"));
  EXPECT_TRUE(got.end.good());
  EXPECT_TRUE(has_no_child());
}

TEST_F(children, leave_no_descriptor_open_in_us) {
  const auto open_descriptors = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  event_loop loop;
  const auto port = system_processes(loop);
  const auto run = [&](const std::string& script) {
    port->start(shell(script), {});
    loop.run();
  };
  run("exit 0");
  const auto before = open_descriptors();
  for (int count = 0; count < 10; ++count) run("setsid sleep 1000 & exit 0");
  port->start({{"no-such-program"}, "/tmp", {}}, {});
  loop.run();
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(children, of_two_loops_run_side_by_side) {
  std::vector<std::string> outs(2);
  std::vector<std::thread> threads;
  for (std::string& out : outs) {
    threads.emplace_back([&out] {
      for (int count = 0; count < 20; ++count) out += run_step(shell("echo x; (true &); exit 0")).out;
    });
  }
  for (std::thread& each : threads) each.join();
  for (const std::string& out : outs) EXPECT_EQ(out.size(), 40U);
}

TEST_F(children, die_with_a_loop_that_is_destroyed) {
  const std::string time = unique_sleep();
  {
    event_loop loop;
    system_processes(loop)->start(shell("exec sleep " + time), {});
  }
  EXPECT_EQ(processes_with(time), 0);
}

}  // namespace
}  // namespace cicd
