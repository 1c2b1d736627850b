// `cicd rollback`: puts back what ran before, and holds further deploys.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/policy/hold.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/rollback.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/image/registry.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_rollback {
namespace {

struct words : environment_words {
  std::string to, reason;
  bool version_only = false;
};

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

exit_class roll_back_one(const words& said, const std::string& pipeline, const surroundings& around) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const std::string subject = pipeline + "/" + said.environment();
  if (!can(found->place->via, way_feature::rollback))
    return refused(no_such_feature(subject, found->place->via, way_feature::rollback,
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

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command = app.add_subcommand("rollback", "put back what ran before, and hold further deploys");
  add_names(command, *said);
  command
      ->add_option("--to", said->to,
                   "a version, an image digest or the number of a deployment; default: the one before")
      ->type_name("WHAT");
  command->add_option("--reason", said->reason, "why, kept with the hold")->type_name("TEXT");
  command->add_flag("--version-only", said->version_only, "hold out only the version that is left");
  acts_for_each(command, chosen, said, roll_back_one);
}

const registered_command rollback_command(add);

}  // namespace
}  // namespace driver_rollback

}  // namespace cicd
