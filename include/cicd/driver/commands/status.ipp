// `cicd status`: what is deployed where, and the last run. It changes nothing.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/cron_board.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_status {
namespace {

/// What `status` tells of one environment.
struct shown_environment {
  std::string address;
  std::optional<deployment_record> record;
  std::vector<note> remarks;  ///< a hold, a deploy that did not end, cron jobs whose last run failed
};

/// Of several clusters each is looked at; the record is that of the first.
result<shown_environment> look_at(const session& of,
                                  const delivery& releases,
                                  const declared_pipeline& pipeline,
                                  const environment& place) {
  shown_environment seen{releases.way_of(place).address_of(pipeline, place), {}, {}};
  if (!can(place.via, way_feature::cluster)) {
    result<deployed_release> there = releases.way_of(place).look(pipeline, place, nullptr);
    if (!there) return std::move(there).error();
    seen.record = std::move(there->record);
    return seen;
  }
  for (cluster_wave& wave : waves_of(of.where, pipeline, place)) {
    auto with = open_wave(wave, of.around, nullptr);
    if (!with) return std::move(with).error();
    result<cluster_state> state = read_cluster_state(**with, wave.place);
    if (!state) return std::move(state).error();
    if (state->record && state->record->outcome != "deployed")
      seen.remarks.push_back({state->record->outcome, "in " + (*with)->name()});
    if (state->hold)
      seen.remarks.push_back({state->hold->version.empty() ? "on hold" : "held out: " + state->hold->version,
                              fmt::format("by {} since {}: {}", state->hold->who, utc_text(state->hold->when),
                                          state->hold->reason)});
    for (note& each : failed_cron_runs(**with, wave.place)) seen.remarks.push_back(std::move(each));
    if (!seen.record) seen.record = std::move(state->record);
  }
  return seen;
}

json json_of(const shown_environment& seen, const declared_pipeline& pipeline, const environment& place) {
  json one, remarks(json::array{});
  for (const note& each : seen.remarks) {
    json remark;
    remark.set("about", each.label);
    remark.set("text", each.text);
    remarks.push(std::move(remark));
  }
  one.set("pipeline", pipeline.declared.name.str());
  one.set("environment", place.name.str());
  one.set("address", seen.address);
  one.set("record", seen.record ? json_of(*seen.record) : json());
  one.set("remarks", std::move(remarks));
  return one;
}

std::string text_of(const shown_environment& seen,
                    const declared_pipeline& pipeline,
                    const environment& place) {
  std::string text =
      fmt::format("{} {}  {}\n", pipeline.declared.name.view(), place.name.view(), seen.address);
  text += seen.record ? table_of({row_of(*seen.record)}) : "  never deployed\n";
  if (seen.record)
    for (const auto& [name, image] : seen.record->images)
      text += fmt::format("  {}  {}\n", name, displayable(image.reference));
  for (const note& each : seen.remarks)
    text += fmt::format("  ! {}: {}\n", displayable(each.label), displayable(each.text));
  return text;
}

exit_class act(const session_request& tree, bool as_json, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(tree, std::move(around), failure);
  if (!of) return failure;
  delivery releases(of->where, of->around, system_clock_port(), {});
  json places{json::array{}};
  std::string text;
  cicd::errors unreachable;  // a cluster that does not answer hides none of the others
  for (const declared_pipeline& pipeline : of->model.pipelines)
    for (const environment& place : pipeline.declared.environments) {
      const result<shown_environment> seen = look_at(*of, releases, pipeline, place);
      if (!seen && can(place.via, way_feature::cluster)) {
        unreachable.push_back(seen.error());
        continue;
      }
      if (!seen) return refused(seen.error());
      places.push(json_of(*seen, pipeline, place));
      text += text_of(*seen, pipeline, place);
    }
  const auto runs = last_runs(*of, 1);
  if (!runs) return refused(runs.error());
  if (as_json) {
    json document;
    document.set("schema", 1);
    document.set("environments", std::move(places));
    document.set("last_run", runs->empty() ? json() : json_of(runs->front()));
    print_json(document);
  } else {
    text += runs->empty() ? "no run yet\n" : "last run\n" + table_of({row_of(runs->front())});
    print_out(text);
  }
  print_errors(unreachable);
  return unreachable.empty() ? exit_class::done : unreachable.front().kind;
}

void add(CLI::App& app, command_action& chosen) {
  struct words {
    session_request tree;
    bool json = false;
  };
  const auto said = std::make_shared<words>();
  CLI::App* status =
      with_tree(app.add_subcommand("status", "what is deployed where, and the last run"), said->tree);
  with_json(status, said->json);
  acts(status, chosen,
       [said](surroundings around) { return act(said->tree, said->json, std::move(around)); });
}

const registered_command status_command(add);

}  // namespace
}  // namespace driver_commands_status

}  // namespace cicd
