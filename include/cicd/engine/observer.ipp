// One pass over the steps that take part; what two of them ask alike is asked once.
#pragma once

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/backing.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/shards.hpp>
#include <cicd/engine/backing_inputs.hpp>
#include <cicd/engine/dockerfile_build.hpp>
#include <cicd/engine/handed_on.hpp>
#include <cicd/engine/image_bases.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/engine/scan_policy.hpp>
#include <cicd/engine/shard_tests.hpp>
#include <cicd/engine/step_function.hpp>
#include <cicd/observe/maven_modules.hpp>
#include <cicd/observe/platform.hpp>
#include <cicd/run/decorators.hpp>
#include <cicd/run/tool_caches.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_observer {

/// One pass over the wanted steps; questions that are the same are asked once.
class pass {
 public:
  pass(const session& of, const step_graph& graph, shared_index& index, const workspace* split_by)
      : of_(of),
        graph_(graph),
        index_(index),
        locks_(of),
        shards_(split_by != nullptr ? *split_by : of.where, split_by == nullptr) {
    seen_.seen.resize(graph.steps.size());
  }

  observation look(const std::vector<step_index>& wanted, const journal& remembered) && {
    for (step_index step : wanted)
      if (is_pure(graph_.steps[step].kind())) ask(step, remembered);
    answers_ = index_.look(queries_);
    for (const auto& [step, query] : inputs_) take_inputs(step, answers_[query]);
    for (const auto& [step, query] : outputs_) take_outputs(step, answers_[query], remembered);
    for (step_index step : wanted)
      if (is_pure(graph_.steps[step].kind())) take_surroundings(step);
    tell_of_unknown_programs(remembered);
    return std::move(seen_);
  }

 private:
  std::size_t number_of(file_query query) {
    std::string name = query.root + '\0' + joined(query.patterns, "\n") + '\0' + joined(query.exclude, "\n")
                       + '\0' + joined(query.optional, "\n") + (query.may_be_empty ? "?" : "!")
                       + (query.context ? query.context->below + '\0' + query.context->text + '\0' : "")
                       + (query.without_build_trees ? "-" : "+");
    const auto [at, added] = known_.try_emplace(std::move(name), queries_.size());
    if (added) queries_.push_back(std::move(query));
    return at->second;
  }

  void ask(step_index step, const journal& remembered) {
    const graph_step& about = graph_.steps[step];
    if (file_query query = inputs_query(of_, about);
        about.kind() != step_kind::image || !query.patterns.empty())
      inputs_.emplace_back(step, number_of(std::move(query)));
    if (about.command() != nullptr && joins_shards(*about.command())) shards_.look_at_all(about.id);
    if (!remembered.last(about.id)) return;
    file_query outputs = outputs_query(of_, about);
    if (outputs.patterns.empty())
      seen_.intact.insert(about.id);
    else if (is_folder(outputs.root))
      outputs_.emplace_back(step, number_of(std::move(outputs)));
  }

  /// What of a service decides what the step makes.
  void take_services(const graph_step& about, observed_step& seen) {
    if (about.command()->needs.empty()) return;
    const auto complain_of = [&](error why, const backing_service& of, const std::string& key) {
      why.subject = about.id;
      complain(with_origin(std::move(why), *about.pipeline, "backing_service." + of.name.str() + key));
    };
    for (const backing_service* each : services_for(about.pipeline->declared, about.command()->needs)) {
      result<observed_service> one = observed_service_of(*each, *about.pipeline, of_, index_);
      if (!one) {
        complain_of(std::move(one).error(), *each, ".inputs");
        continue;
      }
      const result<std::string> text = text_of_service(*one, *about.pipeline);
      if (!text) complain_of(text.error(), *each, ".image");
      seen.settings.emplace_back("the service " + each->name.str(), text ? hex(sha256(*text)) : "");
      for (const std::string& tool : tools_of_service(*each)) take_tool(tool, about, seen);
      if (each->tools.empty() && starts_others(*each, seen)) {
        seen.settings.emplace_back("this machine", machine_in(of_.where, of_.around));
        seen.settings.emplace_back("PATH", hex(sha256(of_.around.get_or("PATH", ""))));
      }
      seen.services.push_back(*std::move(one));
    }
  }

