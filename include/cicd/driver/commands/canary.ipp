// `cicd canary start|set|status|end`: a branch's pods among those of an environment. It does not know how a
// share comes to be.
#pragma once

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/branch/canary_health.hpp>
#include <cicd/deliver/branch/remove.hpp>
#include <cicd/deliver/cluster/approval.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_canary {
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

/// Which canary is meant, as it is declared.
result<graph_step> step_for(const canary_request& request, const opened_environment& opened) {
  std::vector<graph_step> fitting;
  for (graph_step& each : graph_of(opened.found.of->model).steps)
    if (each.branch_share != nullptr && each.pipeline == opened.found.pipeline
        && each.place == opened.found.place
        && (request.service.empty() || each.branch_share->service.view() == request.service))
      fitting.push_back(std::move(each));
  if (fitting.size() == 1) return fitting.front();
  const std::string place = opened.wave.place.text();
  if (fitting.empty())
    return error{exit_class::usage, place, "no canary is declared here", request.service, {}}.with(
        "try", fmt::format("pipeline_canary({} IN {} SHARE 10%)", request.pipeline, request.environment));
  std::vector<std::string> services;
  for (const graph_step& each : fitting) services.push_back(each.branch_share->service.str());
  return error{exit_class::usage, place, "several services may have a canary", {}, {}}
      .with("allowed", joined(services, ", "))
      .with("try", "--service " + services.front());
}

constexpr const char* nothing_runs = "no canary runs here";

branch_request question(const graph_step& step,
                        const cluster_wave& wave,
                        std::string branch,
                        int percent,
                        const surroundings& around) {
  return {step, wave, std::move(branch), system_clock_port().now(), percent, &around};
}

void print_offer(const canary_offer& offer) {
  for (const std::string& each : offer.remarks) print_out("! " + each + "\n");
}

error none_runs(const canary_request& request, const std::vector<std::string>& branches) {
  error failure{exit_class::usage,
                request.pipeline + '/' + request.environment,
                branches.empty() ? nothing_runs : "it is not clear which canary is meant",
                request.branch.empty() ? std::nullopt : std::optional(request.branch),
                {}};
  if (branches.empty())
    return std::move(failure).with(
        "try", fmt::format("cicd canary start {} {}", request.pipeline, request.environment));
  return std::move(failure)
      .with("there are", displayable(joined(branches, ", ")))
      .with("try", "--branch <name>");
}

/// The canary that runs: the branch's that is named, else the only one.
result<known_place> running(const canary_request& request,
                            kubernetes::cluster& with,
                            const cluster_place& in) {
  auto all = known_places(with, in.pipeline, in.environment, in.namespace_name);
  if (!all) return std::move(all).error();
  std::vector<known_place> fitting;
  std::vector<std::string> branches;
  for (known_place& each : *all) {
    if (fact_of(each, branch_fact::kind) != "canary") continue;
    if (!request.service.empty() && fact_of(each, branch_fact::service) != request.service) continue;
    branches.push_back(fact_of(each, branch_fact::branch));
    if (request.branch.empty() || branches.back() == request.branch) fitting.push_back(std::move(each));
  }
  if (fitting.size() == 1) return std::move(fitting.front());
  return none_runs(request, branches);
}

/// The same objects with another number of pods, as what is put back.
result<past_deployment> scaled(kubernetes::cluster& with, const known_place& of, int pods) {
  result<std::vector<past_deployment>> past = past_deployments(with, of.place);
  if (!past) return std::move(past).error();
  const auto last = std::ranges::find_if(*past, [](const past_deployment& each) {
    return each.record.outcome == "deployed" && !each.objects.empty();
  });
  if (last == past->end())
    return error{exit_class::conflict,
                 of.place.text(),
                 "this canary was never healthy, so its share cannot be changed",
                 {},
                 {{"try", "cicd canary start again, or cicd canary end"}}};
  for (json& each : last->objects) {
    if (each["kind"].text() != "Deployment") continue;
    json spec = each["spec"];
    spec.set("replicas", pods);
    each.set("spec", std::move(spec));
  }
  return std::move(*last);
}

