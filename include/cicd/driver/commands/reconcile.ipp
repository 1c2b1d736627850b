// `cicd reconcile`: moves each environment to the newest artifact that its gates let in, and says of each
// what it does, why, or what it waits for.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/reconcile_pass.hpp>
#include <cicd/driver/commands/reconcile_since.hpp>
#include <cicd/driver/commands/reconcile_watch.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_reconcile {
namespace {

struct words {
  pass_request pass;
  std::string shard;     ///< `2/8`
  std::string observed;  ///< a file
  bool is_once = false, watches = false;
  std::string every = "1m", lease, address;
  std::string since;  ///< a branch, tag or commit
};

exit_class replay(const words& said) {
  const result<std::vector<fleet_action>> actions = actions_observed(said.pass, said.observed);
  if (!actions) return refused(actions.error());
  pass_request how = said.pass;
  how.only_plans = true;
  fleet_pass done;
  done.last = *actions;
  if (!how.as_json) print_out(actions_text(done.last, {.now = {}, .is_exact = true}, 0));
  show(how, done);
  return done.kind;
}

result<std::chrono::milliseconds> interval_in(const std::string& given) {
  using namespace std::chrono_literals;
  const result<duration> length = length_in("--every", given);
  if (!length) return length.error();
  const std::chrono::milliseconds every(length->milliseconds());
  if (every >= 5s && every <= 24h) return every;
  return error{exit_class::usage, {}, "--every: out of range", given, {{"allowed", "5s to 24h"}}};
}

exit_class act(const words& said, const surroundings& around) {
  pass_request how = said.pass;
  const result<fleet_shard> shard = fleet_shard::from(said.shard);
  if (!shard) return refused(shard.error());
  how.shard = *shard;
  if (!said.observed.empty()) {
    words replayed = said;
    replayed.pass = how;
    return replay(replayed);
  }
  if (!said.since.empty()) return plan_since(how, said.since, around);
  if (said.watches) {
    const result<std::chrono::milliseconds> every = interval_in(said.every);
    if (!every) return refused(every.error());
    return watch_over({how, *every, said.lease, said.address}, around);
  }
  const fleet_pass done = pass_over(how, around);
  if (done.is_whole) show(how, done);
  return done.kind;
}

void add_loop(CLI::App* command, words& said) {
  CLI::Option* once = command->add_flag("--once", said.is_once, "one pass, which is the default");
  CLI::Option* watch = command->add_flag("--watch", said.watches, "pass after pass, until a signal ends it");
  watch->excludes(once);
  command->add_option("--every", said.every, "how often it looks where nothing ends before; default 1m")
      ->type_name("TIME")
      ->needs(watch);
  command
      ->add_option("--lease", said.lease,
                   "of several processes the one acts that holds this file's lock, or this Lease: "
                   "kubernetes:<namespace>/<name>")
      ->type_name("FILE")
      ->needs(watch);
  command->add_option("--listen", said.address, "serves /health and /metrics: 127.0.0.1:9090")
      ->type_name("ADDRESS")
      ->needs(watch);
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command =
      with_tree(app.add_subcommand("reconcile", "deploy the newest artifact that each environment may take"),
                said->pass.tree);
  command->add_option("names", said->pass.names, "[<pipeline>] [<environment>]; default: all")
      ->expected(0, 2);
  CLI::Option* plan =
      command->add_flag("--plan", said->pass.only_plans, "only print what would be done; change nothing");
  add_loop(command, *said);
  plan->excludes("--watch");
  command->add_flag("--fetch", said->pass.fetches, "fetch commits that a clone of the sources lacks");
  command->add_option("--shard", said->shard, "one part of several, by the pipelines' names: 2/8")
      ->type_name("PART");
  command->add_option("--record", said->pass.record, "write down what was seen, for --observed")
      ->type_name("FILE")
      ->needs(plan);
  command
      ->add_option("--observed", said->observed,
                   "print what would be done by what --record wrote; contact nothing, change nothing")
      ->type_name("FILE")
      ->excludes("--watch", "--record", "--fetch");
  command
      ->add_option("--since", said->since,
                   "only what the declarations would do otherwise than those of this branch, tag or commit")
      ->type_name("REF")
      ->needs(plan)
      ->excludes("--record", "--observed");
  with_json(command, said->pass.as_json);
  add_exact_times(command, said->pass.exact_times);
  acts(command, chosen, [said](const surroundings& around) { return act(*said, around); });
}

const registered_command reconcile_command(add);

}  // namespace
}  // namespace driver_commands_reconcile

}  // namespace cicd
