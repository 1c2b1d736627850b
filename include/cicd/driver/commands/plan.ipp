// `cicd plan`: shows what would happen and why; changes nothing.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/run.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/rehearsal.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

namespace driver_commands_plan {
namespace {

/// What the jobs of a pull request would do: what the change reaches, and of one's own branch its preview.
exit_class rehearse_request(run_words said, const std::string& text, const surroundings& around) {
  result<surroundings> there = rehearsed_request(text, around);
  if (!there) return refused(there.error());
  said.event.clear();
  said.request.rehearses_event = true;
  said.request.is_foretold = said.request.targets.empty();
  exit_class failure = exit_class::usage;
  if (said.request.targets.empty()) {
    const auto of = open_or_say(said.request.tree, *there, failure);
    if (!of) return failure;
    const bool has_previews = !ci_event_of(*there).fork;
    for (const graph_step& each : graph_of(of->model).steps)
      if (is_pure(each.kind()) || (has_previews && each.branch_copy() != nullptr))
        said.request.targets.push_back(each.id);
    affected_request& affected = said.request.affected;
    affected.is_wanted = affected.or_all = true;
    if (affected.since.empty()) affected.since = text.substr(text.find("..") + 2);
  }
  const result<run_request> request = request_of(said, *there);
  return request ? plan_targets(*request, *std::move(there)) : refused(request.error());
}

exit_class act(const run_words& said, surroundings around) {
  constexpr std::string_view request_of_change = "pull-request=";
  if (said.event.starts_with(request_of_change))
    return rehearse_request(said, said.event.substr(request_of_change.size()), around);
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
            "plan for a git event: branch=<name>, tag=<name>, pull-request=[fork:]<source>..<base>, or ci: "
            "what the CI "
            "system says happened");
  add_affected(plan, said->request.affected);
  plan->add_flag("--keep-going", said->request.keep_going, "as for run");
  plan->add_option("--out", said->request.plan_file,
                   "save the plan of each deploy, for deploy --plan and approve --plan")
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
