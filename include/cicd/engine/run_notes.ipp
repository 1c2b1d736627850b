// Commands and notes for people.
#pragma once

#include <optional>

#include <cicd/base/text.hpp>
#include <cicd/engine/run_notes.hpp>

namespace cicd {

std::map<std::string, std::string> commands_again(const session& of,
                                                  const step_graph& graph,
                                                  const project_request& request,
                                                  const std::vector<step_index>& wanted,
                                                  const std::vector<step_index>& ends) {
  std::map<std::string, std::string> commands = request.again;
  const std::string build = of.build_command();
  for (step_index step : wanted) {
    const std::string& id = graph.steps[step].id;
    if (const std::string name = of.target_of_step(id); !build.empty() && !name.empty())
      commands.try_emplace(id, build + " " + shell_quoted(name));
  }
  if (request.command.empty()) return commands;
  const bool is_of_event = request.event.kind != ref_kind::none;
  for (step_index step : is_of_event ? wanted : ends)
    if (!is_of_event || !is_pure(graph.steps[step].kind())) commands[graph.steps[step].id] = request.command;
  return commands;
}

std::vector<note> notes_of_demo(const session& of,
                                const step_graph& graph,
                                const std::vector<step_index>& wanted) {
  const std::optional<std::string> demo = of.around.get("CICD_DEMO");
  if (!demo) return {};
  const std::string launcher = shell_quoted(of.where.own() + "/cicd");
  std::vector<note> notes{{"run", shell_quoted(*demo)}};
  for (step_index step : wanted)
    if (const graph_step& each = graph.steps[step];
        each.kind() == step_kind::command && each.id.ends_with("/test"))
      notes.push_back({"log", launcher + " logs " + shell_quoted(flat_name(each.id))});
  notes.push_back({"history", launcher + " history"});
  for (const char* command : {" plan deploy-stage", " explain service.replicas", " status"})
    notes.push_back({"try next", launcher + command});
  return notes;
}

}  // namespace cicd
