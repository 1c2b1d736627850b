// What is done to an environment by hand: put back, hold, approve, verify, and deploy a plan that was saved.
#pragma once

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/declare/deploy_ways.hpp>
#include <cicd/driver/canary_commands.hpp>
#include <cicd/driver/commands.hpp>
#include <cicd/driver/environment_door.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/release/approval.hpp>
#include <cicd/release/hold.hpp>
#include <cicd/release/rollback.hpp>
#include <cicd/release/source_check.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_environment_commands {
namespace {

/// The words of these commands.
struct words {
  session_request tree;
  std::vector<std::string> names;  ///< `[<pipeline>] <environment>`
  std::string to, reason, version, file, service, share;
  bool version_only = false, json = false, preview = false, canary = false;

  std::string pipeline() const { return names.size() > 1 ? names.front() : std::string(); }
  std::string environment() const { return names.back(); }
};

void add_tree(CLI::App* command, words& said) {
  command
      ->add_option("--build-root", said.tree.build_root, "the build tree; default: the one this folder is in")
      ->type_name("FOLDER");
  command->add_option("--config", said.tree.config, "the configuration of a multi-configuration generator")
      ->type_name("NAME");
}

void add_names(CLI::App* command, words& said) {
  command
      ->add_option("names", said.names,
                   "[<pipeline>] <environment>; without a pipeline: every one that has it")
      ->required()
      ->expected(1, 2);
  add_tree(command, said);
}

/// The pipelines meant by the words: the one that is named, or all that have the environment.
result<std::vector<std::string>> pipelines_of(const words& said, const surroundings& around) {
  if (said.names.size() > 1) return std::vector<std::string>{said.pipeline()};
  session_or_errors opened = open_session(said.tree, around);
  if (!opened.opened) return std::move(opened.errors.front());
  std::vector<std::string> pipelines, places;
  for (const declared_pipeline& each : opened.opened->model.pipelines)
    for (const environment& place : each.declared.environments) {
      if (place.name.view() == said.environment()) pipelines.push_back(each.declared.name.str());
      places.push_back(place.name.str());
    }
  if (!pipelines.empty()) return pipelines;
  return error{exit_class::usage, {}, "no pipeline has such an environment", said.environment(), {}}
      .with("did you mean", nearest(said.environment(), places).value_or(""))
      .with("allowed", joined(places, ", "));
}

/// Does it for each pipeline; the first failure ends it.
exit_class for_each_pipeline(const words& said,
                             const surroundings& around,
                             const std::function<exit_class(const std::string& pipeline)>& act) {
  const result<std::vector<std::string>> pipelines = pipelines_of(said, around);
  if (!pipelines) return refused(pipelines.error());
  for (const std::string& each : *pipelines)
    if (const exit_class done = act(each); done != exit_class::done) return done;
  return exit_class::done;
}

// --- Rollback
// -----------------------------------------------------------------------------------------------------

status images_are_there(const found_environment& found,
                        const deployment_record& record,
                        const std::string& subject) {
  for (const image& each : found.pipeline->declared.images) {
    const auto held = record.images.find(each.name.str());
    if (held == record.images.end()) continue;
    registry_options how;
    how.embedded = found.of->where.images();
    auto registry = registry_for(repository_of(*found.pipeline, each), how, found.of->around);
    if (!registry) return std::move(registry).error();
    const result<std::optional<digest>> there = (*registry)->resolve(held->second.tag);
    if (!there) return there.error();
    if (*there && **there == held->second.manifest) continue;
    return error{exit_class::remote,
                 subject,
                 *there ? "the tag of that deployment's image names another image now"
                        : "the image of that deployment is no longer in its registry",
                 held->second.reference,
                 {{"try", "another --to, or deploy the commit again so that it is built"}}};
  }
  return {};
}

/// A way that has no part in this says which ways have.
error no_such_feature(const found_environment& found,
                      const std::string& subject,
                      way_feature feature,
                      const std::string& what,
                      std::string help) {
  return error{exit_class::usage,
               subject,
               what,
               "VIA " + std::string(found.place->via.view()),
               {{"allowed", "an environment VIA " + ways_with(feature)}, {"try", std::move(help)}}};
}

exit_class roll_back_one(const words& said, const std::string& pipeline, const surroundings& around) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const std::string subject = pipeline + "/" + said.environment();
  if (!can(found->place->via, way_feature::rollback))
    return refused(no_such_feature(*found, subject, way_feature::rollback,
                                   "this environment cannot be put back by this command",
                                   "revert the commit in the manifest repository: git revert"));
  if (status may = found->deliveries->may_begin(change::rollback, *found->pipeline, *found->place); !may)
    return refused(may.error());
  const interrupts stop;
  // The clusters of an environment are put back to one and the same deployment, which has one id in all of
  // them.
  std::string wanted = said.to, version;
  for (cluster_wave& wave : found->waves) {
    auto with = found->deliveries->open_wave(wave, &stop.asked());
    if (!with) return refused(with.error());
    const result<cluster_state> now = read_cluster_state(**with, wave.place);
    if (!now) return refused(now.error());
    const result<std::vector<past_deployment>> past = past_deployments(**with, wave.place);
    if (!past) return refused(past.error());
    const result<past_deployment> to = deployment_to_put_back(*past, *now, wanted, subject);
    if (!to) return refused(to.error());
    const auto ask = [&](const std::optional<deployment_hold>& hold) {
      return found->deliveries->may_change(change::rollback, *found->pipeline, *found->place,
                                           {.hold = hold, .version = to->record.version});
    };
    const result<permit> allowed = ask(now->hold);
    if (!allowed) return refused(allowed.error());
    if (status there = images_are_there(*found, to->record, subject); !there) return refused(there.error());
    version = to->record.version;
    if (wanted.empty()) wanted = to->record.id;
    print_out(fmt::format("{}: putting back {}\n", (*with)->name(), line_of(to->record)));
    with->reset();

    const std::string me = who(found->pipeline->source_directory, found->of->around);
    wanted_release about;
    about.pipeline = found->pipeline;
    about.where = found->place;
    about.place = wave.place;
    delivery::draft made = delivery::draft_of(to->record, *found->place);
    about.facts = std::move(made.facts);
    about.record = std::move(made.record);
    about.record.id = found->run_id;
    about.record.who = me;
    about.record.when = system_clock_port().now();
    about.record.source = source_of(*found->pipeline, now->record, found->of->around);
    cluster_deploy_options how;
    how.holder = fmt::format("{}, rollback {}", me, found->run_id);
    how.cancelled = &stop.asked();
    how.say = [](const std::string& text) {
      print_out("  " + replaced_all(displayable(trimmed(text), newlines::keep), "\n", "\n  ") + "\n");
    };
    how.rolls_back = false;
    how.may = [&](const cluster_plan& plan) { return ask(plan.before.hold); };
    const result<cluster_deploy_result> done = put_back(
        [&] { return found->deliveries->open_wave(wave, &stop.asked()); }, std::move(about), *to, how);
    if (!done) return refused(done.error());

    auto again = found->deliveries->open_wave(wave, &stop.asked());
    if (!again) return refused(again.error());
    const std::string left = now->record ? now->record->version : std::string();
    const bool holds_version = said.version_only && left != version;
    const result<cluster_state> kept =
        change_hold(*allowed, **again, wave.place,
                    deployment_hold{me, said.reason.empty() ? "rollback to " + version : said.reason,
                                    holds_version ? left : std::string(), system_clock_port().now()});
    if (!kept) return refused(kept.error());
  }
  print_out(fmt::format("{}: {} runs again; deploys are on hold until: cicd hold release {} {}\n", subject,
                        version, pipeline, said.environment()));
  return exit_class::done;
}

