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

exit_class show_one(const words& said, const std::string& pipeline, const surroundings& around) {
  result<found_environment> found = find_environment(said.tree, pipeline, said.environment(), around);
  if (!found) return refused(found.error());
  const status shown =
      show_hold(ports_of(*found, nullptr), [](const changed_place& at, const seen_environment& seen) {
        if (seen.state.hold || !seen.reverted) print_out(hold_line(at, seen.state.hold));
        if (seen.reverted) print_out(revert_line(at, *seen.reverted));
      });
  return shown ? exit_class::done : refused(shown.error());
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
      command->add_option("--version", said->version, "hold only this version")->type_name("VERSION");
    }
    acts_for_each(command, chosen, said, does);
  };
  add_one("set", "no deploy until it is released", set_one);
  add_one("release", "deploys are let in again", release_one);
  add_one("show", "who holds it, and why", show_one);
}

const registered_command hold_command(add);

}  // namespace
}  // namespace driver_commands_hold

}  // namespace cicd
