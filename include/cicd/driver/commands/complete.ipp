// `cicd complete`, called by the completion scripts with the words so far, `cicd` and the one under the
// cursor included: what may stand there, one a line.
#pragma once

#include <algorithm>
#include <iterator>

#include <CLI/CLI.hpp>

#include <cicd/declare/explain/explain.hpp>
#include <cicd/declare/parse/templates.hpp>
#include <cicd/declare/values/image_reference.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/completion.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/new_service.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/system/files.hpp>

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

texts backing_services_in(const model& of) {
  texts names;
  for (const declared_pipeline& each : of.pipelines) add_names(names, each.declared.backing_services);
  return names;
}

texts steps_in(const model& of) {
  texts names;
  for (const graph_step& each : graph_of(of).steps) names.push_back(flat_name(each.id));
  return names;
}

texts targets_in(const session& of) {
  texts names;
  for (const target& each : of.targets) names.push_back(of.cmake_name(each));
  return names;
}

texts cron_jobs_in(const model& of) {
  texts names;
  for (const declared_pipeline& each : of.pipelines) add_names(names, each.declared.cron_jobs);
  return names;
}

/// `orders`, `orders/cli`, `orders@prod`
texts images_in(const model& of) {
  texts names;
  for (const declared_pipeline& each : of.pipelines) {
    const std::string pipeline = each.declared.name.str();
    for (const image& one : each.declared.images) {
      const bool is_plain = one.name.view() == "image" || each.declared.images.size() == 1;
      names.push_back(is_plain ? pipeline : pipeline + "/" + one.name.str());
      for (const environment& place : each.declared.environments)
        names.push_back(names.back().substr(0, names.back().find('@')) + "@" + place.name.str());
    }
  }
  return names;
}

texts platforms() {
  return {std::begin(detail::platform_rule::all), std::end(detail::platform_rule::all)};
}

texts clusters_in(const model& of) {
  texts names;
  for (const declared_pipeline& each : of.pipelines)
    for (const environment& place : each.declared.environments) {
      for (const text& context : place.context) names.push_back(context.str());
      for (const eks_cluster& cluster : place.eks) names.push_back(cluster.str());
    }
  return names;
}

texts added(texts to, const texts& more) {
  to.insert(to.end(), more.begin(), more.end());
  return to;
}

const std::string& sources_of(const session& of) {
  return of.model.pipelines.empty() ? of.model.tree.source_root : of.model.pipelines.front().source_directory;
}

/// `branch=main`, `tag=v1.2.3`, `ci`
texts events_in(const session& of) {
  texts events{"ci"};
  for (const std::string& each : branches_in(sources_of(of), of.around)) events.push_back("branch=" + each);
  for (const std::string& each : tags_in(sources_of(of), of.around)) events.push_back("tag=" + each);
  return events;
}

/// By the name of what takes the value.
texts values_in(const session& of, const std::string& name) {
  const model& declared = of.model;
  if (name == "target") return added(targets_in(of), steps_in(declared));
  if (name == "step") return steps_in(declared);
  if (name == "pipeline") return pipelines_in(declared);
  if (name == "environment" || name == "from") return environments_in(declared);
  if (name == "allow-dirty") return added(environments_in(declared), {"publish"});
  if (name == "service") return services_in(declared);
  if (name == "image" || name == "images") return images_in(declared);
  if (name == "platform") return platforms();
  if (name == "needs") return backing_services_in(declared);
  if (name == "branch") return branches_in(sources_of(of), of.around);
  if (name == "version") return tags_in(sources_of(of), of.around);
  if (name == "event") return events_in(of);
  if (name == "next") return {"calendar", "major", "minor", "number", "patch", "rc"};
  if (name == "commit")
    return added(branches_in(sources_of(of), of.around), tags_in(sources_of(of), of.around));
  if (name == "run") return runs_newest_first(of.where);
  if (name == "context") return clusters_in(declared);
  const texts names = added(pipelines_in(declared), environments_in(declared));
  if (name == "names") return names;
  return name == "job" ? added(names, cron_jobs_in(declared)) : texts();
}

/// The template that the words name, or the one that made the service here.
std::string template_in(const texts& given, const template_source& from) {
  const texts names = from.names();
  const auto named = std::ranges::find_if(
      given, [&](const std::string& each) { return std::ranges::find(names, each) != names.end(); });
  if (named != given.end()) return *named;
  const auto text = read_file_if_there(present_folder() + "/" + service_record_file);
  if (!text || !*text) return {};
  const result<service_record> record = service_record_from(**text);
  return record ? record->made_from : std::string();
}

/// `framework=` of each parameter, and with it begun `framework=plain`.
texts settings_in(const texts& given, const template_source& from) {
  texts all;
  const result<declaring::pipeline_template> of = declaring::template_named(template_in(given, from), from);
  if (!of) return all;
  for (const declaring::template_parameter& each : of->parameters) {
    const bool is_boolean = each.type == declaring::parameter_type::boolean;
    if (!given.back().starts_with(each.name + "=")) all.push_back(each.name + "=");
    for (const std::string& word : is_boolean ? texts{"false", "true"} : each.allowed)
      if (given.back().starts_with(each.name + "=")) all.push_back(each.name + "=" + word);
  }
  return all;
}

/// The declarations are read only where a value is asked for.
texts values_here(const std::string& name, const texts& given, const surroundings& around) {
  const nameable here = nameable_here({}, around);
  texts all = name == "subject"    ? subjects(here.declared(), here.templates)
              : name == "template" ? here.templates.names()
              : name == "set"      ? settings_in(given, here.templates)
              : here.of            ? values_in(*here.of, name)
                                   : texts();
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
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
         completions(app, given, [&](const std::string& name) { return values_here(name, given, around); }))
      text += each + "\n";
    print_out(text);
    return exit_class::done;
  });
}

const registered_command complete_command(add);

}  // namespace
}  // namespace driver_commands_complete

}  // namespace cicd
