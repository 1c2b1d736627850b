// `cicd history`: the deployments of each environment from its own record, and the runs of the build tree
// from the index.
#pragma once

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/counted.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/records/delivery_metrics.hpp>
#include <cicd/deliver/records/run_index.hpp>
#include <cicd/deliver/records/test_history.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/commit_history.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/named_environments.hpp>
#include <cicd/driver/commands/status_board.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/test_memory.hpp>
#include <cicd/report/text_table.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_history {
namespace {

struct words {
  session_request tree;
  std::vector<std::string> names;  ///< `[<pipeline>] [<environment>]`
  std::size_t most = 20;
  bool as_json = false, rebuild_index = false, exact_times = false;
  bool tests = false, flaky = false, imports = false;
  std::string commit;
};

exit_class rebuild_index(const session& of) {
  const result<std::size_t> found = run_index::rebuild(index_file(of), {of.where.build_root});
  if (!found) return refused(found.error());
  print_out(fmt::format("the index of runs was made anew: {}\n", counted(*found, "run")));
  return exit_class::done;
}

using rows = std::vector<std::vector<std::string>>;

const std::vector<std::string> header{"NUMBER", "VERSION", "DEPLOYED", "BY", "OUTCOME", "BRANCH", "RUN"};
const std::vector<std::size_t> dispensable{5, 6};  ///< BRANCH, RUN

std::string outcome_of(const deployment_record& of) {
  const std::string end = of.outcome == "deployed"   ? std::string()
                          : of.outcome == "reverted" ? std::string("put back by hand")
                                                     : displayable(of.outcome);
  if (of.hotfix.empty()) return end;
  return end.empty() ? "hotfix" : "hotfix, " + end;
}

std::vector<std::string> row_of(const deployment_record& of, const moment_words& times) {
  return {fmt::format("#{}", of.generation),
          version_text(of),
          times.text(of.when),
          displayable(short_name(of.who)),
          outcome_of(of),
          displayable(of.branch),
          of.id};
}

/// Deployments of one environment, or why they cannot be read.
struct past {
  named_environment of;
  result<std::vector<deployment_record>> records;
  std::optional<delivery_metrics> metrics{};  ///< where something is named
};

/// As many are read to be counted as are kept, and no more are shown than were asked for.
past past_of(const delivery& releases, const named_environment& of, const words& request) {
  constexpr std::size_t most_counted = 500;
  const bool counts = !request.names.empty();
  past one{of, releases.way_of(*of.place).history_of(
                   *of.pipeline, *of.place, counts ? std::max(most_counted, request.most) : request.most)};
  if (!one.records || !counts) return one;
  one.metrics = metrics_of(*one.records, system_clock_port().now());
  if (one.records->size() > request.most) one.records->resize(request.most);
  return one;
}

std::string text_of(const past& one, const moment_words& times, std::size_t width) {
  const std::string title =
      fmt::format("{} {}", one.of.pipeline->declared.name.view(), one.of.place->name.view());
  if (!one.records)
    return fmt::format("{}: {}: {}\n\n", title, short_text_of_failure(one.records.error()),
                       displayable(one.records.error().what));
  if (one.records->empty()) return title + ": never deployed\n\n";
  rows lines;
  std::string hotfixes;
  for (const deployment_record& each : *one.records) {
    lines.push_back(row_of(each, times));
    if (!each.hotfix.empty())
      hotfixes += fmt::format("#{} is a hotfix: {}\n", each.generation, displayable(each.hotfix));
  }
  return fmt::format("{}\n{}{}{}\n", title, table_text(header, lines, width, dispensable), hotfixes,
                     one.metrics ? cicd::text_of(*one.metrics) : std::string());
}

std::string text_of(const std::vector<run_summary>& runs, const moment_words& times, std::size_t width) {
  rows lines;
  for (const run_summary& each : runs) lines.push_back(cicd::row_of(each, times));
  return lines.empty()
             ? "no run yet\n"
             : "runs of this build tree\n" + table_text(run_header(), lines, width, dispensable_of_runs());
}

json metrics_json(const past& of) {
  json one = cicd::json_of(*of.metrics);
  one.set("pipeline", of.of.pipeline->declared.name.str());
  return one.set("environment", of.of.place->name.str());
}

json json_of(const std::vector<past>& all, const std::vector<run_summary>& runs) {
  json document, deployments(json::array{}), listed(json::array{}), metrics(json::array{});
  for (const past& each : all)
    if (each.records)
      for (const deployment_record& record : *each.records) deployments.push(cicd::json_of(record));
  for (const run_summary& each : runs) listed.push(cicd::json_of(each));
  document.set("schema", 1);
  for (const past& each : all)
    if (each.metrics) metrics.push(metrics_json(each));
  document.set("deployments", std::move(deployments));
  document.set("metrics", std::move(metrics));
  document.set("runs", std::move(listed));
  return document;
}

/// `OrdersTest.closes` of `orders/test`, those that give trouble first.
exit_class list_tests(const session& of, const words& request) {
  if (request.names.size() > 1)
    return refused(error{exit_class::usage, {}, "tests are of no environment", request.names[1], {}}.with(
        "try", "cicd history --tests " + request.names[0]));
  const std::string pipeline = request.names.empty() ? std::string() : request.names.front();
  if (!pipeline.empty() && of.model.find(pipeline) == nullptr) {
    const auto asked = named_environments(of, request.names);
    if (!asked) return refused(asked.error());
  }
  std::vector<test_history> all;
  if (exists(tests_file(of.where)))
    if (auto index = test_index::open(tests_file(of.where))) all = index->tests(of.where.build_root, {});
  std::erase_if(all, [&](const test_history& each) {
    return (!pipeline.empty() && !each.step.starts_with(pipeline + "/"))
           || (request.flaky && !each.is_flaky());
  });
  sort_by_trouble(all);
  if (all.size() > request.most) all.resize(request.most);
  if (request.as_json) {
    json document, listed(json::array{});
    for (const test_history& each : all) listed.push(cicd::json_of(each));
    print_json(document.set("schema", 1).set("tests", std::move(listed)));
    return exit_class::done;
  }
  const moment_words times = moments_of_page(request.exact_times);
  rows lines;
  for (const test_history& each : all)
    lines.push_back({displayable(each.step), displayable(each.test),
                     fmt::format("{} of {}", each.failures(), each.runs.size()),
                     each.is_flaky() ? "flaky" : "", fmt::format("{} ms", each.duration().count()),
                     times.text(each.last)});
  print_out(lines.empty() ? std::string(request.flaky ? "no flaky test is known\n" : "no test is known yet\n")
                          : table_text({"STEP", "TEST", "FAILED", "FLAKY", "TIME", "LAST"}, lines,
                                       table_width(of.around), {5, 4}));
  return exit_class::done;
}

exit_class act(const words& request, surroundings around) {
  if (request.imports && request.commit.empty())
    return refused(error{exit_class::usage, {}, "--import takes the history of a commit", {}, {}}.with(
        "try", "cicd history <pipeline> --commit <tag or commit> --import"));
  if (!request.commit.empty()) {
    if (request.names.size() > 1)
      return refused(
          error{exit_class::usage, {}, "the run of a commit is of no environment", request.names[1], {}});
    return show_commit_history({.tree = request.tree,
                                .pipeline = request.names.empty() ? std::string() : request.names.front(),
                                .commit = request.commit,
                                .most = request.most,
                                .as_json = request.as_json,
                                .exact_times = request.exact_times,
                                .imports = request.imports},
                               std::move(around));
  }
  exit_class failure = exit_class::usage;
  const auto of = open_or_say(request.tree, std::move(around), failure);
  if (!of) return failure;
  if (request.rebuild_index) return rebuild_index(*of);
  if (request.tests || request.flaky) return list_tests(*of, request);
  const auto asked = named_environments(*of, request.names);
  if (!asked) return refused(asked.error());
  const delivery releases(of->where, of->around, system_clock_port(), {});
  std::vector<past> all;
  cicd::errors failures;  // one that does not answer takes nothing from the others
  for (const named_environment& each : *asked) {
    all.push_back(past_of(releases, each, request));
    if (all.back().records) continue;
    failures.push_back(all.back().records.error());
    if (failures.back().subject.empty()) failures.back().subject = each.text();
  }
  const auto runs = last_runs(*of, request.most);
  if (!runs) failures.push_back(runs.error());
  const std::vector<run_summary> listed = runs ? *runs : std::vector<run_summary>();
  if (request.as_json) {
    print_json(json_of(all, listed));
  } else {
    const moment_words times = moments_of_page(request.exact_times);
    const std::size_t width = table_width(of->around);
    std::string text;
    for (const past& each : all) text += text_of(each, times, width);
    print_out(runs ? text + text_of(listed, times, width) : text);
  }
  print_errors(failures);
  return failures.empty() ? exit_class::done : failures.front().kind;
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* history =
      with_tree(app.add_subcommand("history", "list deployments and runs, newest first"), said->tree);
  history
      ->add_option(
          "names", said->names,
          "[<pipeline>] [<environment>], with lead time, frequency, failures and recovery; default: all")
      ->expected(0, 2);
  with_json(history, said->as_json);
  add_exact_times(history, said->exact_times);
  history->add_option("-n,--most", said->most, "how many of each (20)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("NUMBER");
  history->add_flag("--tests", said->tests,
                    "list tests: how often each failed in its last runs, and how long it takes");
  history->add_flag("--flaky", said->flaky, "list only tests that failed and passed with the same inputs");
  history
      ->add_option("--commit", said->commit,
                   "the run that made the artifact of a tag or commit, from its registry")
      ->type_name("COMMIT");
  history->add_flag("--import", said->imports,
                    "take the tests of --commit into the history of this build tree");
  history->add_flag("--rebuild-index", said->rebuild_index, "rebuild the index of runs from the build tree");
  acts(history, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command history_command(add);

}  // namespace
}  // namespace driver_commands_history

}  // namespace cicd
