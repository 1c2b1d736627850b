// Waiting for an object that is being deleted, by a clock that the test moves.
#include <cicd/kubernetes/api/deletion.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../support/fake_clock.hpp"
#include "scripted_cluster.hpp"

namespace cicd::kubernetes {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// Has one Secret that is being deleted, until the clock says so.
class ending : public scripted_cluster {
 public:
  explicit ending(const clock& time, std::chrono::milliseconds until) : time_(time), until_(until) {}
  api_answer get(const object_key&) override {
    if (time_.elapsed() >= until_) return {.object = {}, .failure = api_failure{.code = 404}};
    return {.object = *parse_json(R"({"kind":"Secret","metadata":{"name":"x","deletionTimestamp":"2026-11-21",
                                      "finalizers":["a.test/keep"]}})")};
  }

 private:
  const clock& time_;
  const std::chrono::milliseconds until_;
};

struct deletion : testing::Test {
  test::fake_clock time;
  std::vector<std::string> said;
  cancellation cancel;

  status wait(std::chrono::milliseconds until) {
    ending with(time, until);
    return wait_until_gone(with, {"Secret", "shop", "x"},
                           {.subject = "orders",
                            .cancelled = &cancel,
                            .say = [this](const std::string& line) { said.push_back(line); },
                            .time = time});
  }
};

TEST_F(deletion, is_waited_for_and_said_once) {
  EXPECT_TRUE(wait(60s));
  EXPECT_EQ(time.elapsed(), 60s);
  EXPECT_THAT(said, ElementsAre("Secret x is being deleted: waiting for finalizer a.test/keep"));
}

TEST_F(deletion, is_given_up_after_the_patience) {
  const status got = wait(1h);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, exit_class::conflict);
  EXPECT_GE(time.elapsed(), 2min);
  EXPECT_LT(time.elapsed(), 2min + 1s);
}

TEST_F(deletion, is_not_waited_for_once_cancelled) {
  cancel.cancel();
  EXPECT_EQ(wait(1h).error().kind, exit_class::interrupted);
  EXPECT_EQ(time.elapsed(), 0s);
}

}  // namespace
}  // namespace cicd::kubernetes
