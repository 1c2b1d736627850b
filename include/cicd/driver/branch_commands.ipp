// The words of `cicd preview` and `cicd canary`.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/canary_commands.hpp>
#include <cicd/driver/commands.hpp>
#include <cicd/driver/preview_commands.hpp>

namespace cicd {

namespace driver_branch_commands {
namespace {

struct words {
  preview_request preview;
  canary_request canary;
};

template <typename Request>
void add_tree(CLI::App* command, Request& to) {
  command
      ->add_option("--build-root", to.tree.build_root, "the build tree; default: the one this folder is in")
      ->type_name("FOLDER");
  command->add_option("--config", to.tree.config, "the configuration of a multi-configuration generator")
      ->type_name("NAME");
}

using preview_action = exit_class (*)(const preview_request&, surroundings);
using canary_action = exit_class (*)(const canary_request&, surroundings);
using said_words = std::shared_ptr<words>;

CLI::App* add_preview(CLI::App* to,
                      const said_words& said,
                      command_action& chosen,
                      const char* name,
                      const char* what,
                      preview_action action) {
  CLI::App* command = to->add_subcommand(name, what);
  command->add_option("pipeline", said->preview.pipeline, "default: the only one, or all");
  add_tree(command, said->preview);
  command->callback([said, &chosen, action] {
    chosen = [said, action](surroundings around) { return action(said->preview, std::move(around)); };
  });
  return command;
}

CLI::App* add_canary(CLI::App* to,
                     const said_words& said,
                     command_action& chosen,
                     const char* name,
                     const char* what,
                     canary_action action) {
  CLI::App* command = to->add_subcommand(name, what);
  command->add_option("pipeline", said->canary.pipeline)->required();
  command->add_option("environment", said->canary.environment)->required();
  command
      ->add_option("--context", said->canary.context,
                   "of the cluster, where there are several; default: the first")
      ->type_name("NAME");
  command->add_option("--service", said->canary.service, "where several may have a canary")
      ->type_name("NAME");
  add_tree(command, said->canary);
  command->callback([said, &chosen, action] {
    chosen = [said, action](surroundings around) { return action(said->canary, std::move(around)); };
  });
  return command;
}

void add_previews(CLI::App& app, const said_words& said, command_action& chosen) {
  CLI::App* previews = app.add_subcommand("preview", "the copies that branches have beside the real service");
  previews->require_subcommand(1);
  add_preview(previews, said, chosen, "list", "who has one, where it answers, how it is, when it ends",
              list_previews)
      ->add_flag("--json", said->preview.as_json, "print JSON instead of text");
  CLI::App* remove = add_preview(previews, said, chosen, "remove", "remove a branch's copy", remove_previews);
  remove->add_option("branch", said->preview.branch, "default: the one that is checked out");
  remove->add_flag("--with-claims", said->preview.with_claims,
                   "PersistentVolumeClaims too, and what is stored in them");
  add_preview(previews, said, chosen, "sweep", "remove those whose branch is gone or whose time is over",
              sweep_previews)
      ->add_flag("--dry-run", said->preview.dry_run, "only say which");
  add_preview(previews, said, chosen, "plan", "what deploying the branch at hand would do", plan_previews)
      ->add_flag("--json", said->preview.as_json, "print JSON instead of text");
  add_preview(previews, said, chosen, "deploy", "build the branch at hand and deploy it", deploy_previews);
}

void add_canaries(CLI::App& app, const said_words& said, command_action& chosen) {
  CLI::App* canaries = app.add_subcommand("canary", "a branch's pods among those of an environment");
  canaries->require_subcommand(1);
  const auto add_share = [&](CLI::App* command) {
    return command->add_option("--share", said->canary.share, "such as 10%; default: as declared")
        ->type_name("SHARE");
  };
  const auto add_branch = [&](CLI::App* command) {
    command->add_option("--branch", said->canary.branch, "where several run")->type_name("NAME");
  };
  add_share(add_canary(canaries, said, chosen, "start", "build the branch at hand and let it take its share",
                       start_canary));
  CLI::App* set = add_canary(canaries, said, chosen, "set", "give it another share", set_canary);
  set->add_option("share", said->canary.share, "such as 25%")->required();
  CLI::App* status =
      add_canary(canaries, said, chosen, "status", "its pods and share beside production's", show_canary);
  status->add_flag("--json", said->canary.as_json, "print JSON instead of text");
  CLI::App* end = add_canary(canaries, said, chosen, "end", "take its pods away", stop_canary);
  for (CLI::App* each : {set, status, end}) add_branch(each);
}

}  // namespace
}  // namespace driver_branch_commands

void add_branch_commands(CLI::App& app, command_action& chosen) {
  using namespace driver_branch_commands;
  const auto said = std::make_shared<words>();
  add_previews(app, said, chosen);
  add_canaries(app, said, chosen);
}

}  // namespace cicd
