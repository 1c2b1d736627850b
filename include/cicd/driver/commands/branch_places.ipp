// Where the copies of a branch are: found among the environments of a pipeline.
#pragma once

#include <set>

#include <cicd/base/text.hpp>
#include <cicd/driver/commands/branch_places.hpp>

namespace cicd {

namespace driver_branch_places {
namespace {

struct wanted_place {
  std::string pipeline, environment;
  bool spreads = false;  ///< previews have namespaces of their own
};

void add_places(const declared_pipeline& of, std::vector<wanted_place>& to) {
  for (const environment& each : of.declared.environments) {
    wanted_place one{of.declared.name.str(), each.name.str(), false};
    bool has = false;
    for (const preview& declared : of.declared.previews)
      if (declared.in == each.name) {
        has = true;
        one.spreads = !declared.namespace_name.empty();
      }
    for (const canary& declared : of.declared.canaries) has = has || declared.in == each.name;
    if (has) to.push_back(std::move(one));
  }
}

result<std::vector<wanted_place>> places_in(const session_request& tree,
                                            const std::string& pipeline,
                                            const surroundings& around) {
  std::vector<wanted_place> places;
  if (pipeline.empty()) {
    const session_or_errors opened = open_session(tree, around);
    if (!opened.opened) return opened.errors.front();
    for (const declared_pipeline& each : opened.opened->model.pipelines) add_places(each, places);
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

/// Those of this environment: another namespace can have a pipeline and an environment of the same names,
/// whose branches are somebody else's.
result<std::vector<known_place>> known_in(kubernetes::cluster& with, const cluster_wave& wave, bool spreads) {
  const cluster_place& place = wave.place;
  result<std::vector<known_place>> all =
      known_places(with, place.pipeline, place.environment, spreads ? "" : place.namespace_name);
  if (!all) return all;
  std::erase_if(*all, [&](const known_place& each) {
    return each.place.branch_key.empty() || fact_of(each, branch_fact::branch).empty()
           || fact_of(each, branch_fact::home) != place.namespace_name;
  });
  return all;
}

}  // namespace
}  // namespace driver_branch_places

status visit_branch_places(const session_request& tree,
                           const std::string& pipeline,
                           const surroundings& around,
                           const cancellation* cancelled,
                           std::optional<change> what,
                           const std::function<status(const branch_place&)>& visit) {
  using namespace driver_branch_places;
  result<std::vector<wanted_place>> places = places_in(tree, pipeline, around);
  if (!places) return std::move(places).error();
  for (const wanted_place& each : *places) {
    result<found_environment> found = find_environment(tree, each.pipeline, each.environment, around);
    if (!found) return std::move(found).error();
    if (what)
      if (status may = found->deliveries->may_begin(*what, *found->pipeline, *found->place); !may) return may;
    for (cluster_wave& wave : found->waves) {
      auto with = found->deliveries->open_wave(wave, cancelled);
      if (!with) return std::move(with).error();
      result<std::vector<known_place>> all = known_in(**with, wave, each.spreads);
      if (!all) return std::move(all).error();
      if (status seen = visit({*found, wave, **with, *std::move(all)}); !seen) return seen;
    }
  }
  return {};
}

}  // namespace cicd