  /// Whether the program is a script, a shell or the like: what it starts is named neither by COMMAND nor by
  /// TOOLS.
  static bool starts_others(const backing_service& of, const observed_step& seen) {
    if (of.command.empty()) return false;
    const std::string program = of.command.front().str();
    if (program.find('/') != std::string::npos && !program.starts_with('/')) return true;
    const auto tool = std::ranges::find(seen.tools, program, &tool_identity::name);
    return starts_unknown_programs(tool == seen.tools.end() ? program : tool->path);
  }

  void take_inputs(step_index step, const result<file_set>& files) {
    if (files) {
      seen_.seen[step].inputs = *files;
      for (const observed_file& file : *files)
        if (file.mode == link_mode) take_link(step, file.path, *files);
      return;
    }
    error why = files.error();
    why.subject = graph_.steps[step].id;
    complain(std::move(why));
  }

  static constexpr unsigned link_mode = 0120000;

  /// A link is an input by its text alone: what it leads to is an input too, or part of the key by content,
  /// or refused.
  void take_link(step_index step, const std::string& path, const file_set& inputs) {
    const graph_step& about = graph_.steps[step];
    const std::string& root = about.pipeline->source_directory;
    const std::string link = root + "/" + path, target = link_target(link).value_or("");
    const std::string folder = link.substr(0, link.rfind('/'));
    const std::string to = normal_path(target.starts_with('/') ? target : folder + "/" + target);
    const std::string below = path_below(to, root);
    const bool inside = below != to, stays = target.starts_with('/') || about.runs_in_source();
    const bool named = about.command() != nullptr && about.command()->names_inputs();
    if (inside && holds(inputs, below)) return;
    if (!stays && (inside || !named)) {
      if (about.command() != nullptr && about.after.empty())
        seen_.seen[step].notes.push_back(fmt::format(
            "the link '{}' leads to '{}', which is not an input: the link is broken in the step's folder",
            path, target));
      return;
    }
    if (about.command() != nullptr && (is_folder(to) || !stays)) return refuse_link(about, link, target);
    const result<observed_file> there = index_.look_at(real_path(to).value_or(to));
    seen_.seen[step].settings.emplace_back(
        path, there ? fmt::format("{:o} {}", there->mode, hex(there->content)) : "missing");
  }

  /// Whether a path, or something below it, is among sorted files.
  static bool holds(const file_set& files, const std::string& path) {
    const auto at = std::ranges::lower_bound(files, path, {}, &observed_file::path);
    if (at != files.end() && at->path == path) return true;
    const auto below = std::ranges::lower_bound(files, path + "/", {}, &observed_file::path);
    return below != files.end() && below->path.starts_with(path + "/");
  }

  void refuse_link(const graph_step& about, const std::string& link, const std::string& target) {
    complain(
        error{exit_class::usage, about.id, "an input is a link that leads out of the source folder", link, {}}
            .with("leads to", target)
            .with("allowed", "a link to what lies in the source folder, or an absolute one to a file")
            .with("try", "put what it leads to in its place, or leave it out: EXCLUDE "
                             + path_below(link, about.pipeline->source_directory)));
  }

  void take_outputs(step_index step, const result<file_set>& files, const journal& remembered) {
    const std::string& id = graph_.steps[step].id;
    if (files && digest_of(*files) == remembered.last(id)->outputs) seen_.intact.insert(id);
  }

  void take_surroundings(step_index step) {
    const graph_step& about = graph_.steps[step];
    seen_.seen[step].settings.emplace_back("the platform", platform_);
    if (about.command() != nullptr) take_command(step, *about.command(), about, seen_.seen[step]);
    if (about.declared_image() == nullptr) return;
    take_base(*about.declared_image(), about, seen_.seen[step]);
    take_named_bases(about, seen_.seen[step]);
    if (about.declared_image()->dockerfile) take_builder(about, seen_.seen[step]);
  }

