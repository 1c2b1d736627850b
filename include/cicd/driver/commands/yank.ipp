// `cicd yank`: the artifact of a commit is never deployed again, by any way, or may be again.
#pragma once

#include <memory>
#include <set>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/deliver/yank.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/artifact_page.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

namespace driver_commands_yank {
namespace {

/// As many commits are asked whether they have the same images.
constexpr std::size_t most_neighbours = 50;

struct words {
  session_request tree;
  std::string pipeline, version, reason;
  bool lifts = false, deletes = false;
};

error unknown_version(const declared_pipeline& pipeline,
                      const std::string& version,
                      const surroundings& around) {
  return error{exit_class::usage,
               pipeline.declared.name.str(),
               "there is no such tag or commit in this clone",
               version,
               {}}
      .with("did you mean", nearest(version, tags_in(pipeline.repository(), around)).value_or(""))
      .with("allowed", "a tag, or at least four digits of a commit")
      .with("try", "git fetch --tags");
}

/// Whether the last deploy of an environment is one of the commit, and did not come to its end.
bool is_unended(const declared_pipeline& pipeline,
                const std::string& name,
                const std::string& commit,
                const delivery& deliveries,
                const cancellation* cancelled) {
  for (const environment& place : pipeline.declared.environments) {
    if (place.name.view() != name) continue;
    const auto there = deliveries.way_of(place).look(pipeline, place, cancelled);
    return there && there->record && there->record->commit == commit && !came_to_a_good_end(*there->record);
  }
  return false;
}

std::string told(const words& said, const yank_outcome& end, const yanked& of) {
  const std::string subject = fmt::format("{}: {}", said.pipeline, of.commit.substr(0, 7));
  if (said.lifts) return subject + " is yanked no longer, and may be deployed again\n";
  std::string text = fmt::format(
      "{} is yanked: no deploy, preview, canary or rollback takes it, until: "
      "cicd yank {} {} --lift --reason '…'\n",
      subject, said.pipeline, of.commit.substr(0, 7));
  const auto add_places = [&](const std::string& words, const std::vector<std::string>& places) {
    for (const std::string& each : places)
      text += fmt::format("{} {}; what ran before is put back by: cicd rollback {} {}\n", words, each,
                          said.pipeline, each);
  };
  add_places("it still runs in", of.runs_in);
  add_places("its deploy came to no good end, so that it may run in", of.may_run_in);
  for (const std::string& each : end.deleted) text += "deleted " + displayable(each) + "\n";
  for (const std::string& each : end.kept) text += "kept: " + displayable(each) + "\n";
  return text;
}

exit_class act(words said, surroundings around) {
  result<found_environment> found = find_environment(said.tree, said.pipeline, {}, std::move(around));
  if (!found) return refused(found.error());
  const declared_pipeline& pipeline = *found->pipeline;
  const session& of = *found->of;
  const std::string& folder = pipeline.repository();
  said.pipeline = pipeline.declared.name.str();
  if (status has = check_has_artifacts(pipeline); !has) return refused(has.error());
  const interrupts stops;
  if (status fresh = bring_clone(pipeline, clone_need::fresh, of.around, &stops.asked()); !fresh)
    return stops.asked().cancelled() ? stops.kind() : refused(fresh.error());
  const std::optional<std::string> commit = commit_named(folder, said.version, of.around);
  if (!commit) return refused(unknown_version(pipeline, said.version, of.around));
  result<artifact_store> store = artifacts_of(pipeline, of.where, of.around, stops.asked());
  if (!store) return refused(store.error());
  store->take_changes();
  std::set<std::string> unended;
  const yank_ports ports{
      .artifacts = *store,
      .may = [&] { return found->deliveries->gate().may_change(change::yank, pipeline); },
      .open =
          [&](const std::string& repository) {
            return registry_for(repository, registries_of(of.where, stops.asked()), of.around);
          },
      .neighbours =
          [&] {
            std::vector<std::string> ids;
            const std::string head = git_state_of(folder, of.around).commit.value_or("");
            for (const past_commit& each : first_parents(folder, head, most_neighbours, of.around))
              ids.push_back(each.id);
            return ids;
          },
      .runs_in = [&]() -> result<std::vector<std::string>> {
        errors failures;
        auto by_commit = environments_by_commit(pipeline, *found->deliveries, &stops.asked(), failures);
        if (!failures.empty() && said.deletes) return std::move(failures.front());
        for (const std::string& each : by_commit[*commit])
          if (is_unended(pipeline, each, *commit, *found->deliveries, &stops.asked())) unended.insert(each);
        return by_commit[*commit];
      },
      .time = system_clock_port()};
  const std::string by = who(pipeline.source_directory, of.around);
  result<yank_outcome> end = yank(
      {.commit = *commit, .reason = said.reason, .who = by, .lifts = said.lifts, .deletes = said.deletes},
      ports);
  if (!end) return refused(end.error());
  yanked done{said.pipeline, said.version, *commit, by, said.reason, said.lifts};
  for (std::string& each : end->runs_in)
    (unended.contains(each) ? done.may_run_in : done.runs_in).push_back(std::move(each));
  print_out(as_called_here(told(said, *end, done)));
  tell_of(of, found->deliveries->gate(), "yank " + said.pipeline, {std::move(done)});
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command = with_tree(
      app.add_subcommand("yank", "keep the artifact of a commit from being deployed again"), said->tree);
  command->add_option("pipeline", said->pipeline, "whose artifact")->required();
  command->add_option("version", said->version, "a tag or a commit")->required();
  add_reason(command, said->reason, "why")->required();
  CLI::Option* deletes =
      command->add_flag("--delete", said->deletes, "delete its images from their registry, too");
  command->add_flag("--lift", said->lifts, "it may be deployed again")->excludes(deletes);
  acts(command, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command yank_command(add);

}  // namespace
}  // namespace driver_commands_yank

}  // namespace cicd
