// Programs run to their end: what goes in, what comes out, how the end is told, and that they can be stopped.
#include <cicd/system/process.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include "support.hpp"

namespace cicd {
namespace {

using system_test::processes_with;
using system_test::put;
using system_test::shell;
using system_test::temporary_folder;
using system_test::unique_sleep;

TEST(run_to_end, gives_both_streams_and_the_status) {
  const captured got = run_to_end(shell("echo one; echo two >&2; exit 3"));
  EXPECT_EQ(got.out, "one\n");
  EXPECT_EQ(got.err, "two\n");
  EXPECT_EQ(got.end.kind, ending::how::exited);
  EXPECT_EQ(got.end.number, 3);
}

TEST(run_to_end, tells_a_signal_from_a_status) {
  const captured got = run_to_end(shell("kill -SEGV $$"));
  EXPECT_EQ(got.end.kind, ending::how::signalled);
  EXPECT_EQ(got.end.number, SIGSEGV);
  EXPECT_EQ(got.end.shell_status(), 139);
}

TEST(run_to_end, feeds_more_than_a_pipe_holds_while_it_reads) {
  const std::string input(5U << 20U, 'x');
  const captured got = run_to_end(shell("cat"), {.input = input, .cancelled = nullptr});
  EXPECT_TRUE(got.out == input);
}

TEST(run_to_end, survives_a_program_that_does_not_read_its_input) {
  prepare_process();
  const captured got =
      run_to_end(shell("exit 0"), {.input = std::string(5U << 20U, 'x'), .cancelled = nullptr});
  EXPECT_TRUE(got.end.good());
}

TEST(run_to_end, cuts_what_is_too_much) {
  const captured got = run_to_end(shell("head -c 300000 /dev/zero"), {.input = {}, .most_bytes = 1000});
  EXPECT_EQ(got.out.size(), 1000U);
  EXPECT_TRUE(got.end.good());
}

TEST(run_to_end, ends_a_program_that_takes_too_long) {
  using namespace std::chrono_literals;
  const std::string time = unique_sleep();
  const captured got =
      run_to_end(shell("sleep " + time + " & exec sleep " + time), {.input = {}, .limit = 100ms});
  EXPECT_EQ(got.end.kind, ending::how::signalled);
  EXPECT_EQ(got.end.text, "its time limit has passed");
  EXPECT_EQ(processes_with(time), 0);
}

TEST(run_to_end, shows_a_program_that_ends_orderly_on_term_as_signalled) {
  using namespace std::chrono_literals;
  const captured got =
      run_to_end(shell("trap 'exit 0' TERM; while :; do sleep 0.01; done"), {.input = {}, .limit = 200ms});
  EXPECT_EQ(got.end.kind, ending::how::signalled);
}

TEST(run_to_end, is_ended_by_a_cancellation_from_another_thread) {
  const temporary_folder folder;
  const std::string started = folder / "started";
  ASSERT_EQ(mkfifo(started.c_str(), 0600), 0);
  const cancellation cancel;
  captured got;
  std::thread blocked([&] {
    got = run_to_end(shell("echo > '" + started + "'; exec sleep 1000"), {.input = {}, .cancelled = &cancel});
  });
  char line_end = 0;
  const int started_end = open(started.c_str(), O_RDONLY);
  EXPECT_EQ(read(started_end, &line_end, 1),
            1);  // closed before, it would be the shell's broken pipe that ends it
  close(started_end);
  cancellation(cancel).cancel();
  blocked.join();
  EXPECT_EQ(got.end.kind, ending::how::signalled);
  EXPECT_EQ(got.end.text, "cancelled");
}

TEST(run_to_end, kills_at_once_what_does_not_hear_a_cancellation_that_is_insisted_on) {
  const temporary_folder folder;
  const std::string started = folder / "started";
  ASSERT_EQ(mkfifo(started.c_str(), 0600), 0);
  cancellation cancel;
  captured got;
  std::thread blocked([&] {
    got = run_to_end(shell("trap '' TERM; echo > '" + started + "'; while :; do sleep 0.01; done"),
                     {.input = {}, .cancelled = &cancel});
  });
  char line_end = 0;
  const int started_end = open(started.c_str(), O_RDONLY);
  EXPECT_EQ(read(started_end, &line_end, 1),
            1);  // closed before, it would be the shell's broken pipe that ends it
  close(started_end);
  const auto since = std::chrono::steady_clock::now();
  cancel.insist();
  blocked.join();
  EXPECT_LT(std::chrono::steady_clock::now() - since, std::chrono::seconds(2)) << "the grace of TERM";
  EXPECT_EQ(got.end.number, SIGKILL);
  EXPECT_EQ(got.end.text, "cancelled");
}

TEST(run_to_end, hears_what_its_thread_is_to_hear) {
  cancellation cancel;
  cancel.cancel();
  {
    const cancellation_scope heard(cancel);
    EXPECT_EQ(run_to_end(shell("exit 0")).end.text, "cancelled");
    const cancellation another;
    EXPECT_TRUE(run_to_end(shell("exit 0"), {.input = {}, .cancelled = &another}).end.good());
  }
  EXPECT_TRUE(run_to_end(shell("exit 0")).end.good());
}

TEST(run_to_end, does_not_start_when_already_cancelled) {
  cancellation cancel;
  cancel.cancel();
  const captured got = run_to_end(shell("exit 0"), {.input = {}, .cancelled = &cancel});
  EXPECT_EQ(got.end.kind, ending::how::not_started);
}

TEST(run_to_end, ends_what_the_program_left_in_its_group) {
  const std::string time = unique_sleep();
  const captured got = run_to_end(shell("sleep " + time + " & exit 0"));
  EXPECT_TRUE(got.end.good());
  EXPECT_EQ(processes_with(time), 0);
}

TEST(run_to_end, does_not_wait_for_a_daemon_that_kept_its_pipes) {
  prepare_process();
  const temporary_folder folder;
  ASSERT_EQ(mkfifo((folder / "left").c_str(), 0600), 0);
  const captured got = run_to_end(
      shell("cd '" + folder.path() + "'; setsid sh -c 'echo $$ > left; exec sleep 1000' & cat left; exit 4"));
  EXPECT_EQ(got.end.number, 4);
  const pid_t daemon = std::stoi(got.out);
  EXPECT_EQ(kill(daemon, SIGKILL), 0);
  EXPECT_EQ(waitpid(daemon, nullptr, 0), daemon);
}

TEST(run_to_end, leaves_nothing_to_reap) {
  while (waitpid(-1, nullptr, 0) > 0) {
  }
  run_to_end(shell("exit 0"));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(run_to_end, says_that_a_program_is_missing) {
  const captured got = run_to_end({{"no-such-program"}, "/tmp", {"PATH=/usr/bin"}});
  EXPECT_EQ(got.end.kind, ending::how::not_started);
  EXPECT_EQ(got.end.shell_status(), 127);
  EXPECT_EQ(got.end.text, "no such program: 'no-such-program'");
}

TEST(run_to_end, says_that_a_file_is_not_executable) {
  const temporary_folder folder;
  put(folder / "script", "#!/bin/sh\n");
  const captured got = run_to_end({{"./script"}, folder.path(), {}});
  EXPECT_EQ(got.end.shell_status(), 126);
  EXPECT_EQ(got.end.text, "not executable (chmod +x?): '" + folder.path() + "/./script'");
}

TEST(run_to_end, says_that_an_interpreter_is_missing) {
  const temporary_folder folder;
  put(folder / "script", "#!/no/such/shell -e\n");
  chmod((folder / "script").c_str(), 0755);
  const captured got = run_to_end({{folder / "script"}, "/tmp", {}});
  EXPECT_EQ(got.end.shell_status(), 127);
  EXPECT_EQ(got.end.text,
            "the interpreter of '" + (folder / "script") + "' does not exist: '/no/such/shell'");
}

TEST(run_to_end, says_that_a_file_is_no_program) {
  const temporary_folder folder;
  put(folder / "noise", "not a program");
  chmod((folder / "noise").c_str(), 0755);
  const captured got = run_to_end({{folder / "noise"}, "/tmp", {}});
  EXPECT_EQ(got.end.shell_status(), 126);
  EXPECT_NE(got.end.text.find("neither a program for this machine nor a script"), std::string::npos);
}

TEST(run_to_end, says_that_the_working_folder_is_missing) {
  const captured got = run_to_end({{"true"}, "/no/such/folder", {"PATH=/usr/bin:/bin"}});
  EXPECT_EQ(got.end.shell_status(), 126);
  EXPECT_EQ(got.end.text, "the working folder does not exist: '/no/such/folder'");
}

TEST(run_to_end, says_that_the_arguments_are_too_long) {
  const captured got = run_to_end({{"true", std::string(3U << 20U, 'x')}, "/tmp", {"PATH=/usr/bin:/bin"}});
  EXPECT_EQ(got.end.kind, ending::how::not_started);
  EXPECT_NE(got.end.text.find("too long for the system"), std::string::npos);
}

TEST(meaning_of, names_the_signal_and_its_usual_cause) {
  EXPECT_EQ(meaning_of({ending::how::signalled, SIGKILL, {}}),
            "ended by SIGKILL: out of memory, or killed from outside");
  EXPECT_EQ(meaning_of({ending::how::exited, 139, {}}), "ended by SIGSEGV: segmentation fault");
  EXPECT_EQ(meaning_of({ending::how::signalled, SIGUSR1, {}}), "ended by SIGUSR1");
}

TEST(meaning_of, explains_126_and_127_and_no_ordinary_status) {
  EXPECT_EQ(meaning_of({ending::how::exited, 126, {}}), "found, but it cannot be executed");
  EXPECT_EQ(meaning_of({ending::how::exited, 127, {}}), "program not found, or a library of it");
  EXPECT_EQ(meaning_of({ending::how::exited, 1, {}}), "");
  EXPECT_EQ(meaning_of({ending::how::exited, 255, {}}), "");
}

TEST(find_program, takes_the_first_executable_file_of_the_path) {
  const temporary_folder folder;
  for (const std::string name : {"one", "two", "three"}) std::filesystem::create_directory(folder / name);
  put(folder / "one/tool", "");
  std::filesystem::create_directory(folder / "two/tool");
  put(folder / "three/tool", "");
  chmod((folder / "three/tool").c_str(), 0755);
  const std::string path = (folder / "one") + ":" + (folder / "two") + ":" + (folder / "three");
  EXPECT_EQ(find_program("tool", path, "/"), folder / "three/tool");
  EXPECT_EQ(find_program("tool", folder / "one", "/"), std::nullopt);
  EXPECT_EQ(find_program("tool", "", "/"), std::nullopt);
}

TEST(find_program, takes_a_word_with_a_slash_from_the_folder) {
  const temporary_folder folder;
  put(folder / "mvnw", "");
  EXPECT_EQ(find_program("./mvnw", "/usr/bin", folder.path()), folder.path() + "/./mvnw");
  EXPECT_EQ(find_program("./gradlew", "/usr/bin", folder.path()), std::nullopt);
  EXPECT_EQ(find_program(folder / "mvnw", "", "/"), folder / "mvnw");
}

TEST(install_hint, names_the_package_and_nothing_for_a_stranger) {
  EXPECT_NE(install_hint("mvn").find("maven"), std::string::npos);
  EXPECT_NE(install_hint("jlink").find("default-jdk-headless"), std::string::npos);
  EXPECT_NE(install_hint("aarch64-linux-gnu-g++").find("g++-aarch64-linux-gnu"), std::string::npos);
  EXPECT_NE(install_hint("x86_64-linux-gnu-gcc").find("gcc-x86-64-linux-gnu"), std::string::npos);
  EXPECT_EQ(install_hint("no-such-program"), "");
  EXPECT_EQ(install_hint("vault kv get x"), "one word per argument: vault kv get x");
}

TEST(prepare_process, keeps_the_standard_streams_open) {
  const pid_t id = fork();
  if (id == 0) {
    close(0);
    close(1);
    prepare_process();
    const bool open_again = fcntl(0, F_GETFD) >= 0 && fcntl(1, F_GETFD) >= 0;
    _exit(open_again ? 0 : 1);
  }
  int status = 0;
  waitpid(id, &status, 0);
  EXPECT_EQ(status, 0);
}

std::string flags_after_preparing(const char* flags) {
  setenv("MAKEFLAGS", flags, 1);
  prepare_process();
  const char* kept = getenv("MAKEFLAGS");
  std::string text = kept == nullptr ? "(none)" : kept;
  unsetenv("MAKEFLAGS");
  return text;
}

TEST(prepare_process, drops_a_jobserver_that_children_cannot_use) {
  EXPECT_EQ(flags_after_preparing(" -j2 --jobserver-auth=98,99"), "(none)");
  EXPECT_EQ(flags_after_preparing("k -j --jobserver-fds=98,99 -- V=-j3"), "k -- V=-j3");
  EXPECT_EQ(flags_after_preparing("-j8 --jobserver-auth=fifo:/no/such/fifo"), "(none)");
  EXPECT_EQ(flags_after_preparing("k -- A=--jobserver-auth=3,4"), "k -- A=--jobserver-auth=3,4");
}

TEST(prepare_process, keeps_a_jobserver_that_children_can_use) {
  const temporary_folder folder;
  ASSERT_EQ(mkfifo((folder / "jobs").c_str(), 0600), 0);
  const std::string flags = "-j8 --jobserver-auth=fifo:" + (folder / "jobs");
  EXPECT_EQ(flags_after_preparing(flags.c_str()), flags);
}

}  // namespace
}  // namespace cicd
