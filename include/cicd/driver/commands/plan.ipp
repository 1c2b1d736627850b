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

exit_class act(const run_words& said, surroundings around) {
  const result<run_request> request = request_of(said, around);
  return request ? plan_targets(*request, std::move(around)) : refused(request.error());
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<run_words>();
  CLI::App* plan = with_tree(app.add_subcommand("plan", "show what would happen and why; change nothing"),
                             said->request.tree);
  with_json(plan, said->request.as_json);
  plan->add_option("target", said->request.targets,
                   "targets or steps; default: all, or what the event sets off");
  add_event(plan, said->event,
            "plan for a git event: branch=<name>, tag=<name>, or ci: what the CI system says happened");
  add_affected(plan, said->request.affected);
  plan->add_flag("--keep-going", said->request.keep_going, "as for run");
  plan->add_option("--out", said->request.plan_file,
                   "save the plan of each deploy to a cluster, for deploy --plan")
      ->type_name("FILE");
  add_allow_dirty(plan, said->allow_dirty, "as for run");
  plan->add_flag("--ask-gates", said->request.ask_gates,
                 "run the program of GATE, too: it is the only one that a plan runs");
  add_take_over(plan, said->request.take_over);
  acts(plan, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command plan_command(add);

}  // namespace
}  // namespace driver_commands_plan

}  // namespace cicd
