// When a stamp may be believed later.
#include <cicd/observe/file_stamps.hpp>

#include <gtest/gtest.h>

namespace {

using namespace cicd;

TEST(settled, needs_a_stamp_older_than_a_tick) {
  constexpr std::int64_t second = 1'000'000'000, now = 1'700'000'000 * second;
  observing::stamp stamp;
  stamp.modified = stamp.changed = now - 1'000'000;
  EXPECT_FALSE(observing::is_settled(stamp, now, false));
  stamp.modified = stamp.changed = now - 30'000'001;
  EXPECT_TRUE(observing::is_settled(stamp, now, false));
  stamp.modified = 1;
  EXPECT_TRUE(observing::is_settled(stamp, now, false));
  stamp.changed = now + second;
  EXPECT_FALSE(observing::is_settled(stamp, now, false));
}

TEST(settled, is_stricter_with_whole_seconds_and_other_machines) {
  constexpr std::int64_t second = 1'000'000'000, now = 1'700'000'000 * second;
  observing::stamp stamp;
  stamp.modified = stamp.changed = now - second;
  EXPECT_FALSE(observing::is_settled(stamp, now, false));
  stamp.modified = stamp.changed = now - 3 * second;
  EXPECT_TRUE(observing::is_settled(stamp, now, false));
  EXPECT_FALSE(observing::is_settled(stamp, now, true));
  stamp.modified = stamp.changed = now - 61 * second;
  EXPECT_TRUE(observing::is_settled(stamp, now, true));
}

}  // namespace