// --- Hold
// ---------------------------------------------------------------------------------------------------------

std::string text_of(const std::optional<deployment_hold>& hold) {
  if (!hold) return "no hold";
  return fmt::format("{} on hold since {} by {}: {}",
                     hold->version.empty() ? "all deploys are" : "version " + hold->version + " is",
                     utc_text(hold->when), displayable(hold->who), displayable(hold->reason));
}

/// Changes the hold in every cluster of the environment, or only shows it.
exit_class tend_hold(const words& said,
                     const std::string& pipeline,
                     const surroundings& around,
                     const std::function<std::optional<deployment_hold>(const std::string& me)>& change_to) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const std::string subject = pipeline + "/" + said.environment();
  if (!can(found->place->via, way_feature::hold))
    return refused(no_such_feature(*found, subject, way_feature::hold, "this environment cannot be held",
                                   "keep its branch or tag from moving"));
  const auto& [declared, place] = std::pair(found->pipeline, found->place);
  if (change_to)
    if (status may = found->deliveries->may_begin(change::hold, *declared, *place); !may)
      return refused(may.error());
  for (cluster_wave& wave : found->waves) {
    auto with = found->deliveries->open_wave(wave, nullptr);
    if (!with) return refused(with.error());
    result<cluster_state> state = read_cluster_state(**with, wave.place);
    if (state && change_to) {
      const result<permit> allowed = found->deliveries->may_change(change::hold, *declared, *place);
      if (!allowed) return refused(allowed.error());
      state = change_hold(*allowed, **with, wave.place,
                          change_to(who(declared->source_directory, found->of->around)));
    }
    if (!state) return refused(state.error());
    print_out(
        fmt::format("{} {}, {}: {}\n", pipeline, said.environment(), (*with)->name(), text_of(state->hold)));
  }
  return exit_class::done;
}