  void take_command(step_index step,
                    const cicd::step& declared,
                    const graph_step& about,
                    observed_step& seen) {
    if (joins_shards(declared)) return;
    placeholder_values values{{"pipeline", about.pipeline->declared.name.str()}, {"source", "."}};
    if (declared.shard != 0)
      if (std::optional<error> wrong = shards_.take(about, seen, values)) complain(*std::move(wrong));
    seen.words = words_of_command(declared, seen, values);
    if (declared.shell) seen.words = {with_placeholders(declared.shell.view(), values)};
    if (declared.run) seen.words = words_of_function(about, graph_);
    if (declared.wrapper && exists(about.pipeline->source_directory + "/" + declared.wrapper.str())
        && !seen.words.empty())
      seen.words[0] = "./" + declared.wrapper.str();
    if (declared.has_maven_module()) take_module(declared, about, seen);
    if (wants_git(declared, about)) take_git(declared, about, seen);
    for (const assignment& one : declared.env)
      seen.assignments.emplace_back(one.name.str(), with_placeholders(one.value, values));
    const surroundings allowed = declared.pass_env.empty() ? surroundings({}) : of_.around.for_commands();
    for (const variable_name& name : declared.pass_env)
      if (const auto value = allowed.get(name.view())) seen.variables.emplace_back(name.str(), *value);
    check_program(about, seen);
    take_tools(declared, about, seen);
    if (declared.run) take_function(declared, about, seen);
    take_named_files(declared, seen);
    take_services(about, seen);
    if (declared.tools.empty() && starts_unknown(declared, about, seen)) {
      unknown_.push_back(step);
      seen.settings.emplace_back("this machine", machine_in(of_.where, of_.around));
      seen.settings.emplace_back("PATH", hex(sha256(of_.around.get_or("PATH", ""))));
    }
  }

  void take_module(const cicd::step& declared, const graph_step& about, observed_step& seen) {
    const std::string module = module_of(declared);
    const observing::module_inputs all =
        observing::inputs_of_module(about.pipeline->source_directory, module);
    const std::vector<std::string> words = all.is_listed
                                               ? std::vector<std::string>{"--projects", module, "--also-make"}
                                               : std::vector<std::string>{"--file", module + "/pom.xml"};
    seen.words.insert(seen.words.end(), words.begin(), words.end());
    if (all.is_known) return;
    complain(
        with_origin(error{exit_class::usage,
                          about.id,
                          "MAVEN_MODULE: there is no such module",
                          declared.maven_module.str(),
                          {}}
                        .with("did you mean", nearest(module, all.all).value_or(""))
                        .with("allowed", all.all.empty() ? "a folder below the source folder with a pom.xml"
                                                         : joined(all.all, ", ")),
                    *about.pipeline, "step." + about.name() + ".maven_module"));
  }

  static bool wants_git(const cicd::step& declared, const graph_step& about) {
    return declared.git || std::ranges::any_of(declared.git_where, [&](const text& where) {
             const auto colon = where.view().find(':');
             const auto text =
                 read_below_if_there(about.pipeline->source_directory, where.str().substr(0, colon));
             return text && *text && (*text)->find(where.view().substr(colon + 1)) != std::string::npos;
           });
  }

  /// Where a template asks for it (GIT_WHERE) and there is no repository, the tool says itself what it lacks.
  void take_git(const cicd::step& declared, const graph_step& about, observed_step& seen) {
    const std::string& source = about.pipeline->source_directory;
    const auto [known, added] = histories_.try_emplace(source, error{});
    if (added) known->second = git_history_of(source, of_.around);
    if (!known->second) return complain(known->second.error(), about);
    if (const std::optional<git_history>& git = *known->second) {
      seen.settings.emplace_back("the commit", git->text());
      seen.assignments.insert(seen.assignments.end(),
                              {{"GIT_COMMIT", git->commit},
                               {"GIT_BRANCH", git->branch},
                               {"GIT_TAGS", joined(git->tags, " ")},
                               {"GIT_DIRTY", git->changed.empty() ? "false" : "true"}});
      if (!about.runs_in_source()) seen.git = *git;
    } else if (declared.git) {
      complain(error{
          exit_class::usage,
          about.id,
          "GIT: the source folder is in no git repository with a commit",
          source,
          {}}.with("try", "git init && git add . && git commit, or the step without GIT"));
    }
  }

  bool starts_unknown(const cicd::step& declared, const graph_step& about, const observed_step& seen) const {
    if (declared.shell || declared.run) return true;
    const std::string& program = seen.words.front();
    if (program.starts_with('/')) return starts_unknown_programs(program);
    if (program.find('/') != std::string::npos)
      return starts_unknown_programs(about.pipeline->source_directory + "/" + program);
    const auto tool = std::ranges::find(seen.tools, program, &tool_identity::name);
    return starts_unknown_programs(tool == seen.tools.end() ? program : tool->path);
  }

