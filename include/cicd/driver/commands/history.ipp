// `cicd history`: the deployments of each environment from its own record, and the runs of the build tree
// from the index.
#pragma once

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/records/run_index.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_history {
namespace {

struct words {
  session_request tree;
  std::size_t most = 20;
  bool as_json = false, rebuild_index = false;
};

exit_class rebuild_index(const session& of) {
  const result<std::size_t> found = run_index::rebuild(index_file(of), {of.where.build_root});
  if (!found) return refused(found.error());
  print_out(fmt::format("the index of runs was made anew: {} runs\n", *found));
  return exit_class::done;
}

exit_class act(const words& request, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(request.tree, std::move(around), failure);
  if (!of) return failure;
  if (request.rebuild_index) return rebuild_index(*of);
  delivery releases(of->where, of->around, system_clock_port(), {});
  json deployments{json::array{}};
  std::string text;
  for (const declared_pipeline& pipeline : of->model.pipelines)
    for (const environment& place : pipeline.declared.environments) {
      const auto records = releases.way_of(place).history_of(pipeline, place, request.most);
      if (!records) return refused(records.error());
      text += fmt::format("{} {}: {}\n", pipeline.declared.name.view(), place.name.view(),
                          records->empty() ? "never deployed" : "deployments, newest first");
      std::vector<std::vector<std::string>> rows;
      for (const deployment_record& record : *records) {
        deployments.push(json_of(record));
        rows.push_back(row_of(record));
      }
      text += table_of(rows);
    }
  const auto runs = last_runs(*of, request.most);
  if (!runs) return refused(runs.error());
  json listed{json::array{}};
  std::vector<std::vector<std::string>> rows;
  for (const run_summary& run : *runs) {
    listed.push(json_of(run));
    rows.push_back(row_of(run));
  }
  if (request.as_json) {
    json document;
    document.set("schema", 1);
    document.set("deployments", std::move(deployments));
    document.set("runs", std::move(listed));
    print_json(document);
    return exit_class::done;
  }
  text += rows.empty() ? "no run yet\n" : "runs of this build tree, newest first\n" + table_of(rows);
  print_out(text);
  return exit_class::done;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* history =
      with_tree(app.add_subcommand("history", "deployments and runs, newest first"), said->tree);
  with_json(history, said->as_json);
  history->add_option("-n,--most", said->most, "how many of each (20)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("NUMBER");
  history->add_flag("--rebuild-index", said->rebuild_index,
                    "make the index of runs anew from what the build tree holds");
  acts(history, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command history_command(add);

}  // namespace
}  // namespace driver_commands_history

}  // namespace cicd
