// From the declaration to the view.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/health.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/image_copies.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/driver/commands/target_view.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

namespace driver_commands_target_view {
namespace {

using declaring::values_of;

void add(named_values& to, std::string name, std::vector<std::string> values) {
  if (!values.empty()) to.emplace_back(std::move(name), std::move(values));
}

/// The given ones of these fields.
template <typename T>
named_values fields_of(const T& of, std::initializer_list<std::string_view> keys) {
  named_values all;
  for (const std::string_view wanted : keys)
    each_field(const_cast<T&>(of), [&](std::string_view key, const auto& field) {
      if (key == wanted) add(all, replaced_all(std::string(key), "_", " "), values_of(field));
    });
  return all;
}

named_values made_of(const step& of) {
  named_values all =
      fields_of(of, {"command", "shell", "wrapper", "tools", "inputs", "optional_inputs", "outputs",
                     "reports", "pass_env", "secrets", "keep", "cache_dirs", "needs"});
  if (!of.names_inputs()) add(all, "inputs", {"what git tracks and what it does not ignore"});
  return all;
}

named_values made_of(const declared_pipeline& pipeline, const image& of) {
  named_values all = fields_of(
      of, {"base", "dockerfile", "context", "target", "args", "jar", "files", "entrypoint", "user"});
  add(all, "repository", {repository_of(pipeline, of)});
  return all;
}

named_values made_of(const declared_pipeline& pipeline, const zip_function& of) {
  named_values all = fields_of(of, {"zip", "config", "functions"});
  add(all, "repository", {repository_of(pipeline, of)});
  return all;
}

named_values made_of(const declared_pipeline& pipeline, const file_group& of) {
  named_values all = fields_of(of, {"files"});
  add(all, "repository", {repository_of(pipeline, of)});
  return all;
}

/// `image: services/orders`, each.
std::vector<std::string> images_of(const declared_pipeline& pipeline, const environment* place) {
  std::vector<std::string> all;
  for (const published_part& each : published_parts(pipeline)) {
    if (place != nullptr && !takes_from(*place, each.repository)) continue;
    all.push_back(fmt::format("{}: {}", each.name,
                              place == nullptr ? each.repository : repository_in(*place, each.repository)));
  }
  return all;
}

std::string word_of(change of) {
  switch (of) {
    case change::publish: return "publish";
    case change::preview: return "preview";
    case change::canary: return "canary";
    case change::rollback: return "rollback";
    case change::branch_end: return "preview remove";
    default: return "deploy";
  }
}

/// What runs there, by kind.
void add_workloads(named_values& to, const pipeline& declared) {
  declaring::each_kind([&]<typename T>() {
    if constexpr (declaring::has_pods<T>) {
      std::vector<std::string> names;
      for (const T& each : declared.*declaring::kind<T>.list)
        if (std::string name = each.name.str(); std::ranges::find(names, name) == names.end())
          names.push_back(std::move(name));
      add(to, std::string(declaring::kind<T>.noun) + (names.size() > 1 ? "s" : ""), std::move(names));
    }
  });
}

class target_look {
 public:
  target_look(const target& of, const session& in, const way_of_place& way_of)
      : of_(of), in_(in), way_of_(way_of), graph_(graph_of(in.model)) {}

  target_view view() && {
    made_ = {.name = of_.name,
             .text = of_.description,
             .command = of_.command,
             .needs = of_.depends,
             .is_test = of_.test,
             .plans_only = of_.plans_only};
    const std::string build = in_.build_command();
    made_.run = build.empty() ? "cicd run " + of_.name : build + " " + in_.cmake_name(of_);
    add_steps();
    if (!of_.command.empty()) add_commands();
    return std::move(made_);
  }

 private:
  void add_steps() {
    std::vector<step_index> last;
    for (const std::string& id : of_.steps)
      if (const auto found = graph_.find(id)) last.push_back(*found);
    const std::vector<step_index> all = closure(graph_, last);
    order_wanted(graph_, all);
    for (const step_index at : all) {
      const bool is_last = std::ranges::find(last, at) != last.end();
      made_.steps.push_back(step_of(at, is_last));
      add_build(graph_.steps[at]);
      if (!is_pure(graph_.steps[at].kind())) add_effect(graph_.steps[at]);
    }
  }

  step_view step_of(step_index at, bool is_last) {
    const graph_step& step = graph_.steps[at];
    step_view made{.id = step.id, .kind = std::string(word_of(step.kind())), .is_last = is_last};
    for (const step_index before : step.after) made.after.push_back(graph_.steps[before].id);
    if (step.command() != nullptr) made.made_of = made_of(*step.command());
    if (step.declared_image() != nullptr) made.made_of = made_of(*step.pipeline, *step.declared_image());
    if (step.declared_function() != nullptr) {
      made.kind = "zip";
      made.made_of = made_of(*step.pipeline, *step.declared_function());
    }
    if (step.declared_files() != nullptr) {
      made.kind = "files";
      made.made_of = made_of(*step.pipeline, *step.declared_files());
    }
    if (!is_pure(step.kind())) add(made.made_of, "images", images_of(*step.pipeline, step.place()));
    made.is_local = is_local(step) && std::ranges::all_of(made.after, [&](const std::string& before) {
                      const auto found = std::ranges::find(made_.steps, before, &step_view::id);
                      return found == made_.steps.end() || found->is_local;
                    });
    return made;
  }

  /// A deploy asks of its environment, of those that it comes FROM, and where its images are.
  bool is_local(const graph_step& step) const {
    if (is_pure(step.kind())) return true;
    const bool is_outside = !outside_repositories(*step.pipeline).empty();
    return !is_outside
           && (step.place() == nullptr
               || (way_of_(*step.place()).is_embedded(*step.place()) && step.place()->from.empty()));
  }