  /// Once in a build tree: with the first of them that never ran here.
  void tell_of_unknown_programs(const journal& remembered) {
    const auto first = std::ranges::find_if(
        unknown_, [&](step_index step) { return !remembered.last(graph_.steps[step].id); });
    if (first == unknown_.end()) return;
    const std::string others =
        unknown_.size() == 1 ? "" : fmt::format(" (as with {} more steps)", unknown_.size() - 1);
    seen_.seen[*first].notes.push_back(
        fmt::format("which programs it starts is not known, so its result is shared on this machine alone{}; "
                    "TOOLS names them",
                    others));
  }

  /// What CMake made and the step is told of: the files of DEPENDS, and those that a generator expression
  /// names.
  void take_named_files(const cicd::step& declared, observed_step& seen) {
    std::set<std::string> files;
    for (const text& target : declared.depends)
      for (std::string& file : of_.files_of_target(target.str())) files.insert(std::move(file));
    const auto add = [&](const std::string& word) {
      if (!of_.generated.contains(word)) return;
      for (std::string& file : files_named_in(word)) files.insert(std::move(file));
    };
    for (const text& word : declared.command) add(word.str());
    add(declared.shell.str());
    for (const assignment& one : declared.env) add(one.name.str() + "=" + one.value);
    for (const std::string& file : files) {
      const result<observed_file> there = index_.look_at(real_path(file).value_or(file));
      seen.settings.emplace_back(
          path_below(file, of_.where.build_root),
          there ? fmt::format("{:o} {}", there->mode, hex(there->content)) : "missing");
    }
  }

  /// A program among the inputs bears the right to be executed; in the step's folder it could not be given
  /// it.
  void check_program(const graph_step& about, const observed_step& seen) {
    if (about.command()->shell || seen.words.empty()) return;
    const std::string& source = about.pipeline->source_directory;
    const std::string path = path_below(normal_path(source + "/" + seen.words[0]), source);
    const auto file = std::ranges::lower_bound(seen.inputs, path, {}, &observed_file::path);
    if (seen.words[0].find('/') == std::string::npos || file == seen.inputs.end() || file->path != path
        || file->mode != 0100644)
      return;
    complain(
        error{exit_class::usage, about.id, "the program may not be executed", path, {}}
            .with("in", source)
            .with("try", fmt::format("chmod +x {0} && git update-index --chmod=+x {0}", shell_quoted(path))));
  }

  void take_tools(const cicd::step& declared, const graph_step& about, observed_step& seen) {
    std::vector<std::string> names;
    for (const text& tool : declared.tools) names.push_back(tool.str());
    const std::string program = declared.shell                       ? std::string("/bin/sh")
                                : seen.words.empty() || declared.run ? std::string()
                                                                     : seen.words.front();
    const bool own_file = program.find('/') != std::string::npos && !program.starts_with('/');
    if (!program.empty() && !own_file) names.push_back(program);
    if (declared.wrapper && own_file)
      std::erase_if(names, [&](const std::string& name) { return name == declared.command.front().view(); });
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    for (const std::string& name : names) take_tool(name, about, seen);
    if (own_file) take_elsewhere(program, {}, about, seen);
  }

  void take_function(const cicd::step& declared, const graph_step& about, observed_step& seen) {
    result<tool_identity> tool = tool_of_function(of_, declared, index_);
    if (!tool) return complain(std::move(tool).error(), about);
    seen.tools.push_back(*std::move(tool));
  }

  /// Whether a program that is not on PATH will lie in the step's folder.
  bool lies_in_folder(const std::string& name, const graph_step& about, const observed_step& seen) const {
    if (name.find('/') != std::string::npos) return false;
    const auto is_it = [&](const path_pattern& each) { return each.view() == name; };
    return std::ranges::binary_search(seen.inputs, name, {}, &observed_file::path)
           || std::ranges::any_of(about.after, [&](step_index before) {
                const cicd::step* made = graph_.steps[before].command();
                return made != nullptr && std::ranges::any_of(made->outputs, is_it);
              });
  }

  /// As a shell, a step looks for a name without `/` on PATH alone.
  static error misses_slash(error why, const std::string& name) {
    std::erase_if(why.notes, [](const note& each) { return each.label == "try"; });
    return std::move(why)
        .with("caused by", "a name without '/' is looked for on PATH, and the file lies in the step's folder")
        .with("did you mean", "./" + name);
  }

