#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain.hpp>
#include <cicd/driver/cron_board.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/driver/show_commands.hpp>
#include <cicd/plan/graph.hpp>
#include <cicd/release/delivery.hpp>
#include <cicd/release/run_index.hpp>
#include <cicd/release/run_summary.hpp>
#include <cicd/report/rendering.hpp>
#include <cicd/run/cache.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace driver_show {

exit_class fail(error why) {
  const exit_class kind = why.kind;
  print_errors({std::move(why)});
  return kind;
}

/// The session, or the exit class when it could not be opened and why was said.
std::unique_ptr<session> open_or_say(const session_request& tree, surroundings around, exit_class& failure) {
  session_or_errors opened = open_session(tree, std::move(around));
  print_errors(opened.errors);
  if (!opened.opened) failure = opened.errors.empty() ? exit_class::usage : opened.errors.front().kind;
  return std::move(opened.opened);
}

std::string index_file(const session& of) {
  return of.where.state + "/runs.sqlite";
}

/// The last runs: from the index, or from the runs' own files where it cannot be used, which is said.
result<std::vector<run_summary>> last_runs(const session& of, std::size_t most) {
  const std::string& build_root = of.where.build_root;
  result<run_index> index = run_index::open(index_file(of), build_root);
  result<std::vector<run_summary>> runs =
      index ? index->runs(build_root, most) : result<std::vector<run_summary>>(index.error());
  if (runs || runs.error().kind != exit_class::cannot_save) return runs;
  print_warnings({runs.error()});
  std::vector<run_summary> there = runs_below(build_root);
  std::ranges::reverse(there);
  if (there.size() > most) there.resize(most);
  return there;
}

/// Left-aligned columns, two spaces apart.
std::string table_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t at = 0; at < row.size(); ++at) {
      if (widths.size() <= at) widths.push_back(0);
      widths[at] = std::max(widths[at], columns(row[at]));
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t at = 0; at < row.size(); ++at)
      line += " " + row[at] + std::string(widths[at] - columns(row[at]) + 1, ' ');
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  }
  return text;
}

json json_of(const run_summary& run) {
  json one;
  one.set("id", run.id);
  one.set("target", run.target);
  one.set("outcome", run.outcome);
  one.set("exit_status", run.exit_status);
  one.set("started", utc_text(run.started));
  one.set("duration_ms", run.duration.count());
  one.set("commit", run.commit);
  one.set("who", run.who);
  one.set("folder", run.folder);
  return one;
}

std::vector<std::string> row_of(const run_summary& run) {
  return {utc_text(run.started),
          run.outcome,
          human_duration(run.duration),
          displayable(run.target),
          run.commit.substr(0, 7),
          displayable(run.who),
          run.id};
}

std::vector<std::string> row_of(const deployment_record& record) {
  return {utc_text(record.when),       fmt::format("#{}", record.generation),
          displayable(record.version), record.commit.substr(0, 7),
          displayable(record.who),     record.dirty ? "uncommitted changes" : ""};
}

/// What `status` tells of one environment.
struct shown_environment {
  std::string address;
  std::optional<deployment_record> record;
  std::vector<note> remarks;  ///< a hold, a deploy that did not end, cron jobs whose last run failed
};

