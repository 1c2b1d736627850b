// `cicd promote`: takes the artifact of a commit to an environment, whatever is checked out.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/awaited_artifact.hpp>
#include <cicd/deliver/chosen_commit.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/engine/recorder.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

namespace driver_commands_promote {
namespace {

struct words {
  session_request tree;
  std::string pipeline, environment, reason, wait;
  commit_choice choice;
  std::vector<std::string> allow_dirty, take_over;
  bool is_hotfix = false, as_json = false;
};

status check_words(const words& said) {
  const auto wrong = [&](std::string what, std::string value) {
    return error{
        exit_class::usage, said.pipeline + "/" + said.environment, std::move(what), std::move(value), {}};
  };
  if (said.is_hotfix && said.reason.empty())
    return wrong("--hotfix needs a reason, which is recorded", {}).with("try", "--hotfix --reason '…'");
  if (!said.is_hotfix && !said.reason.empty())
    return wrong("--reason means nothing without --hotfix", said.reason).with("try", "--hotfix --reason '…'");
  if (said.wait.empty()) return {};
  const result<duration> wait = length_in("--wait", said.wait);
  return wait ? status() : wait.error();
}

status check_images(const found_environment& found) {
  status has = check_has_artifacts(*found.pipeline);
  if (has) return has;
  return std::move(has).error().with(
      "try",
      fmt::format("cicd run {}.deploy-{}", found.pipeline->declared.name.view(), found.place->name.view()));
}

status wait_for_artifact(const words& said,
                         const found_environment& found,
                         const chosen_commit& what,
                         const cancellation& cancelled) {
  if (said.wait.empty()) return {};
  const session& of = *found.of;
  const result<artifact_store> store = artifacts_of(*found.pipeline, of.where, of.around, cancelled);
  if (!store) return store.error();
  awaited_artifact awaited;
  awaited.subject = found.pipeline->declared.name.str() + "/" + found.place->name.str();
  awaited.commit = what.commit;
  awaited.limit = std::chrono::milliseconds(duration::from(said.wait).milliseconds());
  awaited.is_there = [&]() -> result<bool> {
    const result<std::optional<stored_artifact>> there = store->read(what.commit);
    if (!there) return there.error();
    return there->has_value();
  };
  awaited.under_way = [&] { return runs_under_way(of.where); };
  awaited.say = [&](const std::string& line) {
    if (!said.as_json) print_out(line + "\n");
  };
  return wait_for(awaited, system_clock_port(), cancelled);
}

run_request request_for(const words& said, const found_environment& found, const chosen_commit& what) {
  run_request request;
  request.tree = said.tree;
  request.targets = {deploy_step_of(found.pipeline->declared.name.view(), found.place->name.view())};
  request.allow_dirty = {said.allow_dirty.begin(), said.allow_dirty.end()};
  request.take_over = said.take_over;
  request.command = said.tree.command();
  request.by_hand[found.pipeline->declared.name.str()] = {what.commit, what.tag,
                                                          said.is_hotfix ? said.reason : std::string()};
  return request;
}

json json_of(const deployed& told) {
  return json()
      .set("id", told.record.id)
      .set("version", told.record.version)
      .set("commit", told.record.commit)
      .set("generation", told.record.generation)
      .set("cluster", told.at.cluster)
      .set("who", told.record.who);
}

json json_of(const proposed& told) {
  return json()
      .set("id", told.record.id)
      .set("version", told.record.version)
      .set("commit", told.record.commit)
      .set("link", told.link);
}

exit_class promote_as_json(const run_request& request,
                           const chosen_commit& what,
                           const surroundings& around) {
  exit_class failure = exit_class::usage;
  or_errors<project> opened = project::open(request.tree, around);
  opened.warnings.clear();
  const std::optional<project> of = made_or_said(std::move(opened), failure);
  if (!of) return failure;
  json deployments(json::array{}), proposals(json::array{});
  std::optional<error> why;
  run_listener listener;
  listener.hear = [&](const event& happened) {
    if (const auto* told = std::get_if<deployed>(&happened.body)) deployments.push(json_of(*told));
    if (const auto* told = std::get_if<proposed>(&happened.body)) proposals.push(json_of(*told));
    if (const auto* end = std::get_if<step_ended>(&happened.body))
      if (end->failure) why = end->failure;
  };
  const run_outcome outcome = of->run(request, {listener});
  if (!outcome.errors.empty()) why = outcome.errors.front();
  json document;
  document.set("schema", 1);
  document.set("outcome", std::string(word_for(outcome.kind)));
  document.set("commit", what.commit);
  if (!what.tag.empty()) document.set("tag", what.tag);
  if (!what.from.empty()) document.set("from", what.from);
  document.set("run", outcome.id);
  document.set("deployed", std::move(deployments)).set("proposed", std::move(proposals));
  if (why) document.set("error", text_of(*why));
  print_json(document);
  return outcome.kind;
}

exit_class act(const words& said, const surroundings& around) {
  if (status can = check_words(said); !can) return refused(can.error());
  const result<found_environment> found =
      find_environment(said.tree, said.pipeline, said.environment, around);
  if (!found) return refused(found.error());
  if (status can = check_images(*found); !can) return refused(can.error());
  result<chosen_commit> what = error{};
  {
    const interrupts stop;
    if (status fresh = bring_clone(*found->pipeline, clone_need::fresh, around, &stop.asked()); !fresh)
      return stop.asked().cancelled() ? stop.kind() : refused(fresh.error());
    what = chosen_commit_of(said.choice, *found->pipeline, *found->place, look_in(*found, stop.asked()),
                            found->of->around);
    if (!what) return refused(what.error());
    if (status there = wait_for_artifact(said, *found, *what, stop.asked()); !there)
      return stop.asked().cancelled() ? stop.kind() : refused(there.error());
  }
  const run_request request = request_for(said, *found, *what);
  if (said.as_json) return promote_as_json(request, *what, around);
  print_out(fmt::format("{}/{}: commit {}{}{}\n", found->pipeline->declared.name.view(),
                        found->place->name.view(), what->short_commit(),
                        what->tag.empty() ? "" : ", tag " + displayable(what->tag),
                        what->from.empty() ? "" : ", which runs in " + what->from));
  return run_targets(request, around);
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command = with_tree(
      app.add_subcommand("promote", "deploy the artifact of a commit, whatever is checked out"), said->tree);
  command->add_option("pipeline", said->pipeline, "whose artifact")->required();
  command->add_option("environment", said->environment, "where it goes")->required();
  add_choice(command, said->choice);
  command->add_flag("--hotfix", said->is_hotfix,
                    "pass over FROM, SOAK, WINDOW, UPSTREAM and GATE; never over a yank, a hold, an approval "
                    "or AWAIT; it is recorded");
  add_reason(command, said->reason, "why it is a hotfix, kept in the record");

  command->add_option("--wait", said->wait, "wait for the artifact so long, while it is built elsewhere")
      ->type_name("TIME");
  add_allow_dirty(command, said->allow_dirty,
                  "take a declaration with uncommitted changes for this environment");
  add_take_over(command, said->take_over);
  with_json(command, said->as_json);
  acts(command, chosen, [said](const surroundings& around) { return act(*said, around); });
}

const registered_command promote_command(add);

}  // namespace
}  // namespace driver_commands_promote

}  // namespace cicd
