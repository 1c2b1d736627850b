// `cicd export`: writes the files of CI systems that pipeline_ci() declares, or compares them; and says, in a
// job, which jobs an event needs.
#pragma once

#include <algorithm>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cicd/base/counted.hpp>
#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/driver/commands/command.hpp>
#include <cicd/driver/commands/words.hpp>
#include <cicd/driver/output.hpp>
#include <cicd/engine/project.hpp>
#include <cicd/export/ci_file.hpp>
#include <cicd/export/ci_moment.hpp>
#include <cicd/observe/ci_event.hpp>
#include <cicd/observe/git.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/place.hpp>

namespace cicd {

namespace driver_commands_export {
namespace {

struct words {
  session_request tree;
  std::vector<std::string> systems;
  std::string out, jobs, job, action;
  bool checks = false, over = false, as_json = false;
};

/// A file as it is and as it would be.
struct exported {
  const ci_system* system = nullptr;
  std::optional<std::string> there{};
  std::string wanted{};

  /// A signature is Drone's, of what is the same without it.
  bool is_same() const {
    return there && (*there == wanted || (system->name == "drone" && without_signature(*there) == wanted));
  }
};

/// All that the files are made of.
struct export_source {
  std::string top{};     ///< of the repository
  std::string folder{};  ///< of the sources below it
  ci_pins pins{};
  bool has_pins = false;
  ci_jobs jobs{};
};

error not_declared(const std::string& system) {
  return error{exit_class::usage, {}, "no pipeline_ci() is declared in this build tree", {}, {}}.with(
      "try", fmt::format("pipeline_ci(SYSTEMS {})", system.empty() ? "github" : system));
}

result<std::vector<const ci_system*>> systems_of(const words& said, const session& of) {
  const std::string first = said.systems.empty() ? std::string() : said.systems.front();
  if (!of.model.exports) return not_declared(find_ci_system(first) == nullptr ? "" : first);
  std::vector<std::string> declared;
  for (const text& each : of.model.exports->systems) declared.push_back(each.str());
  std::vector<const ci_system*> systems;
  for (const std::string& each : said.systems.empty() ? declared : said.systems) {
    const ci_system* found = find_ci_system(each);
    if (found == nullptr || std::ranges::find(declared, each) == declared.end())
      return error{exit_class::usage,
                   {},
                   found == nullptr ? "not a CI system that is exported to" : "SYSTEMS does not name it",
                   each,
                   {}}
          .with("declared at", of.model.exports_line)
          .with("did you mean", nearest(each, declared).value_or(""))
          .with("allowed", joined(declared, ", "));
    systems.push_back(found);
  }
  return systems;
}

error same_name(const ci_jobs::clash& of) {
  return error{exit_class::usage,
               {},
               fmt::format("{} and {} would have one name in a CI system", of.one, of.other),
               of.name,
               {}}
      .with("try", "another name for one of them");
}

result<export_source> source_of(const session& of) {
  export_source source;
  const std::string& root = of.model.tree.source_root;
  const git_state git = git_state_of(root, of.around);
  source.top = git.repository && !git.top.empty() ? git.top : root;
  source.folder = root == source.top ? std::string() : path_below(root, source.top);
  const auto text = read_below_if_there(source.top, ci_pins_path);
  if (!text) return text.error();
  source.has_pins = text->has_value();
  result<ci_pins> pins = ci_pins_from(source.has_pins ? **text : first_ci_pins());
  if (!pins) return std::move(pins).error();
  source.pins = *std::move(pins);
  source.jobs = ci_jobs_of(of.model, graph_of(of.model));
  if (source.jobs.clashes) return same_name(*source.jobs.clashes);
  return source;
}

/// What the team adds to a system's file: one mapping.
result<json> local_of(const ci_system& system, const std::string& top) {
  const std::string path(system.local);
  const auto text = read_below_if_there(top, path);
  if (!text) return text.error();
  if (!*text) return json();
  result<std::vector<json>> documents = untagged_yaml_documents(**text, path);
  if (!documents) return std::move(documents).error();
  if (documents->empty()) return json();
  if (documents->size() > 1 || !documents->front().is_object())
    return error{exit_class::usage, path, "what is merged into an export is one mapping", {}, {}};
  return documents->front();
}

/// The folders that CACHES keeps: those of tools as they are declared, where they lie in the home folder.
std::vector<std::string> kept_folders(const model& of) {
  if (!of.exports->caches) return {};
  std::vector<std::string> kept{"~/.cache/cicd"};
  for (const declared_pipeline& pipeline : of.pipelines)
    for (const step& each : pipeline.declared.steps)
      for (const cached_folder& one : each.cache_dirs) {
        const std::string folder = one.folder.str();
        if (folder.starts_with("~/") && std::ranges::find(kept, folder) == kept.end()) kept.push_back(folder);
      }
  return kept;
}

result<exported> exported_for(const ci_system& system, const session& of, const export_source& source) {
  const result<json> local = local_of(system, source.top);
  if (!local) return local.error();
  const ci_source from{*of.model.exports, source.pins, source.folder, of.model.exports_line,
                       kept_folders(of.model)};
  result<std::string> wanted = ci_file_of(system, source.jobs, from, *local);
  if (!wanted) return std::move(wanted).error();
  auto there = read_below_if_there(source.top, std::string(system.path));
  if (!there) return std::move(there).error();
  return exported{&system, *std::move(there), *std::move(wanted)};
}

error written_by_hand(const exported& of) {
  return error{exit_class::conflict,
               {},
               "this file was not exported, and would be written over",
               std::string(of.system->path),
               {}}
      .with("try", fmt::format("move what it holds into {}, or cicd export {} --over", of.system->local,
                               of.system->name));
}

error is_fork(const ci_event& event) {
  return error{exit_class::policy, {}, "a pull request of a fork exports nothing", event.fork, {}};
}

status write_all_of(const std::vector<exported>& all, const export_source& source, bool over) {
  for (const exported& each : all)
    if (each.there && !each.is_same() && !is_ci_export(*each.there) && !over) return written_by_hand(each);
  if (!source.has_pins)
    if (status put = place_text(source.top, ci_pins_path, first_ci_pins(), durability::durable); !put)
      return put;
  for (const exported& each : all)
    if (!each.is_same())
      if (status put =
              place_text(source.top, std::string(each.system->path), each.wanted, durability::durable);
          !put)
        return put;
  return {};
}

json json_of(const exported& of, bool checks) {
  json one = members_of("system", of.system->name, "path", of.system->path, "changed", !of.is_same());
  if (checks && !of.is_same()) one.set("difference", difference_of(of.there.value_or(""), of.wanted));
  return one;
}

std::string text_of(const exported& of, bool checks) {
  const char* state = of.is_same() ? "unchanged" : !of.there ? "new" : "changed";
  std::string text = fmt::format("{}  {}\n", of.system->path, state);
  if (checks && !of.is_same()) text += difference_of(of.there.value_or(""), of.wanted);
  return text;
}

void show(const std::vector<exported>& all, const export_source& source, const words& said) {
  if (said.as_json) {
    json files(json::array{});
    for (const exported& each : all) files.push(json_of(each, said.checks));
    return print_json(members_of("schema", 1, "files", std::move(files)));
  }
  std::string text;
  for (const exported& each : all) text += text_of(each, said.checks);
  if (!said.checks && source.pins.archive() == nullptr)
    text += fmt::format(
        "{} names no archive of cicd, so that each job compiles the driver: \"cicd\": {{\"version\": …, "
        "\"url\": …, \"digest\": \"sha256:…\"}}\n",
        ci_pins_path);
  for (const ci_job& each : source.jobs.single)
    if (!said.checks && each.asks_approval && !each.is_planned)
      text += fmt::format("{}: no gate comes before a canary: cicd approve {} {} --canary --reason …\n",
                          each.name, each.pipeline, each.environment);
  if (!said.checks)
    for (const exported& each : all)
      for (const std::string& note : ci_notes(*each.system, source.jobs)) text += note + "\n";
  print_out(text);
}

exit_class export_files(const words& said, const session& of) {
  const auto systems = systems_of(said, of);
  if (!systems) return refused(systems.error());
  const ci_event event = ci_event_of(of.around);
  if (event.fork && !said.checks) return refused(is_fork(event));
  const result<export_source> source = source_of(of);
  if (!source) return refused(source.error());
  std::vector<exported> all;
  for (const ci_system* each : *systems) {
    result<exported> one = exported_for(*each, of, *source);
    // What is missing in the table is added to one that is there.
    if (!one && one.error().subject == ci_pins_path && !source->has_pins && !said.checks)
      if (status put = place_text(source->top, ci_pins_path, first_ci_pins(), durability::durable); !put)
        return refused(put.error());
    if (!one) return refused(one.error());
    all.push_back(*std::move(one));
  }
  if (!said.out.empty()) {
    if (all.size() != 1)
      return refused(error{exit_class::usage,
                           {},
                           "--out takes the file of one system",
                           said.out,
                           {{"try", "cicd export github --out " + said.out}}});
    const status written = write_given(said.out, all.front().wanted);
    return written ? exit_class::done : refused(written.error());
  }
  if (!said.checks)
    if (status written = write_all_of(all, *source, said.over); !written) return refused(written.error());
  show(all, *source, said);
  const auto differs = std::ranges::find_if_not(all, &exported::is_same);
  if (!said.checks || differs == all.end()) return exit_class::done;
  return refused(error{
      exit_class::conflict,
      {},
      "an exported file is not what would be written",
      std::string(differs->system->path),
      {}}.with("try", fmt::format("cicd export {}", differs->system->name)));
}

// --- which jobs an event needs ---

ci_moment moment_of(const words& said, const ci_event& event) {
  using kind = ci_moment::kind;
  ci_moment at{.is_fork = event.fork.has_value(), .job = said.job};
  switch (event.kind) {
    case event_kind::push: at.what = kind::push, at.name = event.branch; break;
    case event_kind::tag: at.what = kind::tag, at.name = event.tag; break;
    case event_kind::pull_request:
      at.what = said.action == "closed" ? kind::closed : kind::pull_request;
      break;
    case event_kind::merge_queue: at.what = kind::queue; break;
    case event_kind::schedule: at.what = kind::schedule; break;
    case event_kind::by_hand: at.what = kind::by_hand; break;
  }
  if (!said.job.empty()) at.what = kind::by_hand;
  return at;
}

/// The steps that what is proposed reaches.
or_errors<std::set<std::string, std::less<>>> affected_steps(const words& said,
                                                             const ci_jobs& jobs,
                                                             const surroundings& around) {
  or_errors<std::set<std::string, std::less<>>> made;
  project_request request;
  for (const ci_job& each : jobs.single)
    if (each.kind == ci_job_kind::verify && each.part != "publish")
      for (const std::string& step : each.steps) request.targets.push_back(step);
  made.made.emplace();
  if (request.targets.empty()) return made;
  request.affected = {.is_wanted = true, .since = {}, .or_all = true};
  or_errors<project> of = project::open(said.tree, around);
  if (!of) return or_errors<std::set<std::string, std::less<>>>{.errors = std::move(of.errors)};
  or_errors<project_plan> plan = of->plan(request);
  if (!plan) return or_errors<std::set<std::string, std::less<>>>{.errors = std::move(plan.errors)};
  for (const step_plan& each : plan->steps())
    if (each.what != decision::unaffected) made.made->insert(plan->graph().steps[each.step].id);
  return made;
}

/// GitHub takes a value: by job its pipelines. Others read a line for each job.
status write_jobs(const std::string& file,
                  const ci_system& system,
                  const ci_jobs& jobs,
                  const std::vector<std::string>& wanted) {
  const auto is_wanted = [&](const std::string& name) {
    return std::ranges::find(wanted, name) != wanted.end();
  };
  if (system.name != "github") {
    std::string all, ended;
    const auto behind = behind_gates(jobs.single);
    for (const ci_job& each : jobs.single) {
      if (!is_wanted(each.name)) continue;
      all += each.name + "\n";
      // CircleCI's result comes after what no filter leaves out.
      const bool is_awaited = system.name != "circleci" || each.kind == ci_job_kind::verify;
      if (is_awaited && !behind.contains(each.name) && each.hands_on()) ended += each.name + "\n";
    }
    if (status written = write_given(file, all); !written || is_stream(file)) return written;
    const auto slash = file.rfind('/');
    return write_given((slash == file.npos ? "" : file.substr(0, slash + 1)) + "result.txt", ended);
  }
  json value(json::object{});
  for (const ci_job& each : jobs.jobs) {
    std::vector<std::string> pipelines;
    for (const ci_job& one : jobs.single) {
      const bool is_of = each.is_matrix()
                             ? one.part == each.part
                                   && std::ranges::find(each.pipelines, one.pipeline) != each.pipelines.end()
                             : one.name == each.name;
      if (is_of && is_wanted(one.name)) pipelines.push_back(one.pipeline);
    }
    if (!pipelines.empty()) value.set(each.name, json_texts(pipelines));
  }
  const std::string line = "jobs=" + compact(value) + "\n";
  if (is_stream(file)) return write_given(file, line);
  std::ofstream to(file, std::ios::binary | std::ios::app);
  to << line;
  to.close();
  return to ? status() : status(error{exit_class::cannot_save, {}, "cannot write", file, {}});
}

exit_class decide_jobs(const words& said, const session& of) {
  const auto systems = systems_of(said, of);
  if (!systems) return refused(systems.error());
  if (systems->size() != 1)
    return refused(error{exit_class::usage,
                         {},
                         "--jobs is said of one system",
                         {},
                         {{"try", "cicd export github --jobs " + said.jobs}}});
  const result<export_source> source = source_of(of);
  if (!source) return refused(source.error());
  ci_moment at = moment_of(said, ci_event_of(of.around));
  const auto is_by_hand = [&](const ci_job& each) {
    return each.kind == ci_job_kind::by_hand && each.name == said.job;
  };
  if (!said.job.empty() && std::ranges::none_of(source->jobs.single, is_by_hand)) {
    std::vector<std::string> names;
    for (const ci_job& each : source->jobs.single)
      if (each.kind == ci_job_kind::by_hand) names.push_back(each.name);
    return refused(error{exit_class::usage, {}, "no job of that name is started by hand", said.job, {}}
                       .with("did you mean", nearest(said.job, names).value_or(""))
                       .with("allowed", joined(names, ", ")));
  }
  // CircleCI builds the branches of the repository, and does not tell of their pull requests.
  at.has_preview = systems->front()->name == "circleci" && at.what == ci_moment::kind::push
                   && std::ranges::none_of(source->jobs.branches, [&](const std::string& each) {
                        return ref_matches(each, at.name);
                      });
  if (at.what == ci_moment::kind::pull_request || at.what == ci_moment::kind::queue) {
    auto reached = affected_steps(said, source->jobs, of.around);
    if (!reached) return print_errors(reached.errors), reached.kind();
    at.affected = std::move(*reached.made);
  }
  const std::vector<std::string> wanted = wanted_jobs(source->jobs, at);
  if (status written = write_jobs(said.jobs, *systems->front(), source->jobs, wanted); !written)
    return refused(written.error());
  if (!is_stream(said.jobs))
    print_out(wanted.empty() ? "this event needs no job\n" : joined(wanted, "\n") + "\n");
  return exit_class::done;
}

exit_class act(const words& said, surroundings around) {
  exit_class failure = exit_class::usage;
  session_request tree = said.tree;
  tree.with_lines = true;
  const auto of = open_or_say(tree, std::move(around), failure);
  if (!of) return failure;
  return said.jobs.empty() ? export_files(said, *of) : decide_jobs(said, *of);
}

void add(CLI::App& app, command_action& chosen) {
  const auto said = std::make_shared<words>();
  CLI::App* command = with_tree(
      app.add_subcommand("export", "write the files of CI systems that pipeline_ci() declares"), said->tree);
  command->add_option(
      "system", said->systems,
      "github, gitlab, circleci, buildkite, drone or jenkins; default: all that SYSTEMS names");
  CLI::Option* check = command->add_flag(
      "--check", said->checks, "write nothing; print what differs, and exit 3 where something does");
  CLI::Option* out =
      command->add_option("--out", said->out, "write the file of one system elsewhere")->type_name("FILE");
  CLI::Option* over = command->add_flag("--over", said->over, "write over a file that was not exported");
  CLI::Option* jobs =
      command->add_option("--jobs", said->jobs, "write which jobs the event of this CI run needs")
          ->type_name("FILE");
  CLI::Option* job =
      command->add_option("--job", said->job, "the job that is started by hand")->type_name("NAME");
  CLI::Option* action =
      command->add_option("--action", said->action, "what happened to the pull request, such as closed")
          ->type_name("ACTION");
  with_json(command, said->as_json);
  for (CLI::Option* each : {check, over}) out->excludes(each), jobs->excludes(each);
  check->excludes(over);
  jobs->excludes(out);
  for (CLI::Option* each : {job, action}) each->needs(jobs);
  acts(command, chosen, [said](surroundings around) { return act(*said, std::move(around)); });
}

const registered_command export_command(add);

}  // namespace
}  // namespace driver_commands_export

}  // namespace cicd
