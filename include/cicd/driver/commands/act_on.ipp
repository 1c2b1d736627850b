// A build tree's ports for an action, and its printing and recording.
#pragma once

#include <unistd.h>

#include <utility>

#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/action_record.hpp>
#include <cicd/run/masked_event.hpp>

namespace cicd {

own_notifiers::own_notifiers(const session& in, change_gate& gate)
    : secrets(declared_source(in.around)),
      told({.declared = in.model,
            .around = in.around,
            .time = system_clock_port(),
            .gate = gate,
            .secrets =
                [this](const secret& of, const std::string& folder, const cancellation& cancelled) {
                  return secrets.value_of(of, folder, cancelled);
                },
            .masked = [this](const std::string& text) { return secrets.masked(text); }}) {}

command_notices notices_of(const session& in, change_gate& gate) {
  const auto all = std::make_shared<own_notifiers>(in, gate);
  return {[all](const event& happened) { all->told.hear(happened); }, [all] { return all->told.finish(); }};
}

void tell_of(const session& in,
             change_gate& gate,
             const std::string& words,
             const std::vector<event_body>& all) {
  const clock& time = system_clock_port();
  action_record record(in.where, time, new_run_id(time.now(), getpid()), words);
  const command_notices notices = notices_of(in, gate);
  for (const event_body& each : all) {
    const event happened{time.now(), time.elapsed() - record.begun(), each};
    record.hear(happened);
    notices.hear(happened);
  }
  record.end(exit_class::done, {});
  print_warnings(notices.ended());
}

void tell_found(const session& in,
                change_gate& gate,
                const std::string& words,
                const std::vector<event_body>& all) {
  const clock& time = system_clock_port();
  action_record record(in.where, time, new_run_id(time.now(), getpid()), words);
  own_notifiers notifying(in, gate);
  std::vector<event> happened;
  for (const event_body& each : all)
    notifying.told.hear(happened.emplace_back(event{time.now(), time.elapsed() - record.begun(), each}));
  const errors unsaid = notifying.told.finish();
  for (const event& each : happened)
    if (notifying.told.was_told(each.body)) record.hear(each);
  record.end(exit_class::done, {});
  print_warnings(unsaid);
}

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
  on.secrets = found.secrets;
  command_notices notices = notices_of(*found.of, found.deliveries->gate());
  on.also = std::move(notices.hear);
  on.ended = std::move(notices.ended);
  return on;
}

exit_class act_on(action_ports on,
                  const workspace& where,
                  const std::string& words,
                  const event_listener& print,
                  const judged_action& act) {
  action_record record(where, *on.time, on.id, words);
  on.begun = record.begun();
  const auto hidden = [secrets = on.secrets] {
    return secrets ? secrets->finder() : std::make_shared<const secret_finder>();
  };
  on.listener = [&, also = on.also](const event& told) {
    event happened = told;
    happened.body = masked(std::move(happened.body), *hidden());
    record.hear(happened);
    if (also) also(happened);
    print(happened);
  };
  result<exit_class> done = act(on);
  if (!done) done = masked(std::move(done).error(), *hidden());
  const exit_class outcome = done ? *done : done.error().kind;
  record.end(outcome, done ? std::nullopt : std::optional(done.error()));
  if (on.ended) print_warnings(on.ended());
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
