// Programs of others: what they leave running, and one that was written just before it is started.
#include <cicd/system/process_table.hpp>
#include <cicd/system/run_tree_to_end.hpp>
#include <cicd/system/signals_cancel.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace cicd;

const std::vector<std::string> path{"PATH=/usr/bin:/bin"};

bool lives(int id) {
  const auto entry = system_table::read_process(id);
  return entry && entry->lives();
}

TEST(run_tree_to_end, starts_a_program_once_nobody_has_it_open_for_writing_any_more) {
  std::string folder = testing::TempDir() + "run-tree-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string program = folder + "/program";
  std::filesystem::copy_file(std::filesystem::canonical("/bin/true"), program);
  const int writer = open(program.c_str(), O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(run_to_end({{program}, "/", path}).end.kind, ending::how::not_started);
  std::thread closes([writer] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    close(writer);
  });
  EXPECT_TRUE(run_tree_to_end({{program}, "/", path}).end.good());
  closes.join();
  std::filesystem::remove_all(folder);
}

TEST(run_tree_to_end, ends_a_daemon_with_its_program) {
  // The program ends once the daemon has printed, however long that takes.
  const captured said = run_tree_to_end(
      {{"sh", "-c",
        "{ setsid sh -c 'echo $$; exec sleep 600 >/dev/null 2>&1' & } | { read -r id; echo \"$id\"; }"},
       "/",
       path});
  ASSERT_TRUE(said.end.good());
  const int daemon = std::atoi(said.out.c_str());
  ASSERT_GT(daemon, 1);
  for (int tries = 0; tries < 500 && lives(daemon); ++tries) usleep(10'000);
  EXPECT_FALSE(lives(daemon));
}

TEST(signals_cancel, cancels_in_place_of_ending_the_process_and_then_no_more) {
  const auto before = signal(SIGTERM, SIG_DFL);
  {
    const signals_cancel hearing;
    EXPECT_FALSE(hearing.cancelled().cancelled());
    raise(SIGTERM);
    EXPECT_TRUE(hearing.cancelled().cancelled());
    EXPECT_EQ(hearing.signal(), SIGTERM);
  }
  EXPECT_EQ(signal(SIGTERM, before), SIG_DFL);
  EXPECT_EQ(signals_cancel().signal(), 0);
}

}  // namespace
