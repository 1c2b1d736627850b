// The folder of a recorded action: made with the first event that is told, closed with its outcome.
#pragma once

#include <utility>

#include <cicd/engine/action_record.hpp>

namespace cicd {

action_record::action_record(const workspace& where, const clock& time, std::string id, std::string what)
    : time_(time), begun_(time.elapsed()), record_(where, id) {
  about_.folder = where.run(id);
  about_.id = std::move(id);
  about_.target = std::move(what);
}

event action_record::now(event_body body) const {
  return {time_.now(), time_.elapsed() - begun_, std::move(body)};
}

void action_record::hear(const event& happened) {
  if (!is_begun_) record_.hear(now(about_));
  is_begun_ = true;
  record_.hear(happened);
}

void action_record::end(exit_class outcome, const std::optional<error>& failure) {
  if (!is_begun_) return;
  run_ended end;
  end.outcome = outcome;
  end.duration = time_.elapsed() - begun_;
  end.failure = failure;
  record_.hear(now(std::move(end)));
}

}  // namespace cicd
