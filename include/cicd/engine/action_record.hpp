// The record of what a person does to an environment outside a run: events.ndjson in a run's folder, from
// run_started to run_ended. A listener of events. It does not know what is done, and leaves nothing where
// nothing was told.
#pragma once

#include <optional>
#include <string>

#include <cicd/engine/recorder.hpp>
#include <cicd/run/event.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

class action_record {
 public:
  /// `what` as `rollback orders/prod`; `id` as a run has one.
  action_record(const workspace& where, const clock& time, std::string id, std::string what);

  void hear(const event& happened);
  void end(exit_class outcome, const std::optional<error>& failure);
  /// When it began, by the clock's `elapsed`.
  std::chrono::milliseconds begun() const { return begun_; }

 private:
  event now(event_body body) const;

  const clock& time_;
  std::chrono::milliseconds begun_;
  run_started about_;
  recorder record_;
  bool is_begun_ = false;
};

}  // namespace cicd
