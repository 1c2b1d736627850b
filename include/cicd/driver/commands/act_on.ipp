// A build tree's ports for an action, and its printing and recording.
#pragma once

#include <utility>

#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/action_record.hpp>

namespace cicd {

action_ports ports_of(found_environment& found, const cancellation* cancelled) {
  action_ports on;
  on.pipeline = found.pipeline;
  on.place = found.place;
  on.id = found.run_id;
  on.homes = found.deliveries->way_of(*found.place).homes_of(*found.pipeline, *found.place, cancelled);
  on.copies = found.deliveries->way_of(*found.place).copies_of(*found.pipeline, *found.place, cancelled);
  on.clusters = found.waves.size();
  on.open = [&found, cancelled](std::size_t at) -> result<open_place> {
    auto with = open_wave(found.waves[at], found.of->around, cancelled);
    if (!with) return std::move(with).error();
    return open_place{*std::move(with), found.waves[at].place};
  };
  on.may_begin = [&found](change what) {
    return found.deliveries->gate().may_begin(what, *found.pipeline, *found.place);
  };
  on.may = [&found](change what, gate_state state) {
    return found.deliveries->gate().may_change(what, *found.pipeline, *found.place, std::move(state));
  };
  on.who = [&found] { return who(found.pipeline->source_directory, found.of->around); };
  on.time = &system_clock_port();
  return on;
}

exit_class act_on(action_ports on,
                  const workspace& where,
                  const std::string& words,
                  const event_listener& print,
                  const judged_action& act) {
  action_record record(where, *on.time, on.id, words);
  on.begun = record.begun();
  on.listener = [&](const event& happened) {
    record.hear(happened);
    print(happened);
  };
  const result<exit_class> done = act(on);
  const exit_class outcome = done ? *done : done.error().kind;
  record.end(outcome, done ? std::nullopt : std::optional(done.error()));
  return done ? outcome : refused(done.error());
}

exit_class act_on(action_ports on,
                  const workspace& where,
                  const std::string& words,
                  const event_listener& print,
                  const action_on& act) {
  return act_on(std::move(on), where, words, print,
                judged_action([&](const action_ports& ports) -> result<exit_class> {
                  if (status done = act(ports); !done) return std::move(done).error();
                  return exit_class::done;
                }));
}

}  // namespace cicd
