// The machine's clocks.
#include <cicd/system/clock.hpp>

#include <gtest/gtest.h>

namespace cicd {
namespace {

TEST(system_clock_port, never_goes_back) {
  clock& clock = system_clock_port();
  const auto first = clock.elapsed();
  EXPECT_GE(clock.elapsed(), first);
}

TEST(system_clock_port, knows_the_year) {
  using namespace std::chrono;
  EXPECT_GT(system_clock_port().now(), sys_days(2024y / January / 1));
}

}  // namespace
}  // namespace cicd
