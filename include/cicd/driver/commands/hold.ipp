// `cicd hold set|release|show`: keeps deploys away from an environment, or lets them in again.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/chosen_commit.hpp>
#include <cicd/deliver/policy/hold.hpp>
#include <cicd/driver/action_output.hpp>
#include <cicd/driver/commands/act_on.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_hold {
namespace {

struct words : environment_words {
  std::string reason, version;
  bool as_json = false, everywhere = false;
};
/// An environment of a pipeline, by name.
struct held_place {
  std::string pipeline, environment;
  std::shared_ptr<session> in{};          ///< the build tree, where it is open; else it is opened
  const command_notices* told = nullptr;  ///< who is notified of several at once
};
using act = std::function<exit_class(const words&, const held_place&, const surroundings&)>;

status check_names(const words& said) {
  if (said.everywhere == said.names.empty()) return {};
  return error{
      exit_class::usage,
      {},
      said.everywhere ? "--all means every environment, so none is named" : "no environment is named",
      said.everywhere ? std::optional(joined(said.names, " ")) : std::nullopt,
      {{"allowed", "[<pipeline>] <environment>, or --all"}}};
}

/// Those that are named, or all of the build tree. One that fails stops no other: a stop of all deploys must
/// not end at the first cluster that does not answer.
exit_class for_each_place(const words& said, const surroundings& around, const act& does) {
  if (status fine = check_names(said); !fine) return refused(fine.error());
  exit_class first = exit_class::done;
  bool is_interrupted = false;
  const auto note = [&](exit_class end) {
    is_interrupted = is_interruption(end);
    if (first == exit_class::done || is_interrupted) first = end;
    return is_interrupted ? end : exit_class::done;
  };
  if (!said.everywhere) {
    const exit_class known = for_each_pipeline(said, around, [&](const std::string& pipeline) {
      return note(does(said, {pipeline, said.environment(), {}, nullptr}, around));
    });
    return known == exit_class::done ? first : known;
  }
  exit_class failure = exit_class::usage;
  auto opened = open_or_say(said.tree, around, failure);
  if (!opened) return failure;
  const auto of = std::make_shared<session>(*std::move(opened));
  delivery deliveries(of->where, of->around, system_clock_port(), {});
  const command_notices told = notices_of(*of, deliveries.gate());
  for (const declared_pipeline& pipeline : of->model.pipelines)
    for (const environment& place : pipeline.declared.environments)
      if (!is_interrupted)
        note(does(said, {pipeline.declared.name.str(), place.name.str(), of, &told}, around));
  print_warnings(told.ended());
  return first;
}

result<found_environment> found_at(const words& said, const held_place& at, const surroundings& around) {
  return at.in ? find_environment(at.in, at.pipeline, at.environment)
               : find_environment(said.tree, at.pipeline, at.environment, around);
}

/// Changes the hold of the environment as `act` does.
exit_class change_hold_of(const words& said,
                          const held_place& at,
                          const surroundings& around,
                          const char* word,
                          const action_on& act) {
  result<found_environment> found = found_at(said, at, around);
  if (!found) return refused(found.error());
  if (!said.version.empty())
    if (status there = bring_sources(*found, clone_need::there); !there) return refused(there.error());
  action_ports on = ports_of(*found, nullptr);
  if (at.told != nullptr) {
    on.also = at.told->hear;
    on.ended = {};
  }
  return act_on(std::move(on), found->of->where,
                fmt::format("hold {} {}/{}", word, at.pipeline, at.environment), action_printer(), act);
}

/// The version as records have it, of a tag (with or without what stands before its `*`) or a commit.
result<std::string> held_version(const std::string& given,
                                 const action_ports& on,
                                 const surroundings& around) {
  if (given.empty()) return std::string();
  const look_at_environment never = [](const environment&) { return std::optional<deployment_record>(); };
  const result<chosen_commit> by_tag =
      chosen_commit_of({given, {}, {}}, *on.pipeline, *on.place, never, around);
  if (by_tag) return by_tag->tag.empty() ? by_tag->short_commit() : by_tag->tag;
  const result<chosen_commit> by_commit =
      chosen_commit_of({{}, given, {}}, *on.pipeline, *on.place, never, around);
  if (by_commit) return by_commit->short_commit();
  return by_tag.error();
}

exit_class set_one(const words& said, const held_place& at, const surroundings& around) {
  return change_hold_of(said, at, around, "set", [&](const action_ports& on) -> status {
    const result<std::string> version = held_version(said.version, on, around);
    if (!version) return version.error();
    return set_hold({said.reason, *version, said.everywhere}, on);
  });
}

exit_class release_one(const words& said, const held_place& at, const surroundings& around) {
  return change_hold_of(said, at, around, "release",
                        [&](const action_ports& on) { return release_hold(said.everywhere, on); });
}

json json_of(const changed_place& at, const seen_environment& seen) {
  json one = json()
                 .set("pipeline", at.pipeline)
                 .set("environment", at.environment)
                 .set("cluster", at.cluster)
                 .set("hold", seen.state.hold ? cicd::json_of(*seen.state.hold) : json());
  if (!seen.reverted) return one.set("put_back_by_hand", json());
  json revert;
  revert.set("commit", seen.reverted->commit).set("who", seen.reverted->who);
  revert.set("when", utc_text(seen.reverted->when)).set("left", seen.reverted->left);
  return one.set("put_back_by_hand", std::move(revert));
}

exit_class show_one(const words& said, const held_place& where, const surroundings& around, json& all) {
  result<found_environment> found = found_at(said, where, around);
  if (!found) return refused(found.error());
  const status shown =
      show_hold(ports_of(*found, nullptr), [&](const changed_place& at, const seen_environment& seen) {
        if (said.as_json) {
          all.push(json_of(at, seen));
          return;
        }
        if (seen.state.hold || (!seen.reverted && !said.everywhere))
          print_out(hold_line(at, seen.state.hold));
        if (seen.reverted) print_out(revert_line(at, *seen.reverted));
      });
  return shown ? exit_class::done : refused(shown.error());
}

/// What could be read is shown, also where something could not.
exit_class show(const words& said, const surroundings& around) {
  json all(json::array{});
  const exit_class end =
      for_each_place(said, around, [&](const words& of, const held_place& at, const surroundings& with) {
        return show_one(of, at, with, all);
      });
  if (said.as_json) print_json(json().set("schema", 1).set("holds", std::move(all)));
  return end;
}

/// `[<pipeline>] <environment>` or `--all`.
void add_places(CLI::App* command, words& said, const char* all) {
  command
      ->add_option("names", said.names,
                   "[<pipeline>] <environment>; without a pipeline: every one that has it")
      ->expected(0, 2);
  command->add_flag("--all", said.everywhere, all);
  with_tree(command, said.tree);
}

void add(CLI::App& app, command_action& chosen) {
  CLI::App* hold = app.add_subcommand("hold", "hold deploys to an environment, or release the hold");
  hold->require_subcommand(1);
  const auto add_one = [&](const char* name, const char* what, const act& does) {
    const auto said = std::make_shared<words>();
    CLI::App* command = hold->add_subcommand(name, what);
    add_places(command, *said, "every environment of the build tree");
    acts(command, chosen,
         [said, does](const surroundings& around) { return for_each_place(*said, around, does); });
    return std::pair(command, said);
  };
  const auto [set, to_set] = add_one("set", "refuse deploys until the hold is released", set_one);
  add_reason(set, to_set->reason, "why")->required();
  set->add_option("--version", to_set->version, "refuse only this version: a tag or a commit")
      ->type_name("VERSION");
  add_one("release", "allow deploys again, and say what was held", release_one);
  const auto said = std::make_shared<words>();
  CLI::App* command = hold->add_subcommand("show", "show who holds deploys, since when and why");
  add_places(command, *said, "every environment of the build tree; only those that are held");
  with_json(command, said->as_json);
  acts(command, chosen, [said](const surroundings& around) { return show(*said, around); });
}

const registered_command hold_command(add);

}  // namespace
}  // namespace driver_commands_hold

}  // namespace cicd
