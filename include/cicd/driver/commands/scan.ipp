// `cicd scan`: what the scans of a build tree found, as a table, as SARIF for a forge, as Markdown; and the
// baseline, which is written by `cicd scan baseline --update` alone.
#pragma once

#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/counted.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/listing.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/scan_policy.hpp>
#include <cicd/engine/scan_summary.hpp>
#include <cicd/report/scan/scan_table.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace driver_commands_scan {
namespace {

struct words {
  session_request tree;
  std::string pipeline, sarif;
  bool with_all = false, as_json = false, as_markdown = false, updates = false;
};

/// A build tree with what its scans found last.
struct opened {
  session of;
  step_graph graph;
  std::vector<step_index> scans;
  scan_board board;
};

error no_scans(const std::string& pipeline) {
  return error{exit_class::usage, pipeline, "no scan is declared", {}, {}}.with(
      "try", "pipeline_scan(<pipeline> <scan> COMMAND … SARIF <file>), or SCAN of a template");
}

std::optional<opened> open_board(const words& said,
                                 surroundings around,
                                 exit_class& failure,
                                 bool to_update = false) {
  auto of = open_or_say(said.tree, std::move(around), failure);
  if (!of) return std::nullopt;
  const auto say = [&](const error& why) {
    failure = refused(why);
    return std::nullopt;
  };
  if (!said.pipeline.empty() && of->model.find(said.pipeline) == nullptr)
    return say(no_such_pipeline(of->model, said.pipeline));
  opened made{*std::move(of), {}, {}, {}};
  made.graph = graph_of(made.of.model);
  for (step_index at = 0; at < made.graph.steps.size(); ++at)
    if (made.graph.steps[at].is_scan()
        && (said.pipeline.empty() || made.graph.steps[at].pipeline->declared.name.view() == said.pipeline))
      made.scans.push_back(at);
  if (made.scans.empty()) return say(no_scans(said.pipeline));
  shared_index index(made.of.where.index(), made.of.around);
  auto board = scan_board_of(made.of, made.graph, made.scans,
                             {made.of.where,
                              index,
                              made.of.around,
                              std::make_shared<const secret_finder>(),
                              {},
                              system_clock_port().now()},
                             nullptr, to_update);
  if (!board) {
    print_errors(board.errors);
    failure = board.kind();
    return std::nullopt;
  }
  made.board = *std::move(board.made);
  return made;
}

json json_of(const judged_finding& of) {
  json made =
      members_of("state", word_for(of.state), "severity", word_for(of.found.how_bad), "level", of.found.level,
                 "rule", of.found.rule, "message", of.found.message, "path", of.found.path);
  if (of.found.line > 0) made.set("line", of.found.line);
  if (of.found.column > 0) made.set("column", of.found.column);
  made.set("fingerprint", of.found.fingerprint);
  if (of.by != nullptr)
    made.set("exception",
             members_of("reason", of.by->reason, "owner", of.by->owner, "until", day_text(of.by->until)));
  return made;
}

json json_of(const scan_board& of) {
  json scans = json::array{};
  for (const scanned& each : of.scans) {
    json findings = json::array{}, gone = json::array{};
    for (const judged_finding& one : each.verdict.findings) findings.push(json_of(one));
    for (const known_finding& one : each.verdict.gone)
      gone.push(members_of("rule", one.rule, "path", one.path, "fingerprint", one.fingerprint));
    scans.push(members_of("scan", each.step, "tool", each.found.tool, "version", each.found.version, "state",
                          !each.verdict.not_run.empty() ? "not-run" : "ran", "good", each.verdict.is_good(),
                          "not_run", json_texts(each.verdict.not_run), "findings", std::move(findings),
                          "gone", std::move(gone)));
  }
  for (const std::string& each : of.unknown)
    scans.push(members_of("scan", each, "state", "unknown", "good", false, "findings", json(json::array{})));
  return members_of("schema", 1, "scans", std::move(scans));
}

exit_class write_sarif(const scan_board& of, const std::string& file) {
  const merged_sarif merged = merged_sarif_of(of.scans);
  if (status written = write_given(file, merged.text); !written) return refused(written.error());
  if (merged.left_out + merged.runs_left_out > 0)
    print_warnings({error{
        exit_class::usage,
        {},
        fmt::format("{} and {} are left out, the least bad", counted(merged.left_out, "finding"),
                    counted(merged.runs_left_out, "scan")),
        {},
        {}}.with("allowed", fmt::format("{} findings and {} scans, which is what a forge takes",
                                        most_sarif_results, most_sarif_runs))});
  return exit_class::done;
}

exit_class list(const words& said, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto found = open_board(said, std::move(around), failure);
  if (!found) return failure;
  const scan_board& board = found->board;
  if (!said.sarif.empty())
    if (const exit_class written = write_sarif(board, said.sarif); written != exit_class::done)
      return written;
  if (said.as_json) return print_json(json_of(board)), exit_class::done;
  if (said.as_markdown) return print_out(scan_markdown(board.scans)), exit_class::done;
  std::string text = scan_text(board.scans, said.with_all, table_width(found->of.around));
  for (const std::string& each : board.unknown) text += each + " never ran in this build tree\n";
  if (said.sarif != "/dev/stdout") print_out(text);
  return exit_class::done;
}

/// What a new baseline would be, of one pipeline.
struct updated {
  const declared_pipeline* pipeline = nullptr;
  scan_baseline before, after;
  std::vector<std::string> lines;
};

/// A line on what happens to a scan's part of the file.
std::string line_of(const scanned& scan, const scan_baseline& before, const scan_baseline& after) {
  const std::string name = scan.step.substr(scan.step.find('/') + 1);
  if (!scan.verdict.not_run.empty())
    return fmt::format("{}  as it is: the scan did not run: {}", scan.step, scan.verdict.not_run.front());
  const auto now = after.known.find(name);
  const std::size_t count = now == after.known.end() ? 0 : now->second.size();
  if (!before.known.contains(name))
    return fmt::format("{}  + {}, all that it finds now", scan.step, counted(count, "finding"));
  std::string line = fmt::format("{}  {} known, {} gone", scan.step, count, scan.verdict.gone.size());
  if (scan.verdict.counts.failing > 0)
    line += fmt::format("; {} new, which stay out: mend them, or an exception", scan.verdict.counts.failing);
  return line;
}

/// Of each pipeline with BASELINE, what the file is without what is gone from the declarations.
or_errors<std::map<std::string, updated>> without_gone(const opened& of) {
  const auto today = std::chrono::floor<std::chrono::days>(system_clock_port().now());
  std::map<std::string, updated> made;
  for (const step_index at : of.scans) {
    const declared_pipeline& pipeline = *of.graph.steps[at].pipeline;
    if (!pipeline.declared.baseline) continue;
    const auto [known, added] = made.try_emplace(pipeline.declared.name.str());
    if (!added) continue;
    updated& one = known->second;
    or_errors<scan_baseline> before = baseline_of(pipeline, today, &one.lines);
    if (!before) return {.errors = std::move(before.errors)};
    for (std::string& each : one.lines) each = known->first + "/" + each;
    one.pipeline = &pipeline;
    one.after = one.before = *std::move(before.made);
  }
  return {.made = std::move(made)};
}

exit_class update(const words& said, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto found = open_board(said, std::move(around), failure, true);
  if (!found) return failure;
  auto start = without_gone(*found);
  if (!start) return print_errors(start.errors), start.kind();
  auto& by_pipeline = *start.made;
  for (const scanned& each : found->board.scans) {
    const graph_step& step = found->graph.steps[*found->graph.find(each.step)];
    const auto known = by_pipeline.find(step.pipeline->declared.name.str());
    if (known == by_pipeline.end()) continue;
    updated& one = known->second;
    update_baseline(one.after, step.command()->name.str(), each.found);
    one.lines.push_back(line_of(each, one.before, one.after));
  }
  std::erase_if(by_pipeline, [](const auto& each) { return each.second.lines.empty(); });
  if (by_pipeline.empty())
    return refused(
        found->board.scans.empty()
            ? error{exit_class::usage, said.pipeline, "no scan ran in this build tree yet", {}, {}}.with(
                "try", "cmake --build <build> --target scan")
            : error{exit_class::usage, said.pipeline, "no BASELINE is declared", {}, {}}.with(
                "try", "add_pipeline(… BASELINE scan-baseline.json)"));
  for (const auto& [name, one] : by_pipeline) {
    print_out(joined(one.lines, "\n") + "\n");
    if (!said.updates) continue;
    if (status written = write_file(baseline_path(*one.pipeline), text_of(one.after), durability::durable);
        !written)
      return refused(written.error());
    print_out("wrote " + one.pipeline->declared.baseline.str() + "\n");
  }
  if (!said.updates) print_out("nothing is written without --update\n");
  return exit_class::done;
}

void add_words(CLI::App* command, words& to) {
  command->add_option("pipeline", to.pipeline, "of which; default: all");
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* scan = app.add_subcommand("scan", "what scans found, and the baseline of what was known");
  scan->require_subcommand(1);
  CLI::App* shown = with_tree(scan->add_subcommand("list", "list what each scan found last"), said->tree);
  add_words(shown, *said);
  shown->add_flag("--all", said->with_all, "findings that fail nothing too");
  shown->add_option("--sarif", said->sarif, "write all of it as one SARIF file, as forges take it")
      ->type_name("FILE");
  shown->add_flag("--markdown", said->as_markdown, "as Markdown, for the summary of a CI job");
  with_json(shown, said->as_json);
  acts(shown, chosen, [said](surroundings around) { return list(*said, std::move(around)); });
  CLI::App* baseline =
      with_tree(scan->add_subcommand("baseline", "show what of BASELINE is gone; with --update, take it out"),
                said->tree);
  add_words(baseline, *said);
  baseline->add_flag("--update", said->updates,
                     "take out what is gone, and add all that a scan finds which is not in the file yet");
  acts(baseline, chosen, [said](surroundings around) { return update(*said, std::move(around)); });
}

const registered_command scan_command(add);

}  // namespace
}  // namespace driver_commands_scan

}  // namespace cicd
