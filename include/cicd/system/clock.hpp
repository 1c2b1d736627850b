// Time, as a port: what the wall says, and how long something took.
#pragma once

#include <chrono>

namespace cicd {

class clock {
 public:
  virtual ~clock() = default;
  /// For records and messages.
  virtual std::chrono::system_clock::time_point now() const = 0;
  /// For durations and time limits; never goes back.
  virtual std::chrono::milliseconds elapsed() const = 0;
};

/// The machine's clocks.
clock& system_clock_port();

}  // namespace cicd
