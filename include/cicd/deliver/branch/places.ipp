// The states of branches in a cluster, read, and those that a name means.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/deliver/branch/places.hpp>
#include <cicd/deliver/branch/remove.hpp>
#include <cicd/kubernetes/api/deletion.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_branch_places {
namespace {

/// Previews may have namespaces of their own.
bool spreads(const declared_pipeline& pipeline, const environment& place) {
  return std::ranges::any_of(pipeline.declared.previews, [&](const preview& each) {
    return each.in == place.name && !each.namespace_name.empty();
  });
}

/// Where they may not be read there are none.
std::vector<json> ending_namespaces(kubernetes::cluster& with, const cluster_place& home) {
  const kubernetes::api_answer all =
      with.list("Namespace", "", fmt::format("{},{}=preview", home.selector(), kubernetes::track_label));
  std::vector<json> found;
  for (const json& each : all.object["items"].elements())
    if (kubernetes::is_being_deleted(each)) found.push_back(each);
  return found;
}

}  // namespace
}  // namespace deliver_branch_places

/// Those of this environment: another namespace can have a pipeline and an environment of the same names,
/// whose branches are left alone.
result<std::vector<known_place>> branches_in(kubernetes::cluster& with,
                                             const cluster_place& place,
                                             const declared_pipeline& pipeline,
                                             const environment& of) {
  const bool everywhere = deliver_branch_places::spreads(pipeline, of);
  result<std::vector<known_place>> all =
      known_places(with, place.pipeline, place.environment, everywhere ? "" : place.namespace_name);
  if (!all) return all;
  std::erase_if(*all, [&](const known_place& each) {
    return each.place.branch_key.empty() || fact_of(each, branch_fact::branch).empty()
           || fact_of(each, branch_fact::home) != place.namespace_name;
  });
  return all;
}

bool takes_branches(const declared_pipeline& pipeline, const environment& place) {
  const auto is_there = [&](const auto& each) { return each.in == place.name; };
  return std::ranges::any_of(pipeline.declared.previews, is_there)
         || std::ranges::any_of(pipeline.declared.canaries, is_there);
}

status each_branch_cluster(const action_ports& on, std::optional<change> what, const visit_branches& visit) {
  if (what)
    if (status may = on.may_begin(*what); !may) return may;
  for (std::size_t at = 0; at < on.clusters; ++at) {
    const result<open_place> opened = on.open(at);
    if (!opened) return opened.error();
    result<std::vector<known_place>> all = branches_in(*opened->with, opened->place, *on.pipeline, *on.place);
    if (!all) return std::move(all).error();
    branch_cluster there{*opened->with, *std::move(all)};
    if (deliver_branch_places::spreads(*on.pipeline, *on.place))
      there.ending = deliver_branch_places::ending_namespaces(there.with, opened->place);
    std::erase_if(there.all, [&](const known_place& each) {
      return std::ranges::any_of(there.ending, [&](const json& ending) {
        return ending["metadata"]["name"].text() == each.place.namespace_name;
      });
    });
    if (status seen = visit(there); !seen) return seen;
  }
  return {};
}

changed_place place_of(const kubernetes::cluster& with, const known_place& of) {
  return {of.place.pipeline, of.place.environment, with.name(), fact_of(of, branch_fact::branch),
          of.place.branch_key};
}

changed_place place_of(const copies_home& home, const known_place& of) {
  return {of.place.pipeline, of.place.environment, home.name(), fact_of(of, branch_fact::branch),
          of.place.branch_key};
}

}  // namespace cicd
