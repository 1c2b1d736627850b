// Two build trees, step by step.
#pragma once

#include <cicd/engine/affected.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/deliver/release/bundle.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/engine/tree_at.hpp>
#include <cicd/observe/git_program.hpp>
#include <cicd/run/journal.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_affected {
namespace {

/// What an effect of the pipeline would publish or deploy, on any machine. Nothing: it cannot be read.
std::optional<std::string> bundle_of_tree(const declared_pipeline& pipeline, const session& of) {
  kubernetes::release_facts facts;
  for (const environment* place : all_environments(pipeline.declared))
    if (!read_declared_files(pipeline, *place, facts)) return std::nullopt;
  return bundle_of(pipeline, facts.files, paths_of(pipeline, of.where.build_root));
}

/// The words that declare an environment, previews and canaries of it, and where what it deploys comes from.
std::string words_for(const graph_step& step, const session& of) {
  if (step.place() == nullptr) return {};
  pipeline declared = step.pipeline->declared;
  declared.environments.clear();  // a part, which is OF its environment, is told with it
  for (const environment* each : all_environments(step.pipeline->declared))
    declared.environments.push_back(*each);
  std::string words = fmt::format("{}\n{}\n{}\n", declared.artifacts.view(), declared.code.view(),
                                  declared.pipeline_ref.view());
  for (const image& each : declared.images)
    for (const text& word : each.built_by) words += each.name.str() + " " + word.str() + "\n";
  const typed_place from{of.model.tree.source_root + "/CMakeLists.txt", step.pipeline->source_directory, {}};
  for (const call& each : calls_of(declared, from)) {
    const bool is_of_place =
        each.where.function == "pipeline_environment" || each.where.function == "pipeline_preview"
        || each.where.function == "pipeline_canary" || each.where.function == "pipeline_release";
    if (is_of_place && std::ranges::find(each.arguments, step.place()->name.str()) != each.arguments.end())
      words += each.where.function + " " + joined(each.arguments, " ") + "\n";
  }
  return without_paths(std::move(words), paths_of(*step.pipeline, of.where.build_root));
}

class comparison {
 public:
  comparison(const session& now, const session& then, const step_graph& graph, const memory& remembered)
      : now_(now), then_(then), graph_(graph), remembered_(remembered), graph_then_(graph_of(then.model)) {
    renamed_ = {{then.model.tree.build_root, now.model.tree.build_root},
                {then.model.tree.source_root, now.model.tree.source_root}};
    std::vector<step_index> pure;
    for (step_index step = 0; step < graph_then_.steps.size(); ++step)
      if (is_pure(graph_then_.steps[step].kind())) pure.push_back(step);
    shared_index index(then.where.index(), then.around);
    seen_then_ = observe(then, graph_then_, pure, journal(then.where.journal()), index, &now.where).seen;
    (void)index.save();
    find_outputs();
  }

  std::vector<step_change> changes(const std::vector<step_index>& wanted,
                                   const std::vector<observed_step>& seen) {
    std::vector<step_change> all(graph_.steps.size());
    for (step_index step : wanted) {
      const std::optional<step_index> then = graph_then_.find(graph_.steps[step].id);
      if (then && is_pure(graph_then_.steps[*then].kind())) all[step].outputs_before = gave_then(*then);
      all[step].reasons = reasons(step, then, seen[step]);
    }
    return all;
  }

  std::vector<std::string> gone() const {
    std::vector<std::string> ids;
    for (const graph_step& each : graph_then_.steps)
      if (!graph_.find(each.id)) ids.push_back(each.id);
    return ids;
  }

 private:
  std::optional<digest> gave_then(step_index step) const {
    if (!outputs_then_[step]) return std::nullopt;
    return given_by(*outputs_then_[step]);
  }

  /// From the cache, and from this build tree where it ran the same.
  void find_outputs() {
    outputs_then_.resize(graph_then_.steps.size());
    for (step_index step = 0; step < graph_then_.steps.size(); ++step) {
      const graph_step& each = graph_then_.steps[step];
      if (!is_pure(each.kind())) continue;
      std::vector<upstream_result> upstream;
      for (step_index before : each.after)
        if (outputs_then_[before])
          upstream.push_back(upstream_of(each, before, graph_then_, *outputs_then_[before]));
      if (upstream.size() != each.after.size()) continue;
      const digest key = key_of(each, seen_then_[step], upstream, renamed_);
      const auto last = remembered_.last(each.id);
      if (last && last->result.key == key)
        outputs_then_[step] = last->result;
      else if (const auto kept = remembered_.cached(key))
        outputs_then_[step] = *kept;
    }
  }

  std::vector<std::string> reasons(step_index step,
                                   std::optional<step_index> then,
                                   const observed_step& seen) {
    const graph_step& each = graph_.steps[step];
    if (!is_inside(*each.pipeline)) return {"its sources are in another repository"};
    if (!then) return {"it is new"};
    const graph_step& before = graph_then_.steps[*then];
    if (before.kind() != each.kind()) return {"it was another kind of step"};
    std::vector<std::string> why;
    if (is_pure(each.kind())) {
      why = reasons_between(without_made(parts_of(before, seen_then_[*then], {}, renamed_), each),
                            without_made(parts_of(each, seen, {}), each));
      for (const std::string& reason : reasons_of_targets(each)) why.push_back(reason);
      for (const std::string& reason : moved_tools(each, seen)) why.push_back(reason);
      if (each.command() != nullptr && each.command()->always) why.emplace_back("declared ALWAYS");
    } else {
      why = reasons_of_effect(each, before);
    }
    if (ids(each, graph_) != ids(before, graph_then_)) why.emplace_back("it comes after other steps");
    return why;
  }