  /// What APPROVAL_TO_BUILD asks, once for each pipeline.
  void add_build(const graph_step& step) {
    const std::string name = step.pipeline->declared.name.str();
    const bool is_known = std::ranges::any_of(made_.changes, [&](const change_view& each) {
      return each.pipeline == name && each.what == "build";
    });
    const bool is_asked = step.pipeline->declared.approval_to_build
                          || (step.branch_copy() != nullptr && step.branch_copy()->approval_to_build);
    if (!is_asked || is_known) return;
    change_view made{.pipeline = name, .what = "build"};
    made.rules = rules_of({change::build, *step.pipeline, nullptr, true, approval_rule::required,
                           fmt::format("cicd approve {} --build", name)});
    made_.changes.push_back(std::move(made));
  }

  void add_effect(const graph_step& step) {
    change_view made{.pipeline = step.pipeline->declared.name.str(), .what = word_of(change_of(step))};
    if (step.place() == nullptr) {
      const std::set<std::string> outside = outside_repositories(*step.pipeline);
      made.is_outside = !outside.empty();
      made.to = joined(std::vector(outside.begin(), outside.end()), ", ");
      add(made.declared, "images", images_of(*step.pipeline, nullptr));
      if (made.is_outside) made.login = "a login that can push to " + made.to;
    } else {
      describe(made, *step.pipeline, place_in(step));
      add_workloads(made.declared, step.pipeline->declared);
    }
    declared_change asked{change_of(step), *step.pipeline, step.place(), made.is_outside};
    if (step.place() != nullptr) {
      asked.approval = approval_rule_of(step);
      asked.approve_words = approve_words(step, 0);
    }
    made.rules = rules_of(asked);
    made_.changes.push_back(std::move(made));
  }

  /// A branch's copy in a manifest repository has a folder of its own.
  static environment place_in(const graph_step& step) {
    const environment& place = *step.place();
    if (step.branch_copy() == nullptr || can(place.via, way_feature::cluster)) return place;
    return place_of_copies(place, *step.branch_copy(), step.pipeline->declared.name.view());
  }

  void describe(change_view& to, const declared_pipeline& pipeline, const environment& place) const {
    to.environment = place.name.str();
    to.to = way_of_(place).address_of(pipeline, place);
    to.via = std::string(place.via.view());
    to.is_outside = !way_of_(place).is_embedded(place);
    for (auto& each : fields_of(place, {"on", "from", "verify", "on_failure"}))
      to.declared.push_back(std::move(each));
    std::vector<std::string> parts;
    for (const environment& each : place.parts) parts.push_back(each.name.str());
    if (!parts.empty()) add(to.declared, "parts", parts);
    add(to.declared, "images", images_of(pipeline, &place));
    to.login = login_for(pipeline, place, to);
  }

  /// Of what lies in the build tree any.
  static std::string login_for(const declared_pipeline& pipeline,
                               const environment& place,
                               const change_view& of) {
    if (!of.is_outside) return {};
    if (can(place.via, way_feature::cluster))
      return fmt::format("a login to that cluster with the rights that cicd doctor {} {} --rbac prints",
                         pipeline.declared.name.view(), place.name.view());
    return fmt::format("a login that can push to {}{}", of.to,
                       place.pull_request == forge_kind::none ? "" : "; its merge is the deploy");
  }

  /// `rollback orders prod`, and the like of all pipelines.
  void add_commands() {
    const std::string& name = of_.command.front();
    for (const declared_pipeline& pipeline : in_.model.pipelines) {
      if (!of_.pipeline.empty() && pipeline.declared.name.view() != of_.pipeline) continue;
      for (const environment& place : pipeline.declared.environments)
        if (is_meant(name, pipeline, place)) add_command(name, pipeline, place);
    }
  }

  bool is_meant(const std::string& name, const declared_pipeline& pipeline, const environment& place) const {
    if (name == "preview")
      return std::ranges::find(pipeline.declared.previews, place.name, &preview::in)
             != pipeline.declared.previews.end();
    return of_.command.back() == place.name.view()
           && (name != "verify" || std::ranges::any_of(with_parts(place), [](const environment* each) {
                 return !each->verify.empty();
               }));
  }

  void add_command(const std::string& name, const declared_pipeline& pipeline, const environment& place) {
    change_view made{.pipeline = pipeline.declared.name.str(), .what = name};
    describe(made, pipeline, place);
    if (name != "verify")
      made.rules = rules_of(
          {name == "preview" ? change::branch_end : change::rollback, pipeline, &place, made.is_outside});
    made_.changes.push_back(std::move(made));
  }

  const target& of_;
  const session& in_;
  const way_of_place& way_of_;
  step_graph graph_;
  target_view made_;
};

}  // namespace
}  // namespace driver_commands_target_view

target_view view_of(const target& of, const session& in, const way_of_place& way_of) {
  return driver_commands_target_view::target_look(of, in, way_of).view();
}

std::vector<std::string> local_steps(const target_view& of) {
  std::vector<std::string> all;
  for (const step_view& each : of.steps)
    if (each.is_local) all.push_back(each.id);
  return all;
}

void tell_plan(target_view& to, const std::vector<step_plan>& plan, const step_graph& graph) {
  for (const step_plan& each : plan) {
    const auto found = std::ranges::find(to.steps, graph.steps[each.step].id, &step_view::id);
    if (found == to.steps.end()) continue;
    found->decision = std::string(word_for(each.what));
    found->reasons = each.reasons;
  }
}

}  // namespace cicd
