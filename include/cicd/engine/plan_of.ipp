// The one parser, the one graph and the one gate, asked about a checkout that there is not.
#pragma once

#include <cicd/engine/plan_of.hpp>

#include <algorithm>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/deliver/policy/declared_question.hpp>
#include <cicd/deliver/policy/gates_declared.hpp>
#include <cicd/engine/found_templates.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

namespace engine_plan_of {
namespace {

ci_event in_ci(event_kind kind) {
  ci_event made;
  made.kind = kind;
  made.system = "CI";
  made.commit = std::string(40, '0');
  made.known_by = "plan_of";
  return made;
}

ci_event proposed(event_kind kind, int number, std::string into) {
  ci_event made = in_ci(kind);
  made.branch = std::move(into);
  if (number != 0) made.request = std::to_string(number);
  return made;
}

std::string name_of(const ci_event& of) {
  const std::string name = !of.request.empty() ? of.request : !of.tag.empty() ? of.tag : of.branch;
  return fmt::format("{} {}{}", text_of(of.kind), name, of.fork ? " of a fork" : "");
}

/// Paths without a folder above them are below one that there is not.
std::string rooted(const std::string& path) {
  return path.starts_with('/') ? path : "/./" + path;
}

model checked_model(const std::vector<pipeline>& declared, std::string_view templates, const char* caller) {
  const std::string file = rooted(caller), folder = file.substr(0, file.rfind('/'));
  recorded_calls calls{.tree = {.source_root = folder,
                                .build_root = folder + "/build",
                                .target_prefix = {},
                                .template_path = {}},
                       .calls = {}};
  for (const pipeline& each : declared)
    for (call& one : calls_of(each, {file, folder, "/."})) calls.calls.push_back(std::move(one));
  std::vector<std::string> folders = split(templates, ':');
  std::erase(folders, "");
  model_or_errors made = model_of(calls, templates_in(std::move(folders)));
  if (made.errors.empty()) return std::move(made.model);
  std::string words;
  for (const error& each : made.errors) words += text_of(each);
  throw refused_declaration(words);
}

class planner_of_event {
 public:
  planner_of_event(const model& of, const ci_event& event)
      : of_(of), event_(event), graph_(graph_of(of)), names_targets_(!is_followed()) {}

  event_plan plan() {
    event_plan made{.event = name_of(event_), .deploys = {}, .all_steps = {}};
    std::vector<step_index> wanted;
    for (const declared_pipeline& each : of_.pipelines) add_deploys(each, made);
    for (step_index at = 0; at < graph_.steps.size(); ++at) {
      const graph_step& step = graph_.steps[at];
      if (step.is_of_branch()) continue;
      made.all_steps.push_back(step.id);
      if (is_wanted(step, made)) wanted.push_back(at);
    }
    const std::vector<step_index> all = closure(graph_, wanted);
    order_wanted(graph_, all);
    for (const step_index at : all) made.steps.push_back(step_of(graph_.steps[at], all));
    return made;
  }

 private:
  bool is_followed() const { return event_.kind == event_kind::push || event_.kind == event_kind::tag; }

  gate_question asked(change what, const declared_pipeline& pipeline, const environment* place) const {
    gate_question of = question_of(what, pipeline, place);
    of.event = event_;
    source_facts own;
    own.folder = pipeline.repository();
    own.git.repository = true;
    own.git.commit = std::string(40, '0');
    if (!event_.tag.empty()) own.git.tags = {event_.tag};
    if (event_.tag.empty() && !event_.is_proposed()) own.git.branch = event_.branch;
    of.sources.push_back(std::move(own));
    // What is declared here is what the base branch declares, too.
    of.base = base_declaration{.branch = event_.branch, .commit = std::string(40, '0')};
    if (pipeline.declared.previews.empty()) of.base->lacks = "pipeline_preview(" + of.pipeline + " …)";
    if (place != nullptr && what == change::deploy)
      of.released = release_rules_of(
          pipeline, *place,
          released_tag(of.sources[0].git.tags, event_.tag, place->on, versions_of(pipeline.declared)));
    return of;
  }

  static std::string words_of(const error& why) {
    return why.what + (why.value ? ": '" + *why.value + "'" : "");
  }

  std::string why_not(const declared_pipeline& pipeline, const environment& place) const {
    const status may = may_begin(asked(change::deploy, pipeline, &place));
    if (!may) return words_of(may.error());
    const bool is_made = names_targets_ || is_led_to(pipeline, place);
    return is_made ? std::string() : "it has no ON, so that no event leads to it";
  }

  bool is_led_to(const declared_pipeline& pipeline, const environment& place) const {
    if (names_targets_) return false;
    const bool is_tag = event_.kind == event_kind::tag;
    const auto all = environments_of_event(pipeline, is_tag ? ref_kind::tag : ref_kind::branch,
                                           is_tag ? event_.tag : event_.branch);
    return std::ranges::find(all, &place) != all.end();
  }

  static planned_deploy deploy_of(const declared_pipeline& pipeline, const environment& place) {
    planned_deploy made{.pipeline = pipeline.declared.name.str(), .environment = place.name.str()};
    if (const auto gates = gates_of({place, {}}, {}))
      for (const declared_gates::gate& each : gates->gates)
        if (each.words.front() != "PROTECTED" && each.words.front() != "VERIFY")
          made.asks.push_back(joined(each.words, " "));
    const release_rules released = release_rules_of(pipeline, place, {});
    if (!released.branches.empty()) made.asks.push_back("BRANCHES " + joined(released.branches, " "));
    return made;
  }

