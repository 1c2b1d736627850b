// From a commit to its run: the registry of its artifact is asked.
#pragma once

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/release/run_history.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/commit_history.hpp>
#include <cicd/driver/commands/find_environment.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/test_memory.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/report/text_table.hpp>
#include <cicd/system/clock.hpp>

namespace cicd {

namespace driver_commands_commit_history {
namespace {

using rows = std::vector<std::vector<std::string>>;

std::string text_of(const run_history& of, const commit_history_request& request, std::size_t width) {
  const moment_words times = moments_of_page(request.exact_times);
  rows steps, tests;
  for (const run_history::step& each : of.steps)
    steps.push_back({displayable(each.id), displayable(each.outcome),
                     fmt::format("{} ms", each.duration.count()), displayable(joined(each.reasons, ", "))});
  for (const run_history::test& each : of.tests)
    if (tests.size() < request.most)
      tests.push_back({displayable(each.step), displayable(each.name), each.run.failed ? "failed" : "passed",
                       fmt::format("{} ms", each.run.duration.count())});
  std::string text =
      fmt::format("{} {}: run {} by {}, {}\n", displayable(of.pipeline), displayable(of.commit.substr(0, 7)),
                  displayable(of.run), displayable(of.who), times.text(of.started));
  if (!steps.empty()) text += table_text({"STEP", "OUTCOME", "TIME", "WHY"}, steps, width, {3});
  if (!tests.empty()) text += "\n" + table_text({"STEP", "TEST", "OUTCOME", "TIME"}, tests, width, {3});
  if (of.tests.size() > tests.size())
    text += fmt::format("{} more: -n\n", counted(of.tests.size() - tests.size(), "test"));
  if (of.left_out > 0)
    text +=
        fmt::format("{}, which passed soonest, {} not kept: a run has 1 MB\n",
                    counted(static_cast<std::size_t>(of.left_out), "test"), of.left_out == 1 ? "is" : "are");
  return text;
}

/// What is known here already is not added again.
std::size_t import_tests(const run_history& from, const session& of) {
  auto index = test_index::open(tests_file(of.where));
  if (!index) return 0;
  std::map<std::string, test_index::step_runs> by_step;
  std::size_t count = 0;
  for (const run_history::test& each : from.tests) {
    const auto known = index->test(of.where.build_root, each.step, each.name);
    if (known && std::ranges::find(known->runs, each.run) != known->runs.end()) continue;
    by_step[each.step].step = each.step;
    by_step[each.step].runs.emplace_back(each.name, each.run);
    ++count;
  }
  std::vector<test_index::step_runs> all;
  for (auto& [step, runs] : by_step) all.push_back(std::move(runs));
  return index->add(of.where.build_root, all, system_clock_port().now()) ? count : 0;
}

}  // namespace
}  // namespace driver_commands_commit_history

exit_class show_commit_history(const commit_history_request& request, surroundings around) {
  using namespace driver_commands_commit_history;
  result<found_environment> found = find_environment(request.tree, request.pipeline, {}, std::move(around));
  if (!found) return refused(found.error());
  const declared_pipeline& pipeline = *found->pipeline;
  const std::string& name = pipeline.declared.name.str();
  const session& of = *found->of;
  if (status has = check_has_artifacts(pipeline); !has) return refused(has.error());
  if (request.imports && !of.where.domain.empty())
    return refused(
        error{exit_class::policy, name, "a pull request takes no history into what is trusted here", {}, {}});
  const interrupts stops;
  const std::optional<std::string> commit = commit_named(pipeline.repository(), request.commit, of.around);
  if (!commit)
    return refused(
        error{exit_class::usage, name, "no commit, tag or branch of this name is here", request.commit, {}}
            .with("try", "git fetch --tags"));
  const result<artifact_store> store = artifacts_of(pipeline, of.where, of.around, stops.asked());
  if (!store) return refused(store.error());
  const result<std::optional<std::string>> text = store->read_history(*commit);
  if (!text) return refused(text.error());
  if (!*text)
    return refused(
        error{exit_class::usage, name, "no history of this commit is kept", commit->substr(0, 7), {}}.with(
            "allowed",
            "a commit whose artifact was made by a run that published it: cicd artifacts " + name));
  const result<run_history> history = run_history_from(**text, store->history_name_of(*commit));
  if (!history) return refused(history.error());
  if (request.as_json)
    print_json(json_of(*history));
  else
    print_out(text_of(*history, request, table_width(of.around)));
  if (!request.imports) return exit_class::done;
  const std::size_t taken = import_tests(*history, of);
  if (!request.as_json)
    print_out(fmt::format("{} taken into the history of this build tree\n", counted(taken, "test")));
  return exit_class::done;
}

}  // namespace cicd
