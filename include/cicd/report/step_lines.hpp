// The lines that a step has in a run: the live one while it runs, the one that stays, and the plain ones of a
// log. Pure: events in, text out.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <cicd/report/rendering.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

/// A step that has begun and not ended.
struct running_step {
  std::string step;
  std::string reason;                 ///< why it runs, one line
  std::string now;                    ///< what it does, or for whom it waits
  std::chrono::milliseconds since{};  ///< of the run
  std::optional<std::chrono::milliseconds> expected;
};

/// Why a step runs, as one line.
std::string reason_text(const std::vector<std::string>& reasons);
/// `12.3 s of ~45 s`
std::string elapsed_text(std::chrono::milliseconds elapsed,
                         std::optional<std::chrono::milliseconds> expected);

/// The live line; `turn` chooses the spinner's picture.
pieces live_line(const running_step& step,
                 std::chrono::milliseconds now,
                 const signs& with,
                 std::size_t turn,
                 std::size_t name_width,
                 std::size_t time_width);
/// The line that stays when a step has ended, in columns but for a name of no width; nothing for one that was
/// not run.
pieces ended_line(const step_ended& end,
                  const std::string& reason,
                  const signs& with,
                  std::size_t name_width);
/// What follows `[orders/build] ` in a log when a step has ended.
std::string ended_text(const step_ended& end);
/// `exit status 1`, `signal 9 (status 137)`; empty where no process failed.
std::string status_text(const ending& how);

}  // namespace cicd