/// Of several clusters each is looked at; the record is that of the first.
result<shown_environment> look_at(const delivery& releases,
                                  const declared_pipeline& pipeline,
                                  const environment& place) {
  shown_environment seen{releases.address_of(pipeline, place), {}, {}};
  if (place.via != deploy_way::kubectl) {
    result<manifest_state> state = releases.state_of(pipeline, place, nullptr);
    if (!state) return std::move(state).error();
    seen.record = std::move(state->record);
    return seen;
  }
  for (cluster_wave& wave : releases.waves_of(pipeline, place)) {
    auto with = releases.open_wave(wave, nullptr);
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

}  // namespace driver_show

exit_class show_status(const session_request& tree, bool as_json, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = driver_show::open_or_say(tree, std::move(around), failure);
  if (!of) return failure;
  delivery releases(of->where, of->around, system_clock_port(), {});
  json places{json::array{}};
  std::string text;
  cicd::errors unreachable;  // a cluster that does not answer hides none of the others
  for (const declared_pipeline& pipeline : of->model.pipelines)
    for (const environment& place : pipeline.declared.environments) {
      const result<driver_show::shown_environment> seen = driver_show::look_at(releases, pipeline, place);
      if (!seen && place.via == deploy_way::kubectl) {
        unreachable.push_back(seen.error());
        continue;
      }
      if (!seen) return driver_show::fail(seen.error());
      places.push(driver_show::json_of(*seen, pipeline, place));
      text += driver_show::text_of(*seen, pipeline, place);
    }
  const auto runs = driver_show::last_runs(*of, 1);
  if (!runs) return driver_show::fail(runs.error());
  if (as_json) {
    json document;
    document.set("schema", 1);
    document.set("environments", std::move(places));
    document.set("last_run", runs->empty() ? json() : driver_show::json_of(runs->front()));
    print_json(document);
  } else {
    text += runs->empty() ? "no run yet\n"
                          : "last run\n" + driver_show::table_of({driver_show::row_of(runs->front())});
    print_out(text);
  }
  print_errors(unreachable);
  return unreachable.empty() ? exit_class::done : unreachable.front().kind;
}

namespace driver_show {

exit_class rebuild_index(const session& of) {
  const result<std::size_t> found = run_index::rebuild(index_file(of), {of.where.build_root});
  if (!found) return fail(found.error());
  print_out(fmt::format("the index of runs was made anew: {} runs\n", *found));
  return exit_class::done;
}

}  // namespace driver_show

exit_class show_history(const history_request& request, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = driver_show::open_or_say(request.tree, std::move(around), failure);
  if (!of) return failure;
  if (request.rebuild_index) return driver_show::rebuild_index(*of);
  delivery releases(of->where, of->around, system_clock_port(), {});
  json deployments{json::array{}};
  std::string text;
  for (const declared_pipeline& pipeline : of->model.pipelines)
    for (const environment& place : pipeline.declared.environments) {
      const auto records = releases.history_of(pipeline, place, request.most);
      if (!records) return driver_show::fail(records.error());
      text += fmt::format("{} {}: {}\n", pipeline.declared.name.view(), place.name.view(),
                          records->empty() ? "never deployed" : "deployments, newest first");
      std::vector<std::vector<std::string>> rows;
      for (const deployment_record& record : *records) {
        deployments.push(json_of(record));
        rows.push_back(driver_show::row_of(record));
      }
      text += driver_show::table_of(rows);
    }
  const auto runs = driver_show::last_runs(*of, request.most);
  if (!runs) return driver_show::fail(runs.error());
  json listed{json::array{}};
  std::vector<std::vector<std::string>> rows;
  for (const run_summary& run : *runs) {
    listed.push(driver_show::json_of(run));
    rows.push_back(driver_show::row_of(run));
  }
  if (request.as_json) {
    json document;
    document.set("schema", 1);
    document.set("deployments", std::move(deployments));
    document.set("runs", std::move(listed));
    print_json(document);
    return exit_class::done;
  }
  text +=
      rows.empty() ? "no run yet\n" : "runs of this build tree, newest first\n" + driver_show::table_of(rows);
  print_out(text);
  return exit_class::done;
}

exit_class show_logs(const logs_request& request, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = driver_show::open_or_say(request.tree, std::move(around), failure);
  if (!of) return failure;
  const step_graph graph = graph_of(of->model);
  std::vector<std::string> ids;
  for (const graph_step& step : graph.steps) ids.push_back(step.id);
  const auto known = std::ranges::find_if(
      ids, [&](const std::string& id) { return id == request.step || flat_name(id) == request.step; });
  if (known == ids.end())
    return driver_show::fail(error{exit_class::usage, {}, "there is no such step", request.step, {}}
                                 .with("did you mean", nearest(request.step, ids).value_or(""))
                                 .with("allowed", joined(ids, ", ")));
  const auto runs = list_tree(of->where.runs(), [](const std::string&) { return false; });
  std::vector<std::string> names;
  if (runs)
    for (const tree_entry& run : *runs) names.push_back(run.path);
  std::ranges::reverse(names);
  for (const std::string& run : names) {
    if (!request.run.empty() && run != request.run) continue;
    const result<std::string> log = read_file(of->where.run(run) + "/" + flat_name(*known) + ".log");
    if (!log) continue;
    print_out(joined(rendered_lines(*log), "\n") + "\n");
    return exit_class::done;
  }
  return driver_show::fail(error{
      exit_class::usage,
      *known,
      "there is no log of this step",
      request.run.empty() ? std::nullopt : std::optional(request.run),
      {}}.with("try", of->build_command() + " " + flat_name(*known)));
}

exit_class show_explanation(const session_request& tree, const std::string& subject, surroundings around) {
  std::vector<std::string> folders = template_folders(around);
  std::unique_ptr<session> of;
  if (find_build_root(tree, around)) of = std::move(open_session(tree, around).opened);
  if (of)
    folders.insert(folders.end(), of->model.tree.template_path.begin(), of->model.tree.template_path.end());
  const result<std::string> words = explanation(subject, of ? &of->model : nullptr, templates_in(folders));
  if (!words) return driver_show::fail(words.error());
  print_out(words->ends_with('\n') ? *words : *words + "\n");
  return exit_class::done;
}

exit_class show_targets(const session_request& tree, surroundings around) {
  exit_class failure = exit_class::usage;
  const auto of = driver_show::open_or_say(tree, std::move(around), failure);
  if (!of) return failure;
  std::vector<std::vector<std::string>> aggregates, others;
  for (const target& one : of->targets) {
    const std::string prefix = one.pipeline.empty() ? of->model.tree.target_prefix : std::string();
    (one.pipeline.empty() ? aggregates : others).push_back({prefix + one.name, displayable(one.description)});
  }
  print_out("of the whole build tree\n" + driver_show::table_of(aggregates) + "of one pipeline\n"
            + driver_show::table_of(others)
            + "tests\n  test  ctest runs the checks: build, test, scan, image\nmore\n  "
            + path_below(of->where.own(), of->model.tree.build_root) + "/cicd --help\n");
  return exit_class::done;
}

exit_class describe_build_tree(const session_request& tree, surroundings around) {
  exit_class failure = exit_class::usage;
  session_or_errors opened = open_session(tree, std::move(around));
  print_warnings(opened.warnings);
  print_errors(opened.errors);
  if (!opened.opened) return opened.errors.empty() ? failure : opened.errors.front().kind;
  const std::string path = opened.opened->where.own() + "/targets.cmake";
  const std::string text = cmake_text(opened.opened->targets);
  if (read_file_if_there(path).value_or(std::nullopt) == text) return exit_class::done;
  if (status written = write_file(path, text, durability::fast); !written)
    return driver_show::fail(std::move(written).error());
  return exit_class::done;
}

exit_class show_reference() {
  print_out(reference_markdown());
  return exit_class::done;
}

namespace driver_show {

struct cache_size {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
};

/// Less the folders that steps run in.
cache_size size_of(const std::string& folder) {
  cache_size size;
  if (const auto entries = list_tree(folder, [](const std::string& below) { return below != "work"; }))
    for (const tree_entry& entry : *entries)
      if (entry.kind == entry_kind::file) {
        ++size.files;
        size.bytes += entry.size;
      }
  return size;
}

}  // namespace driver_show

exit_class tend_cache(const cache_request& request, surroundings around) {
  const std::string folder = around.cache_folder();
  std::size_t removed = 0;
  if (request.remove_older_than_days >= 0)
    for (const char* part : {"/steps", "/layers", "/blobs", "/domains"})
      removed +=
          remove_own_files(folder + part, std::chrono::system_clock::to_time_t(system_clock_port().now())
                                              - std::time_t{86'400} * request.remove_older_than_days);
  const driver_show::cache_size size = driver_show::size_of(folder);
  if (request.as_json) {
    json document;
    document.set("schema", 1);
    document.set("folder", folder);
    document.set("files", static_cast<std::int64_t>(size.files));
    document.set("bytes", size.bytes);
    document.set("removed", static_cast<std::int64_t>(removed));
    print_json(document);
    return exit_class::done;
  }
  if (request.remove_older_than_days >= 0) print_out(fmt::format("{} files removed\n", removed));
  print_out(fmt::format("{}  {} in {} files\n", folder, human_size(size.bytes), size.files));
  return exit_class::done;
}

}  // namespace cicd
