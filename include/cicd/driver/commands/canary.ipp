// `cicd canary start|set|status|end`: send a share of an environment's requests to a branch. It does not know
// how a share comes to be.
#pragma once

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/branch/canary.hpp>
#include <cicd/deliver/branch/canary_health.hpp>
#include <cicd/driver/action_output.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_canary {
namespace {

struct canary_request {
  session_request tree;
  std::string pipeline, environment;
  std::string service;  ///< empty: the only one that may have a canary
  std::string context;  ///< of the cluster, where the environment has several; empty: the first
  std::string branch;   ///< empty: the only canary that runs
  std::string share;    ///< `25%`; empty: as declared
  bool as_json = false;
};

canary_named named_in(const canary_request& request) {
  return {request.service, request.branch};
}

json json_of(const known_place& of, const canary_health& health) {
  json all(json::object{});
  for (const auto& [key, value] : of.state.facts) all.set(key, value);
  for (const auto& [name, group] :
       {std::pair{"canary_pods", &health.canary}, {"production_pods", &health.production}}) {
    json one(json::object{});
    one.set("pods", group->pods);
    one.set("ready", group->ready);
    one.set("restarts", group->restarts);
    one.set("failed_probes", group->failed_probes ? json(*group->failed_probes) : json());
    one.set("last_failures", json_texts(group->last_failures));
    all.set(name, std::move(one));
  }
  all.set("share_by_ready_endpoints", health.share().text());
  return all;
}

void print_group(const char* name, const pod_group& of) {
  print_out(fmt::format("    {:<12}{:>6}{:>18}{:>11}{:>16}\n", name, of.pods, of.ready, of.restarts,
                        of.failed_probes ? std::to_string(*of.failed_probes) : "not known"));
}

void print_health(const known_place& of, const canary_health& health) {
  print_out(fmt::format("canary of {} in {}/{}, service {}, commit {}\n",
                        displayable(fact_of(of, branch_fact::branch)), of.place.pipeline,
                        of.place.environment, fact_of(of, branch_fact::service),
                        displayable(fact_of(of, branch_fact::commit)).substr(0, 7)));
  print_out(fmt::format("    {:<12}{:>6}{:>18}{:>11}{:>16}\n", "", "pods", "ready endpoints", "restarts",
                        "failed probes"));
  print_group("canary", health.canary);
  print_group("production", health.production);
  print_out(fmt::format("    share: {} by ready endpoints\n", health.share().text()));
  for (const std::string& each : health.canary.last_failures) print_out("    canary: " + each + "\n");
  for (const std::string& each : health.production.last_failures) print_out("    production: " + each + "\n");
  print_out(fmt::format("    by {}; its time is over at {}\n", displayable(fact_of(of, branch_fact::who)),
                        displayable(fact_of(of, branch_fact::expires))));
  print_out(
      "    failed requests are not counted by Kubernetes: look for them where your requests are measured\n");
}

/// `canary end orders/prod`, for the record.
std::string words_of(const char* action, const canary_request& request) {
  return fmt::format("canary {} {}/{}", action, request.pipeline, request.environment);
}

/// The environment with the cluster that is meant: the named one, else the first.
result<found_environment> find_cluster(const canary_request& request, const surroundings& around) {
  result<found_environment> found =
      find_environment(request.tree, request.pipeline, request.environment, around);
  if (!found) return found;
  if (status kept = keep_cluster(*found, request.context); !kept) return std::move(kept).error();
  return found;
}

/// What moves it is said before the run.
result<std::string> step_to_start(const canary_request& request, int percent, const surroundings& around) {
  const interrupts signals;
  result<found_environment> found = find_cluster(request, around);
  if (!found) return std::move(found).error();
  const action_ports on = ports_of(*found, &signals.asked());
  if (status may = on.may_begin(change::canary); !may) return std::move(may).error();
  const result<open_place> opened = on.open(0);
  if (!opened) return opened.error();
  result<graph_step> step = canary_step(named_in(request), found->of->model, on);
  if (!step) return std::move(step).error();
  const result<canary_offer> offer = offer_canary(
      {*step, found->waves.front(), {}, system_clock_port().now(), percent, &around}, *opened->with);
  if (!offer) return offer.error();
  for (const std::string& each : offer->remarks) print_out("! " + each + "\n");
  return step->id;
}

exit_class start_canary(const canary_request& request, surroundings around) {
  const result<int> percent = percent_of_share(request.share);
  if (!percent) return refused(percent.error());
  result<std::string> step = step_to_start(request, *percent, around);
  if (!step) return refused(step.error());
  run_request run;
  run.tree = request.tree;
  run.canary_percent = *percent;
  run.command = request.tree.command();
  run.targets = {*std::move(step)};
  return run_targets(run, std::move(around));
}

exit_class set_canary(const canary_request& request, surroundings around) {
  const result<int> percent = percent_of_share(request.share);
  if (!percent) return refused(percent.error());
  const interrupts signals;
  result<found_environment> found = find_cluster(request, around);
  if (!found) return refused(found.error());
  canary_ports ports;
  ports.declared = &found->of->model;
  ports.may = [&](const graph_step& step, int share, gate_state state) {
    return found->deliveries->gate().may_change(change::canary_share, step, share, std::move(state));
  };
  return act_on(
      ports_of(*found, &signals.asked()), found->of->where, words_of("set", request), action_printer("    "),
      [&](const action_ports& on) -> status {
        const result<deployed> done =
            set_canary_share({named_in(request), *percent, &signals.asked()}, on, ports);
        if (!done) return done.error();
        print_out(fmt::format("the canary of {} has {}\n", displayable(done->at.branch), done->share));
        return {};
      });
}

exit_class show_canary(const canary_request& request, surroundings around) {
  const interrupts signals;
  result<found_environment> found = find_cluster(request, around);
  if (!found) return refused(found.error());
  const result<open_place> opened = ports_of(*found, &signals.asked()).open(0);
  if (!opened) return refused(opened.error());
  const result<known_place> of = running_canary(named_in(request), *opened->with, opened->place);
  if (!of) return refused(of.error());
  const result<canary_health> health = health_of_canary(*opened->with, *of);
  if (!health) return refused(health.error());
  if (request.as_json)
    print_json(json_of(*of, *health));
  else
    print_health(*of, *health);
  return exit_class::done;
}

exit_class stop_canary(const canary_request& request, surroundings around) {
  const interrupts signals;
  result<found_environment> found =
      find_environment(request.tree, request.pipeline, request.environment, around);
  if (!found) return refused(found.error());
  std::vector<cluster_wave> all = found->waves;
  if (status kept = keep_cluster(*found, request.context); !kept) return refused(kept.error());
  if (request.context.empty()) found->waves = std::move(all);
  const auto print = [](const event& happened) {
    const auto* one = std::get_if<removed>(&happened.body);
    if (one == nullptr) return;
    print_out(fmt::format("the canary of {} in {} ended; its pods finish what they have begun\n",
                          displayable(one->at.branch), displayable(one->at.cluster)));
    for (const std::string& each : one->kept) print_out("    " + each + "\n");
  };
  return act_on(ports_of(*found, &signals.asked()), found->of->where, words_of("end", request), print,
                [&](const action_ports& on) { return end_canary(named_in(request), &signals.asked(), on); });
}

using canary_action = exit_class (*)(const canary_request&, surroundings);

CLI::App* add_canary(CLI::App* to,
                     const std::shared_ptr<canary_request>& said,
                     command_action& chosen,
                     const char* name,
                     const char* what,
                     canary_action action) {
  CLI::App* command = to->add_subcommand(name, what);
  command->add_option("pipeline", said->pipeline, "which pipeline")->required();
  command->add_option("environment", said->environment, "which environment of it")->required();
  command
      ->add_option("--context", said->context, "of the cluster, where there are several; default: the first")
      ->type_name("NAME");
  command->add_option("--service", said->service, "where several may have a canary")->type_name("NAME");
  with_tree(command, said->tree);
  acts(command, chosen, [said, action](surroundings around) { return action(*said, std::move(around)); });
  return command;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<canary_request>();
  CLI::App* canaries = app.add_subcommand("canary", "send a share of an environment's requests to a branch");
  canaries->require_subcommand(1);
  const auto add_share = [&](CLI::App* command) {
    return command->add_option("--share", said->share, "such as 10%; default: as declared")
        ->type_name("SHARE");
  };
  const auto add_branch = [&](CLI::App* command) {
    command->add_option("--branch", said->branch, "where several run")->type_name("NAME");
  };
  add_share(add_canary(canaries, said, chosen, "start", "build the current branch and start its canary",
                       start_canary));
  CLI::App* set = add_canary(canaries, said, chosen, "set", "change its share", set_canary);
  set->add_option("share", said->share, "such as 25%")->required();
  CLI::App* status = add_canary(canaries, said, chosen, "status",
                                "show its pods and share beside production's", show_canary);
  status->add_flag("--json", said->as_json, "print JSON instead of text");
  CLI::App* end = add_canary(canaries, said, chosen, "end", "remove its pods", stop_canary);
  for (CLI::App* each : {set, status, end}) add_branch(each);
}

const registered_command canary_command(add);

}  // namespace
}  // namespace driver_commands_canary

}  // namespace cicd