  void take_tool(const std::string& name, const graph_step& about, observed_step& seen) {
    auto [known, added] = tools_.try_emplace(name, error{});
    if (added)
      known->second = index_.with([&](file_index& index) {
        return identity_of(name, about.pipeline->source_directory, of_.around, index);
      });
    if (!known->second) {
      error why = known->second.error();
      why.subject = about.id;
      if (lies_in_folder(name, about, seen)) why = misses_slash(std::move(why), name);
      return complain(std::move(why));
    }
    if (std::ranges::find(seen.tools, name, &tool_identity::name) != seen.tools.end()) return;
    seen.tools.push_back(*known->second);
    take_elsewhere(name, known->second->path, about, seen);
  }

  /// What the program reads beside the step's folder.
  void take_elsewhere(const std::string& name,
                      const std::string& path,
                      const graph_step& about,
                      observed_step& seen) {
    const reading_place place{about.pipeline->source_directory, about.runs_in_source(), path,
                              maven_repository_for(about, of_.where, of_.around)};
    auto [known, added] = elsewhere_.try_emplace(place.source + '\0' + (place.in_source ? "in" : "") + '\0'
                                                     + path + '\0' + name + '\0' + place.maven_repository,
                                                 error{});
    if (added)
      known->second =
          index_.with([&](file_index& index) { return read_elsewhere_by(name, place, of_.around, index); });
    if (!known->second) {
      seen.settings.emplace_back("what " + name + " reads", "unreadable: " + text_of(known->second.error()));
      return;
    }
    for (const auto& [what, text] : *known->second) seen.settings.emplace_back(what, hex(sha256(text)));
  }

  /// A base outside the source folder is no input; its content is part of the key all the same.
  void take_base(const image& declared_image, const graph_step& about, observed_step& seen) {
    for (const std::string& platform : platforms_of(declared_image))
      take_base_at(
          layout_path_of(with_placeholders(declared_image.base.view(), values_of_platform(platform))), about,
          seen);
  }

  void take_base_at(const std::string& path, const graph_step& about, observed_step& seen) {
    if (!path.starts_with('/')) return;
    if (!is_folder(path)) {
      result<observed_file> file = index_.look_at(path);
      if (!file) return complain(std::move(file).error());
      seen.settings.emplace_back("the base", hex(file->content));
      return;
    }
    result<file_set> files = index_.look({path, {"**"}, {}, {}, false});
    if (!files) return complain(std::move(files).error(), about);
    seen.settings.emplace_back("the base", hex(digest_of(*files)));
  }

  /// What the image takes from registries, by digest.
  void take_named_bases(const graph_step& about, observed_step& seen) {
    result<std::vector<observed_base>> bases = locks_.bases_of(about);
    if (!bases) return complain(std::move(bases).error());
    seen.bases = *std::move(bases);
  }

  /// The program that builds Dockerfiles is part of the key, and so is which findings it stops at.
  void take_builder(const graph_step& about, observed_step& seen) {
    const std::optional<std::string> name = image_builder_of(of_.around);
    if (!name) return complain(no_image_builder(), about);
    take_tool(*name, about, seen);
    seen.settings.emplace_back("FAIL_ON", about.pipeline->declared.fail_on.str());
  }

  /// Each error once, although many steps may meet it.
  void complain(error why, const graph_step& about) {
    why.subject = about.id;
    complain(std::move(why));
  }

  void complain(error why) {
    const auto same = [&](const error& other) { return other.what == why.what && other.value == why.value; };
    if (std::ranges::none_of(seen_.errors, same)) seen_.errors.push_back(std::move(why));
  }

  const session& of_;
  const step_graph& graph_;
  shared_index& index_;
  observation seen_;
  std::vector<file_query> queries_;
  std::map<std::string, std::size_t> known_;
  std::vector<std::pair<step_index, std::size_t>> inputs_, outputs_;
  std::vector<result<file_set>> answers_;
  base_locks locks_;
  std::map<std::string, result<tool_identity>> tools_;
  std::map<std::string, result<std::optional<git_history>>> histories_;  ///< by source folder
  std::string platform_ = platform_text();
  std::vector<step_index> unknown_;  ///< steps that start programs which TOOLS does not name
  shard_parts shards_;
  std::map<std::string, result<read_elsewhere>> elsewhere_;  ///< by source folder and program
};

}  // namespace engine_observer

observation observe(const session& of,
                    const step_graph& graph,
                    const std::vector<step_index>& wanted,
                    const journal& remembered,
                    shared_index& index,
                    const workspace* split_by) {
  return with_scans(graph, wanted,
                    engine_observer::pass(of, graph, index, split_by).look(wanted, remembered));
}

}  // namespace cicd