// --- Approve
// ------------------------------------------------------------------------------------------------------

/// The step that the words mean: a deploy, a preview or a canary, of the pipeline.
result<graph_step> step_to_approve(const words& said, const found_environment& found) {
  const bool is_branch = said.environment() == "branch";
  std::vector<graph_step> fitting;
  std::vector<std::string> services;
  for (graph_step& each : graph_of(found.of->model).steps) {
    if (each.kind != step_kind::deploy || each.pipeline != found.pipeline) continue;
    if (!is_branch && each.place->name.view() != said.environment()) continue;
    if ((each.branch_copy != nullptr) != (said.preview || is_branch)) continue;
    if ((each.branch_share != nullptr) != said.canary) continue;
    if (said.canary && !said.service.empty() && each.branch_share->service.view() != said.service) continue;
    if (said.canary) services.push_back(each.branch_share->service.str());
    fitting.push_back(std::move(each));
  }
  if (fitting.size() == 1) return std::move(fitting.front());
  const std::string subject = found.pipeline->declared.name.str() + "/" + said.environment();
  if (!services.empty())
    return error{exit_class::usage, subject, "several services may have a canary", {}, {}}
        .with("allowed", joined(services, ", "))
        .with("try", "--service " + services.front());
  return error{exit_class::usage,
               subject,
               said.canary ? "no canary is declared here" : "no preview is declared here",
               said.service.empty() ? std::nullopt : std::optional(said.service),
               {{"try", said.canary ? "pipeline_canary()" : "pipeline_preview()"}}};
}

exit_class approve_plans(const words& said, const graph_step& step, const session& of, delivery& deliveries) {
  const std::vector<delivery::planned_wave>& plans = deliveries.last_plans(step.id);
  if (plans.empty())
    return refused(error{
        exit_class::usage,
        step.id,
        "it is not known yet what would be deployed: its images are not made",
        {},
        {{"try", of.build_command() + " " + step.pipeline->declared.name.str() + ".image, then approve"}}});
  const result<permit> allowed = deliveries.may_change(change::approve, *step.pipeline, *step.place);
  if (!allowed) return refused(allowed.error());
  std::vector<cluster_wave> waves = deliveries.waves_of(*step.pipeline, *step.place);
  for (std::size_t at = 0; at < plans.size(); ++at) {
    auto with = deliveries.open_wave(waves[at], nullptr);
    if (!with) return refused(with.error());
    for (const std::string& line : lines_of(plans[at].plan)) print_out("  " + displayable(line) + "\n");
    const result<deployment_approval> given =
        approve(*allowed, **with, waves[at].place, plans[at].plan, plans[at].wanted.record, said.reason,
                system_clock_port().now());
    if (!given) return refused(given.error());
    print_out(fmt::format("approved {} {} in {} as {}, until {}\n", step.id, plans[at].wanted.record.version,
                          plans[at].plan.cluster, displayable(given->who), utc_text(given->expires)));
  }
  return exit_class::done;
}

