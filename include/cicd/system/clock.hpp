// Time, as a port: what the wall says, how long something took, and waiting. Nothing else below the driver
// asks for the time, so that a test has a clock that it sets.
#pragma once

#include <chrono>

namespace cicd {

class cancellation;

class clock {
 public:
  virtual ~clock() = default;
  /// For records and messages.
  virtual std::chrono::system_clock::time_point now() const = 0;
  /// For durations and time limits; never goes back.
  virtual std::chrono::milliseconds elapsed() const = 0;
  /// Lets so long pass, less where `cancelled` is or becomes cancelled; whether it was not. Null: cannot be.
  virtual bool wait(std::chrono::milliseconds length, const cancellation* cancelled) const = 0;
};

/// The machine's clocks.
clock& system_clock_port();

}  // namespace cicd
