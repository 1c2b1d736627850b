// `cicd hold set|release|show`: keeps deploys away from an environment, or lets them in again.
#pragma once

#include <memory>

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
  bool as_json = false;
};
using act = exit_class (*)(const words&, const std::string&, const surroundings&);

/// Changes the hold of the environment as `act` does.
exit_class change_hold_of(const words& said,
                          const std::string& pipeline,
                          const surroundings& around,
                          const char* word,
                          const action_on& act) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  return act_on(ports_of(*found, nullptr), found->of->where,
                fmt::format("hold {} {}/{}", word, pipeline, said.environment()), action_printer(), act);
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

exit_class set_one(const words& said, const std::string& pipeline, const surroundings& around) {
  return change_hold_of(said, pipeline, around, "set", [&](const action_ports& on) -> status {
    const result<std::string> version = held_version(said.version, on, around);
    if (!version) return version.error();
    return set_hold({said.reason, *version}, on);
  });
}

exit_class release_one(const words& said, const std::string& pipeline, const surroundings& around) {
  return change_hold_of(said, pipeline, around, "release", release_hold);
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

exit_class show(const words& said, const surroundings& around) {
  json all(json::array{});
  const exit_class end = for_each_pipeline(said, around, [&](const std::string& pipeline) {
    result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
    if (!found) return refused(found.error());
    const status shown =
        show_hold(ports_of(*found, nullptr), [&](const changed_place& at, const seen_environment& seen) {
          if (said.as_json) {
            all.push(json_of(at, seen));
            return;
          }
          if (seen.state.hold || !seen.reverted) print_out(hold_line(at, seen.state.hold));
          if (seen.reverted) print_out(revert_line(at, *seen.reverted));
        });
    return shown ? exit_class::done : refused(shown.error());
  });
  if (said.as_json && end == exit_class::done)
    print_json(json().set("schema", 1).set("holds", std::move(all)));
  return end;
}

void add(CLI::App& app, command_action& chosen) {
  CLI::App* hold = app.add_subcommand("hold", "hold deploys to an environment, or release the hold");
  hold->require_subcommand(1);
  const auto add_one = [&](const char* name, const char* what, act does) {
    const auto said = std::make_shared<words>();
    CLI::App* command = hold->add_subcommand(name, what);
    add_names(command, *said);
    if (does == set_one) {
      add_reason(command, said->reason, "why")->required();
      command->add_option("--version", said->version, "refuse only this version: a tag or a commit")
          ->type_name("VERSION");
    }
    acts_for_each(command, chosen, said, does);
  };
  add_one("set", "refuse deploys until the hold is released", set_one);
  add_one("release", "allow deploys again, and say what was held", release_one);
  const auto said = std::make_shared<words>();
  CLI::App* command = hold->add_subcommand("show", "show who holds deploys, since when and why");
  add_names(command, *said);
  with_json(command, said->as_json);
  acts(command, chosen, [said](const surroundings& around) { return show(*said, around); });
}

const registered_command hold_command(add);

}  // namespace
}  // namespace driver_commands_hold

}  // namespace cicd
