// `cicd explain`: what a function, an option, a placeholder, a label, a template, a command, a declared value
// or a target means; of a target also what it would do now. Works without a build tree too, with less to ask.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/declare/explain/explain.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

namespace driver_commands_explain {
namespace {

struct words {
  session_request tree;
  std::string subject;
};

/// The name of a target or step as `run` takes it; empty where the subject is none.
std::string runnable(const session& of, const std::string& subject) {
  const std::string flat = flat_name(subject);
  const target* found = of.find_target(flat);
  if (found != nullptr) return found->command.empty() ? flat : std::string();
  for (const graph_step& each : graph_of(of.model).steps)
    if (flat_name(each.id) == flat) return each.id;
  return {};
}

/// What a target or step would do now, and why. What cannot be planned is said and takes nothing from the
/// page.
void print_plan(const words& said, const std::string& name, const surroundings& around) {
  run_request request{{.targets = {name}}, said.tree};
  print_out("\nNow it would do this:\n\n");
  (void)plan_and(request, around, [](const project_plan& plan) {
    print_out(plan.text());
    return exit_class::done;
  });
}

exit_class act(const words& said, const CLI::App& app, const surroundings& around) {
  session_request tree = said.tree;
  tree.with_lines = true;
  const nameable here = nameable_here(tree, around);
  if (said.subject.empty()) {
    print_out(explanation_index(here.declared(), here.templates));
    return exit_class::done;
  }
  const CLI::App* command = subcommand_in(app, said.subject);
  if (command != nullptr && command->get_group().empty()) command = nullptr;  // help does not list it
  const result<std::string> text = explanation(said.subject, here.declared(), here.templates);
  if (!text && command == nullptr) return refused(text.error());
  if (text) print_out(*text);
  if (command != nullptr) print_out(command->help("cicd"));
  if (const std::string name = here.of ? runnable(*here.of, said.subject) : std::string(); !name.empty())
    print_plan(said, name, around);
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* explain =
      with_tree(app.add_subcommand("explain",
                                   "explain an option, a placeholder, a label, a declared value or a target"),
                said->tree);
  explain->add_option(
      "subject", said->subject,
      "such as REPLICAS, service.replicas, {slug}, commit_id, prod, orders.api, deploy-stage; without it: "
      "what can be asked");
  acts(explain, chosen, [said, &app](const surroundings& around) { return act(*said, app, around); });
}

const registered_command explain_command(add);

}  // namespace
}  // namespace driver_commands_explain

}  // namespace cicd
