// `cicd complete`, called by the completion scripts with the words so far, `cicd` and the one under the
// cursor included: what may stand there, one a line.
#pragma once

#include <CLI/CLI.hpp>

#include <cicd/declare/explain/explain.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/completion.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

namespace driver_commands_complete {
namespace {

using texts = std::vector<std::string>;

void add_names(texts& to, const auto& named) {
  for (const auto& each : named)
    if (std::ranges::find(to, each.name.view()) == to.end()) to.push_back(each.name.str());
}

texts pipelines_in(const model& of) {
  texts names;
  for (const declared_pipeline& each : of.pipelines) names.push_back(each.declared.name.str());
  return names;
}

texts environments_in(const model& of) {
  texts names;
  for (const declared_pipeline& each : of.pipelines) add_names(names, each.declared.environments);
  return names;
}

texts services_in(const model& of) {
  texts names;
  for (const declared_pipeline& each : of.pipelines) {
    add_names(names, each.declared.services);
    add_names(names, each.declared.cron_jobs);
  }
  return names;
}

texts steps_in(const model& of) {
  texts names;
  for (const graph_step& each : graph_of(of).steps) names.push_back(flat_name(each.id));
  return names;
}

texts targets_in(const session& of) {
  texts names;
  for (const target& each : of.targets) names.push_back(each.name);
  return names;
}

/// By the name of what takes the value.
texts values_in(const session& of, const std::string& name) {
  if (name == "target") return targets_in(of);
  if (name == "step") return steps_in(of.model);
  if (name == "pipeline") return pipelines_in(of.model);
  if (name == "environment" || name == "allow-dirty") return environments_in(of.model);
  if (name == "service") return services_in(of.model);
  if (name != "names") return {};
  texts names = pipelines_in(of.model), places = environments_in(of.model);
  names.insert(names.end(), places.begin(), places.end());
  return names;
}

/// The declarations are read only where a value is asked for.
texts values_here(const std::string& name, const surroundings& around) {
  const nameable here = nameable_here({}, around);
  if (name == "subject") return subjects(here.declared(), here.templates);
  return here.of ? values_in(*here.of, name) : texts();
}

void add(CLI::App& app, command_action& chosen) {
  CLI::App* complete = app.add_subcommand("complete", "words for completion")->group("");
  complete->prefix_command();
  acts(complete, chosen, [&app, complete](const surroundings& around) {
    texts given = complete->remaining();
    if (given.size() < 2) return exit_class::done;
    given.erase(given.begin());
    std::string text;
    for (const std::string& each :
         completions(app, given, [&](const std::string& name) { return values_here(name, around); }))
      text += each + "\n";
    print_out(text);
    return exit_class::done;
  });
}

const registered_command complete_command(add);

}  // namespace
}  // namespace driver_commands_complete

}  // namespace cicd
