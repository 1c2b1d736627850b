// The lock of a clone of CODE: who waits for it says so, and not for ever.
#include <cicd/deliver/source_clone.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace cicd {
namespace {

using namespace std::chrono_literals;

/// Each wait passes at once.
struct leaping_clock : clock {
  mutable std::chrono::milliseconds at{};
  std::chrono::system_clock::time_point now() const override { return {}; }
  std::chrono::milliseconds elapsed() const override { return at; }
  bool wait(std::chrono::milliseconds length, const cancellation* cancelled) const override {
    at += length * 50;
    return cancelled == nullptr || !cancelled->cancelled();
  }
};

TEST(the_lock_of_a_clone, is_waited_for_aloud_and_not_for_ever) {
  const temporary_folder folder;
  const std::string clone = folder.path() + "/clone";
  const auto other = file_lock::try_take(clone + ".lock", "process 4711");
  ASSERT_TRUE(other && *other);
  std::vector<std::string> told;
  tell_of_waiting_clones([&](const error& of) { told.push_back(text_of(of)); });
  const leaping_clock time;
  const auto taken = lock_of_clone(clone, nullptr, time);
  tell_of_waiting_clones({});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, exit_class::conflict);
  EXPECT_EQ(taken.error().value, "process 4711");
  EXPECT_GE(time.elapsed(), 10min);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told.front(), testing::HasSubstr("process 4711"));
}

TEST(the_lock_of_a_clone, is_given_up_by_who_is_cancelled) {
  const temporary_folder folder;
  const std::string clone = folder.path() + "/clone";
  const auto other = file_lock::try_take(clone + ".lock", "process 4711");
  cancellation stop;
  stop.cancel();
  const auto taken = lock_of_clone(clone, &stop, leaping_clock());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, exit_class::interrupted);
}

}  // namespace
}  // namespace cicd
