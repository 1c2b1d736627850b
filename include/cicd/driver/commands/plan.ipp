// `cicd plan`: shows what would happen and why; changes nothing.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/run.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_plan {
namespace {

struct words : run_words {
  std::string event;
};

result<git_event> event_from(const std::string& text) {
  const auto equals = text.find('=');
  const std::string kind = text.substr(0, equals);
  const std::string name = equals == std::string::npos ? std::string() : text.substr(equals + 1);
  if (kind == "tag" && ref_pattern::accepts(name)) return git_event{ref_kind::tag, name};
  if (kind == "branch" && ref_pattern::accepts(name)) return git_event{ref_kind::branch, name};
  return error{exit_class::usage,
               {},
               "not a git event",
               text,
               {{"allowed", "branch=<name> or tag=<name>, such as tag=v1.2.3"}}};
}

exit_class act(const words& said, surroundings around) {
  run_request request = request_of(said);
  if (!said.event.empty()) {
    result<git_event> event = event_from(said.event);
    if (!event) return refused(event.error());
    request.event = *std::move(event);
  }
  return plan_targets(request, std::move(around));
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* plan = with_tree(app.add_subcommand("plan", "show what would happen and why; change nothing"),
                             said->request.tree);
  with_json(plan, said->request.as_json);
  plan->add_option("target", said->request.targets,
                   "targets or steps; default: all, or what the event sets off");
  plan->add_option("--event", said->event, "plan for a git event: branch=<name> or tag=<name>")
      ->type_name("EVENT");
  plan->add_option("--out", said->request.plan_file,
                   "save the plan of each deploy to a cluster, for deploy --plan")
      ->type_name("FILE");
  add_allow_dirty(plan, said->allow_dirty, "as for run");
  add_take_over(plan, said->request.take_over);
  acts(plan, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command plan_command(add);

}  // namespace
}  // namespace driver_commands_plan

}  // namespace cicd