/// Production's own rules hold for a larger share too.
result<permit> may_set(const opened_environment& opened,
                       const graph_step& step,
                       int percent,
                       const cluster_state& home,
                       const cluster_plan& plan,
                       const deployment_record& record) {
  gate_state state;
  state.hold = home.hold;
  state.version = record.version;
  state.approvals = home.approvals;
  state.approval_digest = hex(approval_digest(plan, record));
  return opened.found.deliveries->may_change(change::canary_share, step, percent, std::move(state));
}

cluster_deploy_options options_for(const opened_environment& opened,
                                   const interrupts& signals,
                                   const surroundings& around) {
  cluster_deploy_options options;
  options.holder = who(opened.found.pipeline->source_directory, around) + ", run " + opened.found.run_id;
  options.cancelled = &signals.asked();
  options.say = [](const std::string& line) { print_out("    " + line + "\n"); };
  options.rolls_back = false;
  return options;
}

wanted_release about(const opened_environment& opened,
                     const known_place& of,
                     const canary_share& share,
                     const past_deployment& to) {
  wanted_release wanted;
  wanted.pipeline = opened.found.pipeline;
  wanted.where = opened.found.place;
  wanted.place = of.place;
  wanted.record = to.record;
  wanted.record.id = opened.found.run_id;
  wanted.record.when = system_clock_port().now();
  wanted.facts.on = kubernetes::track::canary;
  wanted.facts.of_branch.services = {fact_of(of, branch_fact::service)};
  wanted.state_facts = of.state.facts;
  wanted.state_facts[branch_fact::replicas] = std::to_string(share.pods);
  wanted.state_facts[branch_fact::share] = share.text();
  return wanted;
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

/// Ends the canary of the opened cluster.
status end_there(const canary_request& request,
                 const opened_environment& at,
                 const branch_end_options& options) {
  const result<known_place> of = running(request, *at.with, at.wave.place);
  if (!of) return of.error();
  const result<permit> allowed = may_change(at, change::branch_end);
  if (!allowed) return allowed.error();
  const result<branch_end> end = end_branch(*allowed, *at.with, *of, options);
  if (!end) return end.error();
  print_out(fmt::format("the canary of {} in {} ended; its pods finish what they have begun\n",
                        displayable(fact_of(*of, branch_fact::branch)), displayable(at.with->name())));
  for (const std::string& each : end->kept) print_out("    " + each + "\n");
  return {};
}

exit_class start_canary(const canary_request& request, surroundings around) {
  const result<int> percent = percent_of_share(request.share);
  if (!percent) return refused(percent.error());
  run_request run;
  run.tree = request.tree;
  run.canary_percent = *percent;
  {
    const interrupts signals;
    result<opened_environment> opened =
        open_environment(request.tree, request.pipeline, request.environment, request.context, around,
                         &signals.asked(), change::canary);
    if (!opened) return refused(opened.error());
    const result<graph_step> step = step_for(request, *opened);
    if (!step) return refused(step.error());
    const result<canary_offer> offer =
        offer_canary(question(*step, opened->wave, {}, *percent, around), *opened->with);
    if (!offer) return refused(offer.error());
    print_offer(*offer);
    run.targets = {step->id};
  }
  return run_targets(run, std::move(around));
}

exit_class set_canary(const canary_request& request, surroundings around) {
  const result<int> percent = percent_of_share(request.share);
  if (!percent) return refused(percent.error());
  const interrupts signals;
  result<opened_environment> opened =
      open_environment(request.tree, request.pipeline, request.environment, request.context, around,
                       &signals.asked(), change::canary_share);
  if (!opened) return refused(opened.error());
  const result<graph_step> step = step_for(request, *opened);
  if (!step) return refused(step.error());
  const result<known_place> of = running(request, *opened->with, opened->wave.place);
  if (!of) return refused(of.error());
  const branch_request ask =
      question(*step, opened->wave, fact_of(*of, branch_fact::branch), *percent, around);
  const result<canary_offer> offer = offer_canary(ask, *opened->with);
  if (!offer) return refused(offer.error());
  print_offer(*offer);
  const result<past_deployment> to = scaled(*opened->with, *of, offer->share.pods);
  if (!to) return refused(to.error());
  const result<cluster_state> home = read_cluster_state(*opened->with, opened->wave.place);
  if (!home) return refused(home.error());
  opened->with.reset();
  cluster_deploy_options options = options_for(*opened, signals, around);
  options.may = [&](const cluster_plan& plan) {
    return may_set(*opened, *step, *percent, *home, plan, to->record);
  };
  const open_cluster open = [&] {
    return opened->found.deliveries->open_wave(opened->wave, &signals.asked());
  };
  const auto done = put_back(open, about(*opened, *of, offer->share, *to), *to, options);
  if (!done) return refused(done.error());
  print_out(fmt::format("the canary of {} has {}\n", displayable(ask.branch), offer->share.text()));
  return exit_class::done;
}

exit_class show_canary(const canary_request& request, surroundings around) {
  const interrupts signals;
  result<opened_environment> opened =
      open_environment(request.tree, request.pipeline, request.environment, request.context,
                       std::move(around), &signals.asked(), std::nullopt);
  if (!opened) return refused(opened.error());
  const result<known_place> of = running(request, *opened->with, opened->wave.place);
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
  result<opened_environment> opened =
      open_environment(request.tree, request.pipeline, request.environment, request.context, around,
                       &signals.asked(), change::branch_end);
  if (!opened) return refused(opened.error());
  branch_end_options options;
  options.holder = who(opened->found.pipeline->source_directory, around) + ", run " + opened->found.run_id;
  options.cancelled = &signals.asked();
  // It was started in all clusters of the environment, and may be over in some of them.
  const auto is_over = [](const status& one) { return !one && one.error().what == nothing_runs; };
  status last = end_there(request, *opened, options);
  bool ended = static_cast<bool>(last);
  for (std::size_t at = 1; request.context.empty() && at < opened->found.waves.size(); ++at) {
    if (!last && !is_over(last)) break;
    opened->with.reset();
    opened->wave = opened->found.waves[at];
    auto with = opened->found.deliveries->open_wave(opened->wave, &signals.asked());
    if (!with) return refused(with.error());
    opened->with = *std::move(with);
    last = end_there(request, *opened, options);
    ended = ended || last;
  }
  if (!last && !(ended && is_over(last))) return refused(last.error());
  return exit_class::done;
}

using canary_action = exit_class (*)(const canary_request&, surroundings);

CLI::App* add_canary(CLI::App* to,
                     const std::shared_ptr<canary_request>& said,
                     command_action& chosen,
                     const char* name,
                     const char* what,
                     canary_action action) {
  CLI::App* command = to->add_subcommand(name, what);
  command->add_option("pipeline", said->pipeline)->required();
  command->add_option("environment", said->environment)->required();
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
  CLI::App* canaries = app.add_subcommand("canary", "a branch's pods among those of an environment");
  canaries->require_subcommand(1);
  const auto add_share = [&](CLI::App* command) {
    return command->add_option("--share", said->share, "such as 10%; default: as declared")
        ->type_name("SHARE");
  };
  const auto add_branch = [&](CLI::App* command) {
    command->add_option("--branch", said->branch, "where several run")->type_name("NAME");
  };
  add_share(add_canary(canaries, said, chosen, "start", "build the branch at hand and let it take its share",
                       start_canary));
  CLI::App* set = add_canary(canaries, said, chosen, "set", "give it another share", set_canary);
  set->add_option("share", said->share, "such as 25%")->required();
  CLI::App* status =
      add_canary(canaries, said, chosen, "status", "its pods and share beside production's", show_canary);
  status->add_flag("--json", said->as_json, "print JSON instead of text");
  CLI::App* end = add_canary(canaries, said, chosen, "end", "take its pods away", stop_canary);
  for (CLI::App* each : {set, status, end}) add_branch(each);
}

const registered_command canary_command(add);

}  // namespace
}  // namespace driver_canary

}  // namespace cicd
