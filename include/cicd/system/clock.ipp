// The machine's clocks behind the port.
#pragma once

#include <cicd/system/clock.hpp>

namespace cicd {

namespace system_clocks {
namespace {

class machine_clock final : public clock {
 public:
  std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
  std::chrono::milliseconds elapsed() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace
}  // namespace system_clocks

clock& system_clock_port() {
  static system_clocks::machine_clock one;
  return one;
}

}  // namespace cicd
