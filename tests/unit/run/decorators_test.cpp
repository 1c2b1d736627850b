// What a runner on a thread of its own hears when it is stopped.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include <cicd/run/decorators.hpp>

namespace {

using namespace cicd;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct background : testing::Test {
  fs::path root;
  graph_step step;
  task work;
  outcome end;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cicd-background-XXXXXX").string();
    root = mkdtemp(pattern.data());
    step.id = "app/deploy-stage";
    work.step = &step;
  }
  void TearDown() override { fs::remove_all(root); }

  /// Stops it once `is_to_stop` has returned, and waits for its end.
  void run(background_runner::function does, runner::manner how, const std::function<void()>& is_to_stop) {
    event_loop loop;
    background_runner runner(
        loop, [](const event_body&) {}, std::move(does));
    runner.start(work, [&](outcome came) { end = std::move(came); });
    std::thread other([&] {
      is_to_stop();
      loop.post([&] { runner.stop(how); });
    });
    loop.run();
    other.join();
  }
};

TEST_F(background, a_program_that_its_work_waits_for_ends_with_it_although_nobody_named_a_cancellation) {
  const std::string started = (root / "started").string();
  ASSERT_EQ(mkfifo(started.c_str(), 0600), 0);
  const command program{{"sh", "-c", "echo > '" + started + "'; exec sleep 1000"},
                        "/tmp",
                        {"PATH=/usr/local/bin:/usr/bin:/bin"}};
  captured got;
  bool was_insisted = true;
  run(
      [&](const task&, const cancellation& cancelled, const auto&) {
        got = run_to_end(program, {.limit = 20s});
        was_insisted = cancelled.insisted();
        return outcome{};
      },
      runner::manner::kindly,
      [&] {
        char line_end = 0;
        const int reader = open(started.c_str(), O_RDONLY);
        EXPECT_EQ(read(reader, &line_end, 1), 1);
        close(reader);
      });
  EXPECT_EQ(got.end.text, "cancelled");
  EXPECT_FALSE(was_insisted);
  EXPECT_EQ(end.how, step_outcome::interrupted);
}

TEST_F(background, a_hard_stop_is_insisted_on) {
  std::promise<void> began;
  int heard = 0;
  run(
      [&](const task&, const cancellation& cancelled, const auto&) {
        began.set_value();
        pollfd told{cancelled.insisted_descriptor(), POLLIN, 0};
        heard = poll(&told, 1, 20'000);
        return outcome{};
      },
      runner::manner::hard, [&] { began.get_future().wait(); });
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(end.how, step_outcome::interrupted);
}

}  // namespace
