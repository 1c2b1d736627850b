// `cicd explain`: what a function, an option, a placeholder, a label, a template, a command, a declared value
// or a target means; of a target also what it would do now, as far as that can be known without asking
// anything outside of this machine. Works without a build tree too, with less to ask.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include <cicd/declare/explain/explain.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/driver/command_view.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/target_view.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/run_command.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_explain {
namespace {

struct words {
  session_request tree;
  std::string subject;
  bool as_json = false;
};

/// A target, or the step that has none of its own.
std::optional<target> target_named(const session& of, const std::string& subject) {
  const std::string flat = flat_name(subject);
  if (const target* found = of.find_target(flat)) return *found;
  for (const graph_step& each : graph_of(of.model).steps)
    if (flat_name(each.id) == flat) {
      target made;
      made.name = flat;
      made.pipeline = each.pipeline->declared.name.str();
      made.description = "runs the step " + each.id;
      made.steps = {each.id};
      return made;
    }
  return std::nullopt;
}

/// What cannot be planned is said and takes nothing from the page.
explained page_of_target(const target& of, const session& in, const words& said, const surroundings& around) {
  const delivery deliveries(in.where, in.around, system_clock_port(), {});
  target_view view =
      view_of(of, in, [&](const environment& place) -> const way& { return deliveries.way_of(place); });
  const run_request request{{.targets = local_steps(view)}, said.tree};
  if (!request.targets.empty())
    (void)plan_and(request, around, [&](const project_plan& plan) {
      tell_plan(view, plan.steps(), plan.graph());
      return exit_class::done;
    });
  return page_of(view);
}

exit_class print_index(const nameable& here, bool as_json) {
  if (as_json)
    print_json(members_of("schema", 1, "subjects", json_texts(subjects(here.declared(), here.templates))));
  else
    print_out(explanation_index(here.declared(), here.templates));
  return exit_class::done;
}

void print_pages(const std::vector<explained>& pages, const words& said) {
  json all(json::array{});
  std::string text;
  for (const explained& each : pages) {
    text += (text.empty() ? "" : "\n") + each.text;
    all.push(each.data);
  }
  if (said.as_json)
    print_json(members_of("schema", 1, "subject", said.subject, "pages", std::move(all)));
  else
    print_out(text);
}

exit_class act(const words& said, const CLI::App& app, const surroundings& around) {
  session_request tree = said.tree;
  tree.with_lines = true;
  const nameable here = nameable_here(tree, around);
  if (said.subject.empty()) return print_index(here, said.as_json);
  result<std::vector<explained>> pages = explanations(said.subject, here.declared(), here.templates);
  if (!pages) return refused(pages.error());
  if (here.of)
    if (const auto found = target_named(*here.of, said.subject))
      pages->insert(pages->begin(), page_of_target(*found, *here.of, said, around));
  if (pages->empty()) *pages = mentions_of(said.subject);
  const CLI::App* command = subcommand_in(app, said.subject);
  if (command != nullptr && !command->get_group().empty())
    pages->push_back(page_of(*command));  // help lists it
  if (pages->empty()) {
    std::vector<std::string> known = subjects(here.declared(), here.templates);
    const std::vector<std::string> commands = commands_of(app);
    known.insert(known.end(), commands.begin(), commands.end());
    return refused(unknown_subject(said.subject, known));
  }
  print_pages(*pages, said);
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
  with_json(explain, said->as_json);
  acts(explain, chosen, [said, &app](const surroundings& around) { return act(*said, app, around); });
}

const registered_command explain_command(add);

}  // namespace
}  // namespace driver_commands_explain

}  // namespace cicd