exit_class approve_one(const words& said, const std::string& pipeline, const surroundings& around) {
  const bool is_branch = said.environment() == "branch";
  const result<found_environment> found =
      find_environment(said.tree, pipeline, is_branch ? "" : said.environment(), around);
  if (!found) return refused(found.error());
  if (found->place != nullptr && !can(found->place->via, way_feature::approval))
    return refused(no_such_feature(*found, pipeline + "/" + said.environment(), way_feature::approval,
                                   "this environment takes no approvals",
                                   "a review of the change in its manifest repository"));
  const result<graph_step> step = step_to_approve(said, *found);
  if (!step) return refused(step.error());
  if (status may = found->deliveries->may_begin(change::approve, *step->pipeline, *step->place); !may)
    return refused(may.error());
  const result<int> percent = percent_of_share(said.share);
  if (!percent) return refused(percent.error());
  run_request request;
  request.tree = said.tree;
  request.targets = {step->id};
  request.canary_percent = *percent;
  return plan_and(
      request, around,
      [&](const session& of, delivery& deliveries, const step_graph& graph, const std::vector<step_plan>&) {
        return approve_plans(said, graph.steps[*graph.find(step->id)], of, deliveries);
      });
}

// --- Saved plans and VERIFY
// ---------------------------------------------------------------------------------------

error no_plan(const std::string& file, std::string why) {
  return error{exit_class::usage,
               {},
               "this file is no saved plan",
               file,
               {{"caused by", std::move(why)}, {"try", "cicd plan orders.deploy-prod --out " + file}}};
}

exit_class deploy_saved(const words& said, surroundings around) {
  const result<std::string> text = read_given(said.file);
  if (!text) return refused(text.error());
  const result<json> saved = parse_json(*text);
  if (!saved) return refused(no_plan(said.file, saved.error().what));
  if ((*saved)["schema"].integer() != 1) return refused(no_plan(said.file, "its schema is not 1"));
  run_request request;
  request.tree = said.tree;
  for (const json& each : (*saved)["deploys"].elements()) {
    const std::string step = each["step"].text();
    if (std::ranges::find(request.targets, step) == request.targets.end()) request.targets.push_back(step);
    request.saved_plans[step + "@" + each["cluster"].text()] = each["fingerprint"].text();
  }
  if (request.targets.empty()) return refused(no_plan(said.file, "it has no deploys"));
  return run_targets(request, std::move(around));
}

exit_class verify_one(const words& said, const std::string& pipeline, const surroundings& around) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const std::string subject = pipeline + "/" + said.environment();
  if (found->place->verify.empty())
    return refused(error{exit_class::usage,
                         subject,
                         "no VERIFY is declared",
                         {},
                         {{"try", "VERIFY ./smoke.sh {host} in pipeline_environment()"}}});
  const result<manifest_state> state = found->deliveries->state_of(*found->pipeline, *found->place, nullptr);
  if (!state) return refused(state.error());
  if (!state->record)
    return refused(error{exit_class::usage, subject, "never deployed: there is nothing to verify", {}, {}});
  wanted_release of;
  of.pipeline = found->pipeline;
  of.where = found->place;
  of.place = {pipeline, said.environment(), found->place->namespace_name.str()};
  delivery::draft made = delivery::draft_of(*state->record, *found->place);
  of.facts = std::move(made.facts);
  of.record = std::move(made.record);
  const interrupts stop;
  const status verified = found->deliveries->run_verify(
      subject, of, stop.asked(), [](const std::string& line) { print_out(displayable(line) + "\n"); });
  return verified ? exit_class::done : refused(verified.error());
}

using each_pipeline = exit_class (*)(const words&, const std::string&, const surroundings&);

