// `cicd triggers`: which git event sets off what. It reads the declarations alone, and changes nothing.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/value_traits.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/named_environments.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/report/text_table.hpp>

namespace cicd {

namespace driver_commands_triggers {
namespace {

struct words {
  session_request tree;
  std::vector<std::string> names;
  bool as_json = false;
};

/// What an event sets off, or what a user starts.
struct trigger_row {
  std::string kind;     ///< `branch`, `tag`, `by hand`
  std::string pattern;  ///< of the branch or tag
  std::string pipeline, environment, target;
  std::vector<std::string> from;
};

trigger_row row_of(const declared_pipeline& pipeline, const environment& place) {
  // Of what is built elsewhere no event of this repository sets off anything.
  const trigger on = pipeline.is_elsewhere() ? trigger{} : place.on;
  trigger_row row{on.kind == ref_kind::tag      ? "tag"
                  : on.kind == ref_kind::branch ? "branch"
                                                : "by hand",
                  on.pattern.str(),
                  pipeline.declared.name.str(),
                  place.name.str(),
                  pipeline.declared.name.str() + ".deploy-" + place.name.str(),
                  {}};
  for (const environment_choice& each : place.from) row.from.push_back(each.text());
  return row;
}

std::vector<trigger_row> rows_of(const session& of, const std::vector<named_environment>& asked) {
  std::vector<trigger_row> rows;
  for (const named_environment& each : asked) rows.push_back(row_of(*each.pipeline, *each.place));
  for (const declared_pipeline& pipeline : of.model.pipelines) {
    const bool is_asked =
        std::ranges::any_of(asked, [&](const named_environment& each) { return each.pipeline == &pipeline; });
    if (!is_asked) continue;
    const auto& previews = pipeline.declared.previews;
    for (const preview& each : previews) {
      const std::string name = previews.size() == 1 ? "branch" : "branch-" + each.in.str();
      rows.push_back({"by hand",
                      {},
                      pipeline.declared.name.str(),
                      each.in.str() + ", preview",
                      pipeline.declared.name.str() + ".deploy-" + name,
                      {}});
    }
  }
  return rows;
}

/// BRANCHES and VERSIONS, a line for each pipeline that has them.
std::string releases_text(const std::vector<named_environment>& asked) {
  std::string text;
  const declared_pipeline* last = nullptr;
  for (const named_environment& each : asked) {
    if (each.pipeline == last) continue;
    last = each.pipeline;
    for (const release& one : last->declared.releases) {
      std::vector<std::string> parts;
      std::vector<std::string> branches;
      for (const ref_pattern& branch : one.branches) branches.push_back(branch.str());
      if (!branches.empty()) parts.push_back("commits of " + joined(branches, " or "));
      if (one.versions != version_rule::none)
        parts.push_back("tags in the order VERSIONS " + declaring::values_of(one.versions).front());
      text += fmt::format("{} is released from {}\n", last->declared.name.view(), joined(parts, ", "));
    }
  }
  return text.empty() ? text : "\n" + text;
}

json json_of(const trigger_row& of) {
  json event(json::object{});
  event.set("kind", of.kind);
  if (!of.pattern.empty()) event.set("pattern", of.pattern);
  json one(json::object{});
  one.set("event", std::move(event));
  one.set("pipeline", of.pipeline).set("environment", of.environment).set("target", of.target);
  one.set("from", json_texts(of.from));
  return one;
}

json json_of(const release& of, const std::string& pipeline) {
  std::vector<std::string> branches;
  for (const ref_pattern& each : of.branches) branches.push_back(each.str());
  json one(json::object{});
  one.set("pipeline", pipeline).set("branches", json_texts(branches));
  one.set("versions",
          of.versions == version_rule::none ? json() : json(declaring::values_of(of.versions).front()));
  return one;
}

exit_class act(const words& said, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(said.tree, std::move(around), failure);
  if (!of) return failure;
  const auto asked = named_environments(*of, said.names);
  if (!asked) return refused(asked.error());
  const std::vector<trigger_row> rows = rows_of(*of, *asked);
  if (said.as_json) {
    json triggers(json::array{}), releases(json::array{});
    for (const trigger_row& each : rows) triggers.push(json_of(each));
    for (const declared_pipeline& pipeline : of->model.pipelines)
      for (const release& each : pipeline.declared.releases)
        releases.push(json_of(each, pipeline.declared.name.str()));
    json document(json::object{});
    document.set("schema", 1).set("triggers", std::move(triggers)).set("releases", std::move(releases));
    print_json(document);
    return exit_class::done;
  }
  std::vector<std::vector<std::string>> lines;
  for (const trigger_row& each : rows)
    lines.push_back({each.pattern.empty() ? each.kind : each.kind + " " + each.pattern, each.pipeline,
                     each.environment, each.target, joined(each.from, ", ")});
  print_out(lines.empty() ? "no environment is declared\n"
                          : table_text({"EVENT", "PIPELINE", "ENVIRONMENT", "SETS OFF", "FROM"}, lines,
                                       table_width(of->around))
                                + releases_text(*asked));
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* triggers =
      with_tree(app.add_subcommand("triggers", "list which git event sets off what"), said->tree);
  triggers->add_option("names", said->names, "[<pipeline>] [<environment>]; default: all")->expected(0, 2);
  with_json(triggers, said->as_json);
  acts(triggers, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command triggers_command(add);

}  // namespace
}  // namespace driver_commands_triggers

}  // namespace cicd
