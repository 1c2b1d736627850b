// What is done to an environment by hand: put back, hold, approve, verify, and deploy a plan that was saved.
#pragma once

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands.hpp>
#include <cicd/driver/environment_door.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/release/approval.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_environment_commands {
namespace {

/// The words of these commands.
struct words {
  session_request tree;
  std::vector<std::string> names;  ///< `[<pipeline>] <environment>`
  std::string to, reason, version, file;
  bool version_only = false, json = false;

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

std::string line_of(const deployment_record& record) {
  return fmt::format("#{} {} of {} by {}", record.generation, record.version, utc_text(record.when),
                     record.who);
}

bool is_meant(const deployment_record& record, const std::string& to) {
  if (to == record.version || to == std::to_string(record.generation)
      || to == "#" + std::to_string(record.generation))
    return true;
  for (const auto& [name, image] : record.images)
    if (to == image.tag || to == oci_text(image.manifest)
        || (to.size() >= 12 && oci_text(image.manifest).starts_with(to)))
      return true;
  return false;
}

/// The deployment to go back to: the one that is named, or the last whose images or manifests were others.
result<past_deployment> chosen(const std::vector<past_deployment>& past,
                               const cluster_state& now,
                               const std::string& to,
                               const std::string& subject) {
  std::vector<std::string> there;
  for (const past_deployment& each : past) {
    there.push_back(line_of(each.record));
    const bool runs_now = now.record && now.record->images == each.record.images
                          && now.record->outcome != "failed"
                          && now.record->generation >= each.record.generation;
    const bool meant = to.empty() ? !runs_now : is_meant(each.record, to);
    if (!meant) continue;
    if (each.objects.empty())
      return error{exit_class::usage,
                   subject,
                   "that deployment cannot be put back: its objects were too large to keep",
                   each.record.version,
                   {{"try", "deploy its commit again"}}};
    return each;
  }
  if (to.empty())
    return error{exit_class::usage,
                 subject,
                 "there is nothing to go back to: no earlier deployment with other images is kept",
                 {},
                 {{"there", there.empty() ? "none" : joined(there, "; ")}}};
  return error{
      exit_class::usage, subject, "no deployment with that version, digest or number is kept", to, {}}
      .with("allowed", there.empty() ? "none is kept" : joined(there, "; "));
}

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

error held_out(const deployment_hold& hold, const std::string& subject) {
  return error{exit_class::policy,
               subject,
               "that version is held out and is not put back",
               hold.version,
               {{"by", hold.who + " at " + utc_text(hold.when)}, {"reason", hold.reason}}};
}

exit_class roll_back_one(const words& said, const std::string& pipeline, const surroundings& around) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const std::string subject = pipeline + "/" + said.environment();
  if (found->waves.empty())
    return refused(error{exit_class::usage,
                         subject,
                         "only environments VIA kubectl can be put back by this command",
                         {},
                         {{"try", "revert the commit in the manifest repository: git revert"}}});
  if (found->place->is_protected && !found->of->around.get("CI"))
    return refused(error{exit_class::policy,
                         subject,
                         "this environment is protected: it is changed by CI only",
                         {},
                         {{"try", "run the same command in CI"}}});
  const interrupts stop;
  std::string version = said.to;
  for (cluster_wave& wave : found->waves) {
    auto with = found->deliveries->open_wave(wave, &stop.asked());
    if (!with) return refused(with.error());
    const result<cluster_state> now = read_cluster_state(**with, wave.place);
    if (!now) return refused(now.error());
    const result<std::vector<past_deployment>> past = past_deployments(**with, wave.place);
    if (!past) return refused(past.error());
    const result<past_deployment> to = chosen(*past, *now, version, subject);
    if (!to) return refused(to.error());
    if (now->hold && !now->hold->version.empty() && now->hold->version == to->record.version)
      return refused(held_out(*now->hold, subject));
    if (status there = images_are_there(*found, to->record, subject); !there) return refused(there.error());
    version = to->record.version;
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
    cluster_deploy_options how;
    how.holder = fmt::format("{}, rollback {}", me, found->run_id);
    how.cancelled = &stop.asked();
    how.say = [](const std::string& text) {
      print_out("  " + replaced_all(displayable(trimmed(text), newlines::keep), "\n", "\n  ") + "\n");
    };
    how.rolls_back = false;
    const result<cluster_deploy_result> done = put_back(
        [&] { return found->deliveries->open_wave(wave, &stop.asked()); }, std::move(about), *to, how);
    if (!done) return refused(done.error());

    auto again = found->deliveries->open_wave(wave, &stop.asked());
    if (!again) return refused(again.error());
    result<cluster_state> state = read_cluster_state(**again, wave.place);
    if (!state) return refused(state.error());
    const std::string left = now->record ? now->record->version : std::string();
    state->hold = deployment_hold{me, said.reason.empty() ? "rollback to " + version : said.reason,
                                  said.version_only ? left : std::string(), system_clock_port().now()};
    if (status kept = write_cluster_state(**again, wave.place, *state); !kept) return refused(kept.error());
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
                     const std::function<void(cluster_state&, const std::string& me)>& change) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  if (found->waves.empty())
    return refused(error{exit_class::usage,
                         pipeline + "/" + said.environment(),
                         "only environments VIA kubectl can be held",
                         {},
                         {}});
  for (cluster_wave& wave : found->waves) {
    auto with = found->deliveries->open_wave(wave, nullptr);
    if (!with) return refused(with.error());
    result<cluster_state> state = read_cluster_state(**with, wave.place);
    if (!state) return refused(state.error());
    if (change) {
      change(*state, who(found->pipeline->source_directory, found->of->around));
      if (status kept = write_cluster_state(**with, wave.place, *state); !kept) return refused(kept.error());
    }
    print_out(
        fmt::format("{} {}, {}: {}\n", pipeline, said.environment(), (*with)->name(), text_of(state->hold)));
  }
  return exit_class::done;
}

// --- Approve
// ------------------------------------------------------------------------------------------------------

exit_class approve_one(const words& said, const std::string& pipeline, const surroundings& around) {
  run_request request;
  request.tree = said.tree;
  const std::string step =
      pipeline + (said.environment() == "branch" ? "/deploy-branch" : "/deploy-" + said.environment());
  request.targets = {step};
  return plan_and(
      request, around,
      [&](const session& of, delivery& deliveries, const step_graph& graph, const std::vector<step_plan>&) {
        const std::vector<delivery::planned_wave>& plans = deliveries.last_plans(step);
        const graph_step& about = graph.steps[*graph.find(step)];
        if (plans.empty())
          return refused(error{exit_class::usage,
                               step,
                               "it is not known yet what would be deployed: its images are not made",
                               {},
                               {{"try", of.build_command() + " " + pipeline + ".image, then approve"}}});
        std::vector<cluster_wave> waves = deliveries.waves_of(*about.pipeline, *about.place);
        for (std::size_t at = 0; at < plans.size(); ++at) {
          auto with = deliveries.open_wave(waves[at], nullptr);
          if (!with) return refused(with.error());
          for (const std::string& line : lines_of(plans[at].plan)) print_out("  " + displayable(line) + "\n");
          const result<deployment_approval> given = approve(**with, plans[at].plan, plans[at].wanted.record,
                                                            said.reason, system_clock_port().now());
          if (!given) return refused(given.error());
          print_out(fmt::format("approved {} {} in {} as {}, until {}\n", step,
                                plans[at].wanted.record.version, plans[at].plan.cluster,
                                displayable(given->who), utc_text(given->expires)));
        }
        return exit_class::done;
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
  const result<std::string> text = read_file(said.file);
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
  return tend_hold(said, pipeline, around, [&](cluster_state& state, const std::string& me) {
    state.hold = deployment_hold{me, said.reason, said.version, system_clock_port().now()};
  });
}
exit_class release_hold(const words& said, const std::string& pipeline, const surroundings& around) {
  return tend_hold(said, pipeline, around,
                   [](cluster_state& state, const std::string&) { state.hold.reset(); });
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