  void add_deploys(const declared_pipeline& pipeline, event_plan& to) const {
    std::string refused;  // of those that the event leads to
    for (const environment& place : pipeline.declared.environments) {
      planned_deploy made = deploy_of(pipeline, place);
      made.why_not = why_not(pipeline, place);
      if (!made.is_made() && is_led_to(pipeline, place)) refused = made.environment;
      to.deploys.push_back(std::move(made));
    }
    if (refused.empty()) return;
    for (planned_deploy& each : to.deploys)
      if (each.pipeline == pipeline.declared.name.view() && each.is_made())
        each.why_not = "of one pipeline all that an event leads to is deployed or nothing, and " + refused
                       + " is refused";
  }

  bool is_wanted(const graph_step& step, const event_plan& made) const {
    if (step.kind() == step_kind::deploy)
      return made.deploys_to(step.pipeline->declared.name.str() + "/" + step.place()->name.str());
    if (!names_targets_) return false;
    return step.kind() != step_kind::publish || may_begin(asked(change::publish, *step.pipeline, nullptr));
  }

  planned_step step_of(const graph_step& step, const std::vector<step_index>& among) const {
    planned_step made{.id = step.id, .kind = std::string(word_of(step.kind()))};
    for (const step_index before : step.after)
      if (std::ranges::find(among, before) != among.end()) made.after.push_back(graph_.steps[before].id);
    return made;
  }

  const model& of_;
  const ci_event& event_;
  step_graph graph_;
  bool names_targets_;  ///< a job does, and no event
};

/// `orders/prod` by that, or by `prod` where there is no other; throws where there is none or several.
std::size_t found_by(std::string_view name, const std::vector<std::string>& ids, const char* what) {
  std::vector<std::size_t> found;
  for (std::size_t at = 0; at < ids.size(); ++at)
    if (ids[at] == name || ids[at].substr(ids[at].find('/') + 1) == name) found.push_back(at);
  if (found.size() == 1) return found.front();
  std::vector<std::string> near = ids;
  for (const std::string& each : ids) near.push_back(each.substr(each.find('/') + 1));
  error none{exit_class::usage,
             {},
             (found.empty() ? "there is no such " : "several pipelines have such a ") + std::string(what),
             std::string(name),
             {}};
  none = std::move(none).with("allowed", joined(ids, ", "));
  if (found.empty()) none = std::move(none).with("did you mean", nearest(name, near).value_or(""));
  throw std::invalid_argument(text_of(none));
}

}  // namespace
}  // namespace engine_plan_of

ci_event branch(std::string name) {
  ci_event made = engine_plan_of::in_ci(event_kind::push);
  made.branch = std::move(name);
  return made;
}

ci_event tag(std::string name) {
  ci_event made = engine_plan_of::in_ci(event_kind::tag);
  made.tag = std::move(name);
  return made;
}

ci_event pull_request(int number, std::string into) {
  return engine_plan_of::proposed(event_kind::pull_request, number, std::move(into));
}

ci_event pull_request_of_fork(int number, std::string into) {
  ci_event made = pull_request(number, std::move(into));
  made.fork = "another repository";
  return made;
}

ci_event merge_queue(std::string into) {
  return engine_plan_of::proposed(event_kind::merge_queue, 0, std::move(into));
}

ci_event schedule(std::string branch) {
  ci_event made = engine_plan_of::in_ci(event_kind::schedule);
  made.branch = std::move(branch);
  return made;
}

ci_event by_hand(std::string branch) {
  ci_event made;
  made.branch = std::move(branch);
  return made;
}

bool event_plan::runs(std::string_view step) const {
  const std::string& id = all_steps[engine_plan_of::found_by(step, all_steps, "step")];
  return std::ranges::find(steps, id, &planned_step::id) != steps.end();
}

const planned_deploy& event_plan::deploy(std::string_view environment) const {
  std::vector<std::string> ids;
  for (const planned_deploy& each : deploys) ids.push_back(each.pipeline + "/" + each.environment);
  return deploys[engine_plan_of::found_by(environment, ids, "environment")];
}

bool event_plan::deploys_to(std::string_view environment) const {
  return deploy(environment).is_made();
}

const std::string& event_plan::why_not(std::string_view environment) const {
  return deploy(environment).why_not;
}

std::string text_of(const event_plan& of) {
  std::string text = of.event + "\n";
  for (const planned_deploy& each : of.deploys) {
    const std::string rest =
        each.is_made() ? each.asks.empty() ? "is deployed" : "is deployed, after " + joined(each.asks, ", ")
                       : "is not deployed: " + each.why_not;
    text += fmt::format("  {}/{} {}\n", each.pipeline, each.environment, rest);
  }
  std::vector<std::string> ids;
  for (const planned_step& each : of.steps) ids.push_back(each.id);
  return text + "  steps: " + (ids.empty() ? "none" : joined(ids, ", ")) + "\n";
}

std::ostream& operator<<(std::ostream& to, const event_plan& of) {
  return to << text_of(of);
}

event_plan plan_of(const std::vector<pipeline>& declared,
                   const ci_event& happened,
                   std::string_view templates,
                   const char* caller) {
  const model checked = engine_plan_of::checked_model(declared, templates, caller);
  return engine_plan_of::planner_of_event(checked, happened).plan();
}

event_plan plan_of(const pipeline& declared,
                   const ci_event& happened,
                   std::string_view templates,
                   const char* caller) {
  return plan_of(std::vector<pipeline>{declared}, happened, templates, caller);
}

}  // namespace cicd
