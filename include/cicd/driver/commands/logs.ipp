// `cicd logs`: the log of a step, of its last run or of the one that is named.
#pragma once

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/declare/backing.hpp>
#include <cicd/deliver/records/run_summary.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/report/rendering.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_logs {
namespace {

struct words {
  session_request tree;
  std::string step;  ///< `orders/test` or `orders.test`
  std::string run;   ///< an id; the last run that has a log of the step when empty
};

/// How a step ended that ran and printed nothing, so that it has no log; empty where it did not run.
std::string silent_end(const workspace& where, const std::string& run, const std::string& step) {
  const result<std::string> text = read_file(where.run(run) + "/result.json");
  if (!text) return {};
  const result<run_summary> summary = run_summary_from(*text, where.run(run));
  if (!summary) return {};
  const auto found = std::ranges::find(summary->steps, step, &run_summary::step::id);
  if (found == summary->steps.end() || found->outcome == "up-to-date" || found->outcome == "not-run")
    return {};
  const moment_words times = moments_of_page(false);
  return fmt::format("{} printed nothing: {} after {}, {} (run {})\n", step, found->outcome,
                     human_duration(found->duration), times.text(summary->started), run);
}

exit_class act(const words& request, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(request.tree, std::move(around), failure);
  if (!of) return failure;
  const step_graph graph = graph_of(of->model);
  std::vector<std::string> ids;
  for (const graph_step& step : graph.steps) {
    ids.push_back(step.id);
    if (step.command() == nullptr) continue;
    for (const backing_service* each : services_for(step.pipeline->declared, step.command()->needs))
      ids.push_back((each->shared ? step.pipeline->declared.name.str() : step.id) + "+" + each->name.str());
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  const auto known = std::ranges::find_if(
      ids, [&](const std::string& id) { return id == request.step || flat_name(id) == request.step; });
  if (known == ids.end())
    return refused(error{exit_class::usage, {}, "unknown step", request.step, {}}
                       .with("did you mean", nearest(request.step, ids).value_or(""))
                       .with("allowed", joined(ids, ", ")));
  for (const std::string& run : runs_newest_first(of->where)) {
    if (!request.run.empty() && run != request.run) continue;
    if (const result<std::string> log = read_file(of->where.run(run) + "/" + flat_name(*known) + ".log")) {
      print_out(joined(rendered_lines(*log), "\n") + "\n");
      return exit_class::done;
    }
    if (const std::string silent = silent_end(of->where, run, *known); !silent.empty()) {
      print_out(silent);
      return exit_class::done;
    }
  }
  return refused(error{
      exit_class::usage,
      *known,
      request.run.empty() ? "this step has not run yet" : "this step did not run in this run",
      request.run.empty() ? std::nullopt : std::optional(request.run),
      {}}.with("try", of->build_command() + " " + flat_name(*known)));
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* logs = with_tree(app.add_subcommand("logs", "print the log of a step's last run"), said->tree);
  logs->add_option("step", said->step, "such as orders.test; of a backing service orders.test+postgres")
      ->required();
  logs->add_option("--run", said->run, "the run's id, as history shows it")->type_name("ID");
  acts(logs, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command logs_command(add);

}  // namespace
}  // namespace driver_commands_logs

}  // namespace cicd