void run_for_each(CLI::App* command,
                  const std::shared_ptr<words>& said,
                  command_action& chosen,
                  each_pipeline act) {
  command->callback([said, act, &chosen] {
    chosen = [said, act](const surroundings& around) {
      return for_each_pipeline(*said, around,
                               [&](const std::string& pipeline) { return act(*said, pipeline, around); });
    };
  });
}

exit_class show_hold(const words& said, const std::string& pipeline, const surroundings& around) {
  return tend_hold(said, pipeline, around, {});
}
exit_class set_hold(const words& said, const std::string& pipeline, const surroundings& around) {
  return tend_hold(said, pipeline, around, [&](const std::string& me) {
    return std::optional(deployment_hold{me, said.reason, said.version, system_clock_port().now()});
  });
}
exit_class release_hold(const words& said, const std::string& pipeline, const surroundings& around) {
  return tend_hold(said, pipeline, around,
                   [](const std::string&) { return std::optional<deployment_hold>(); });
}

void add_rollback(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command = app.add_subcommand("rollback", "put back what ran before, and hold further deploys");
  add_names(command, *said);
  command
      ->add_option("--to", said->to,
                   "a version, an image digest or the number of a deployment; default: the one before")
      ->type_name("WHAT");
  command->add_option("--reason", said->reason, "why, kept with the hold")->type_name("TEXT");
  command->add_flag("--version-only", said->version_only, "hold out only the version that is left");
  run_for_each(command, said, chosen, roll_back_one);
}

void add_hold(CLI::App& app, command_action& chosen) {
  CLI::App* hold = app.add_subcommand("hold", "keep deploys away from an environment, or let them in again");
  hold->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, each_pipeline act) {
    const auto said = std::make_shared<words>();
    CLI::App* command = hold->add_subcommand(name, what);
    add_names(command, *said);
    if (act == set_hold) {
      command->add_option("--reason", said->reason, "why")->required()->type_name("TEXT");
      command->add_option("--version", said->version, "hold out only this version")->type_name("VERSION");
    }
    run_for_each(command, said, chosen, act);
  };
  add("set", "no deploy until it is released", set_hold);
  add("release", "deploys are let in again", release_hold);
  add("show", "who holds it, and why", show_hold);
}

}  // namespace
}  // namespace driver_environment_commands

void add_environment_commands(CLI::App& app, command_action& chosen) {
  using namespace driver_environment_commands;
  add_rollback(app, chosen);
  add_hold(app, chosen);

  const auto approving = std::make_shared<words>();
  CLI::App* approve =
      app.add_subcommand("approve", "agree to what would be deployed now, and to nothing else, for 24 hours");
  add_names(approve, *approving);
  approve->add_option("--reason", approving->reason, "why")->required()->type_name("TEXT");
  CLI::Option* copy = approve->add_flag("--preview", approving->preview, "the copy of the branch at hand");
  CLI::Option* share = approve->add_flag("--canary", approving->canary, "the canary of the branch at hand");
  share->excludes(copy);
  approve->add_option("--share", approving->share, "of the canary, such as 10%; default: as declared")
      ->needs(share)
      ->type_name("SHARE");
  approve->add_option("--service", approving->service, "of the canary, where several may have one")
      ->needs(share)
      ->type_name("NAME");
  run_for_each(approve, approving, chosen, approve_one);

  const auto verifying = std::make_shared<words>();
  CLI::App* verify = app.add_subcommand("verify", "run the VERIFY of an environment on what is deployed");
  add_names(verify, *verifying);
  run_for_each(verify, verifying, chosen, verify_one);

  const auto deploying = std::make_shared<words>();
  CLI::App* deploy = app.add_subcommand("deploy", "deploy exactly what a saved plan says, or refuse");
  deploy->add_option("--plan", deploying->file, "the file of cicd plan --out")->required()->type_name("FILE");
  add_tree(deploy, *deploying);
  deploy->callback([deploying, &chosen] {
    chosen = [deploying](surroundings around) { return deploy_saved(*deploying, std::move(around)); };
  });
}

}  // namespace cicd
