// Things that are done side by side: each once, until one fails.
#include <cicd/system/in_parallel.hpp>

#include <array>
#include <atomic>

#include <gtest/gtest.h>

namespace cicd {
namespace {

TEST(in_parallel, does_each_once_however_many_threads_there_are) {
  for (const unsigned threads : {1U, 3U, 100U}) {
    std::array<std::atomic<int>, 40> times{};
    EXPECT_TRUE(in_parallel(threads, times.size(), [&](std::size_t at) -> status {
      ++times[at];
      return {};
    }));
    for (const std::atomic<int>& each : times) EXPECT_EQ(each, 1) << threads;
  }
}

TEST(in_parallel, begins_nothing_more_after_an_error_and_gives_it) {
  std::size_t begun = 0;
  const status done = in_parallel(1, 10, [&](std::size_t at) -> status {
    ++begun;
    if (at < 3) return {};
    return error{exit_class::remote, {}, "no answer", std::to_string(at), {}};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().value, "3");
  EXPECT_EQ(begun, 4U);
}

TEST(in_parallel, of_nothing_does_nothing) {
  EXPECT_TRUE(in_parallel(4, 0, [](std::size_t) -> status {
    ADD_FAILURE();
    return {};
  }));
}

}  // namespace
}  // namespace cicd
