// Finds the environments of a pipeline that take branches.
#pragma once

#include <utility>
#include <vector>

#include <cicd/deliver/branch/places.hpp>
#include <cicd/driver/commands/branch_places.hpp>
#include <cicd/driver/output.hpp>

namespace cicd {

namespace driver_commands_branch_places {
namespace {

struct named_place {
  std::string pipeline, environment;
};

void add_places(const declared_pipeline& of, std::vector<named_place>& to) {
  for (const environment& each : of.declared.environments)
    if (takes_branches(of, each)) to.push_back({of.declared.name.str(), each.name.str()});
}

result<std::vector<named_place>> places_in(const session_request& tree,
                                           const std::string& pipeline,
                                           const surroundings& around) {
  std::vector<named_place> places;
  if (pipeline.empty()) {
    const or_errors<session> opened = open_session(tree, around);
    if (!opened) return opened.errors.front();
    for (const declared_pipeline& each : opened->model.pipelines) add_places(each, places);
  } else {
    result<found_environment> found = find_environment(tree, pipeline, "", around);
    if (!found) return std::move(found).error();
    add_places(*found->pipeline, places);
  }
  if (!places.empty()) return places;
  return error{exit_class::usage,
               pipeline,
               "no preview and no canary is declared",
               {},
               {{"try", "pipeline_preview(<pipeline> IN <environment> HOST {slug}.example.com)"}}};
}

}  // namespace
}  // namespace driver_commands_branch_places

exit_class each_branch_environment(const session_request& tree,
                                   const std::string& pipeline,
                                   const surroundings& around,
                                   const std::function<exit_class(found_environment& found)>& visit) {
  const auto places = driver_commands_branch_places::places_in(tree, pipeline, around);
  if (!places) return refused(places.error());
  for (const auto& each : *places) {
    result<found_environment> found = find_environment(tree, each.pipeline, each.environment, around);
    if (!found) return refused(found.error());
    if (const exit_class done = visit(*found); done != exit_class::done) return done;
  }
  return exit_class::done;
}

}  // namespace cicd
