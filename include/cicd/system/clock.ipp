// The machine's clocks behind the port.
#pragma once

#include <cicd/system/clock.hpp>

#include <poll.h>

#include <algorithm>
#include <cstdint>

#include <cicd/system/process.hpp>

namespace cicd {

namespace system_clock {
namespace {

class machine_clock final : public clock {
 public:
  std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
  std::chrono::milliseconds elapsed() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  bool wait(std::chrono::milliseconds length, const cancellation* cancelled) const override {
    pollfd told{cancelled == nullptr ? -1 : cancelled->descriptor(), POLLIN, 0};
    const auto most = std::clamp<std::int64_t>(length.count(), 0, INT32_MAX);
    return poll(&told, 1, static_cast<int>(most)) == 0;
  }
};

}  // namespace
}  // namespace system_clock

clock& system_clock_port() {
  static system_clock::machine_clock one;
  return one;
}

}  // namespace cicd
