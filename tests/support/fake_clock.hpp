// A clock that only a test moves: what waits on it is through at once, and it is that much later.
#pragma once

#include <atomic>
#include <chrono>

#include <cicd/system/clock.hpp>
#include <cicd/system/process.hpp>

namespace cicd::test {

class fake_clock final : public clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + elapsed();
  }
  std::chrono::milliseconds elapsed() const override { return std::chrono::milliseconds(elapsed_); }
  bool wait(std::chrono::milliseconds length, const cancellation* cancelled) const override {
    if (cancelled != nullptr && cancelled->cancelled()) return false;
    elapsed_ += length.count();
    return true;
  }
  void pass(std::chrono::milliseconds length) { elapsed_ += length.count(); }

 private:
  mutable std::atomic<std::int64_t> elapsed_{0};
};

}  // namespace cicd::test