  /// Without the files that CMake's targets make: there are none of them at the other commit.
  key_parts without_made(key_parts parts, const graph_step& of) const {
    std::set<std::string> made;
    if (of.command() != nullptr)
      for (const text& target : of.command()->depends)
        for (const std::string& file : now_.files_of_target(target.str()))
          made.insert({file, path_below(file, now_.where.build_root)});
    std::erase_if(parts, [&](const key_part& each) {
      return (each.kind == "settings" || each.kind == "tool") && made.contains(each.name);
    });
    return parts;
  }

  /// By the sources of what DEPENDS names and of all that it links.
  std::vector<std::string> reasons_of_targets(const graph_step& of) {
    std::vector<std::string> why;
    if (of.command() == nullptr) return why;
    for (const text& target : of.command()->depends) {
      const auto [at, added] = targets_.try_emplace(target.str());
      if (added) at->second = reason_of_target(target.str());
      if (!at->second.empty()) why.push_back(at->second);
    }
    return why;
  }

  /// `src/price.cpp of price changed`; empty where all its sources are as they were.
  std::string reason_of_target(const std::string& target) const {
    const auto text = read_file_if_there(now_.where.own() + "/depends/" + target + ".sources");
    if (!text || !*text) return "it is not known what " + target + " is made of";
    for (const std::string& path : split(**text, '\n')) {
      if (path == "?") return "it is not known what " + target + " is made of";
      if (path.empty() || !path.starts_with(now_.model.tree.source_root + "/")) continue;
      const std::string below = path_below(path, now_.model.tree.source_root);
      const std::string other = then_.model.tree.source_root + "/" + below;
      if (std::string changed = path.ends_with('/') ? first_difference(path, other) : difference(path, other);
          !changed.empty())
        return fmt::format("{} of {} changed", path_below(changed, now_.model.tree.source_root), target);
    }
    return {};
  }
  static std::string difference(const std::string& here, const std::string& there) {
    const auto now = read_file_if_there(here), then = read_file_if_there(there);
    return now && then && *now == *then ? std::string() : here;
  }
  /// Of a folder of headers: what git lists in it.
  std::string first_difference(const std::string& here, const std::string& there) const {
    const auto files_in = [&](const std::string& folder, const session& of) {
      shared_index index({}, of.around);
      result<file_set> files =
          index.look({folder.substr(0, folder.size() - 1), {}, {}, {of.where.build_root}, true});
      return files ? *std::move(files) : file_set();
    };
    const file_set now = files_in(here, now_), then = files_in(there, then_);
    if (now == then) return {};
    for (const observed_file& each : now)
      if (std::ranges::find(then, each) == then.end()) return here + each.path;
    return here;
  }

  /// Tools that are others than when the step ran here last.
  std::vector<std::string> moved_tools(const graph_step& of, const observed_step& seen) const {
    const auto tools = [](key_parts parts) {
      std::erase_if(parts, [](const key_part& each) { return each.kind != "tool"; });
      return parts;
    };
    const key_parts before = remembered_.parts(of.id);
    if (before.empty() || !remembered_.last(of.id)) return {};
    return reasons_between(tools(before), tools(parts_of(of, seen, {})));
  }

  std::vector<std::string> reasons_of_effect(const graph_step& each, const graph_step& before) {
    std::vector<std::string> why;
    const auto &there = bundle(*before.pipeline, then_), &here = bundle(*each.pipeline, now_);
    if (!there || !here)
      why.emplace_back("what it deploys cannot be read");
    else if (std::string difference = bundle_difference(*there, *here); !difference.empty())
      why.push_back(std::move(difference));
    if (words_for(before, then_) != words_for(each, now_))
      why.push_back("the environment is declared otherwise");
    return why;
  }

  const std::optional<std::string>& bundle(const declared_pipeline& of, const session& in) {
    const auto [at, added] = bundles_.try_emplace(&of);
    if (added) at->second = bundle_of_tree(of, in);
    return at->second;
  }

  bool is_inside(const declared_pipeline& of) const {
    const auto own = observing::git_layout_of(of.source_directory),
               root = observing::git_layout_of(now_.model.tree.source_root);
    return own && root && (own->top == root->top || own->top.starts_with(root->top + "/"));
  }

  static std::vector<std::string> ids(const graph_step& of, const step_graph& in) {
    std::vector<std::string> all;
    for (step_index before : of.after) all.push_back(in.steps[before].id);
    return all;
  }

  const session &now_, &then_;
  const step_graph& graph_;
  const memory& remembered_;
  step_graph graph_then_;
  renamed_folders renamed_;
  std::map<std::string, std::string>
      targets_;  ///< of DEPENDS: why what they make is another; empty: it is not
  std::vector<observed_step> seen_then_;
  std::vector<std::optional<step_result>> outputs_then_;
  std::map<const declared_pipeline*, std::optional<std::string>> bundles_;
};

}  // namespace
}  // namespace engine_affected

or_errors<change_found> change_since(const session& of,
                                     const affected_request& request,
                                     const step_graph& graph,
                                     const std::vector<step_index>& wanted,
                                     const std::vector<observed_step>& seen,
                                     const memory& remembered,
                                     const cancellation* cancelled) {
  const result<change_base> base =
      change_base_of(of.model.tree.source_root, request.since, ci_event_of(of.around), of.around);
  if (!base) return {.errors = {base.error()}};
  or_errors<session> then = tree_at(of, base->commit, cancelled);
  if (!then) return {.errors = std::move(then.errors)};
  engine_affected::comparison both(of, *then, graph, remembered);
  or_errors<change_found> found;
  found.made = change_found{*base, both.changes(wanted, seen), both.gone()};
  return found;
}

}  // namespace cicd
