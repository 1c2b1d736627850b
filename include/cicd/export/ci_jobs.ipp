// From the graph to jobs: each step belongs to the job of its stage, and a job comes after those of the steps
// before its own.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include <cicd/declare/made_names.hpp>
#include <cicd/declare/targets.hpp>
#include <cicd/export/ci_gate.hpp>
#include <cicd/export/ci_jobs.hpp>

namespace cicd {

namespace export_ci_jobs {
namespace {

constexpr auto job_name = ci_job_name;

/// The part of a step: the target `<pipeline>.<part>` ends with it. Empty where it runs within other jobs.
std::string part_of(const graph_step& of) {
  if (of.is_of_branch()) return of.name();
  switch (of.kind()) {
    case step_kind::image:
      return of.declared_function() != nullptr ? "zip" : of.declared_files() != nullptr ? "files" : "image";
    case step_kind::publish: return "publish";
    case step_kind::deploy: return of.name();
    case step_kind::command: break;
  }
  const step& declared = *of.command();
  if (declared.stage == step_stage::build || of.name() == "build") return "build";
  if (declared.stage == step_stage::test || of.name() == "test") return "test";
  if (declared.stage == step_stage::scan || of.name() == "scan") return "scan";
  return declared.check ? of.name() : std::string();
}

class job_builder {
 public:
  job_builder(const model& of, const step_graph& graph)
      : of_(of), graph_(graph), job_of_(graph.steps.size()) {}

  ci_jobs built() && {
    if (of_.exports) made_.branches = texts(of_.exports->branches);
    for (step_index at = 0; at < graph_.steps.size(); ++at) place_step(at);
    for (step_index at = 0; at < graph_.steps.size(); ++at) connect(at);
    add_gates();
    for (const declared_pipeline& each : of_.pipelines) add_others(each);
    made_.main_branch = main_branch();
    add_fleet();
    add_pushes();
    finish_flags();
    find_clashes();
    fold();
    return std::move(made_);
  }

 private:
  static std::vector<std::string> texts(const std::vector<ref_pattern>& of) {
    std::vector<std::string> all;
    for (const ref_pattern& each : of) all.push_back(each.str());
    return all;
  }

  std::string role_for(std::string_view place) const {
    if (!of_.exports) return {};
    for (const label& each : of_.exports->logins)
      if (each.key.view() == place) return each.value;
    return {};
  }

  ci_job* find(std::string_view name) {
    const auto found = at_.find(name);
    return found == at_.end() ? nullptr : &made_.single[found->second];
  }

  ci_job& add(ci_job_kind kind, std::string_view pipeline, std::string_view part) {
    const std::string name = job_name(pipeline, part);
    if (ci_job* there = find(name); there != nullptr && kind == ci_job_kind::verify && there->kind == kind
                                    && there->pipeline == pipeline && there->part == part)
      return *there;
    at_.emplace(name, made_.single.size());
    return made_.single.emplace_back(
        ci_job{.kind = kind, .name = name, .pipeline = std::string(pipeline), .part = std::string(part)});
  }

  /// A deploy that an event of this repository sets off, or a person.
  void fill_deploy(ci_job& to, const graph_step& step) {
    const environment& place = *step.place();
    to.environment = place.name.str();
    to.place = job_name(to.pipeline, place.name.view());
    to.role = role_for(place.name.view());
    to.reads_remote = true;
    to.on = place.on;
    to.asks_approval = place.approval != approval_rule::none;
    to.is_approved = to.asks_approval;
    to.is_planned = to.is_approved;
    if (place.on.kind == ref_kind::none) to.kind = ci_job_kind::by_hand;
    if (step.branch_copy() != nullptr) {
      to.kind = ci_job_kind::preview;
      to.place += "-preview";
      to.is_preview = to.is_approved = to.is_planned = true;
      to.asks_approval = step.branch_copy()->approval != approval_rule::none;
    }
    if (step.branch_share() != nullptr) {
      to.kind = ci_job_kind::by_hand;
      to.place += "-canary";
      to.is_approved = to.is_planned = false;
      to.asks_approval = to.asks_approval || step.branch_share()->approval != approval_rule::none;
      to.command = fmt::format("canary start {} {}", "{pipeline}", place.name.view());
      if (step.name() != canary_step_name(step.pipeline->declared, canary{.in = place.name}))
        to.command += " --service " + step.branch_share()->service.str();
    }
  }

  void place_step(step_index at) {
    const graph_step& step = graph_.steps[at];
    const bool is_deploy = step.kind() == step_kind::deploy;
    // What is released by itself, or elsewhere, is moved by reconcile.
    if (step.part_of != nullptr
        || (is_deploy && !step.is_of_branch() && (step.pipeline->is_elsewhere() || moves_by_itself(step))))
      return;
    if (step.pipeline->is_elsewhere()) return;
    const std::string part = part_of(step);
    if (part.empty()) return;
    ci_job& job =
        add(is_deploy ? ci_job_kind::deploy : ci_job_kind::verify, step.pipeline->declared.name.view(), part);
    job.steps.push_back(step.id);
    if (is_deploy) fill_deploy(job, step);
    if (step.kind() == step_kind::publish) job.role = role_for("publish"), job.reads_remote = true;
    // A preview publishes behind its own gate, and so does what runs alone.
    const bool publishes = step.kind() == step_kind::publish || job.kind == ci_job_kind::preview
                           || job.kind == ci_job_kind::by_hand;
    job.signs_keyless = job.signs_keyless || (publishes && step.pipeline->declared.sign_keyless);
    job_of_[at] = job.name;
  }

  static bool moves_by_itself(const graph_step& step) {
    return step.place()->on.kind == ref_kind::none && !step.place()->from.empty();
  }

  /// The jobs of the steps before it; through those that have none.
  void collect(step_index at, bool is_within, std::set<std::string>& to, std::set<step_index>& seen) const {
    if (!seen.insert(at).second) return;
    const graph_step& step = graph_.steps[at];
    const auto take = [&](step_index before) {
      const graph_step& other = graph_.steps[before];
      // A branch's copy publishes behind its own gate.
      const bool is_passed = is_within && other.kind() == step_kind::publish;
      if (job_of_[before].empty() || is_passed)
        collect(before, is_within, to, seen);
      else
        to.insert(job_of_[before]);
    };
    for (const step_index before : step.after) take(before);
    for (const step_index before : step.after_if_wanted) take(before);
  }

  /// Whether `from` comes after `name`, through others.
  bool reaches(const std::string& from, const std::string& name, std::set<std::string>& seen) {
    if (from == name) return true;
    if (!seen.insert(from).second) return false;
    const ci_job* job = find(from);
    return job != nullptr && std::ranges::any_of(job->after, [&](const std::string& each) {
             return reaches(each, name, seen);
           });
  }

  /// An edge that would close a circle is left out: the step before is run again there, or comes back.
  void connect(step_index at) {
    if (job_of_[at].empty()) return;
    std::set<std::string> before;
    std::set<step_index> seen;
    collect(at, graph_.steps[at].is_of_branch(), before, seen);
    ci_job& job = *find(job_of_[at]);
    for (const std::string& each : before) {
      std::set<std::string> visited;
      const ci_job& other = *find(each);
      // No event sets off both.
      const bool is_other_event = job.on.kind == ref_kind::tag && other.on.kind == ref_kind::branch;
      if (is_other_event) continue;
      if (each != job.name && std::ranges::find(job.after, each) == job.after.end()
          && !reaches(each, job.name, visited))
        job.after.push_back(each);
    }
  }

  void add_gates() {
    std::vector<ci_job> all;
    for (ci_job& each : made_.single) {
      if (!each.is_approved) {
        all.push_back(std::move(each));
        continue;
      }
      const std::string what(what_is_deployed(each));
      ci_job gate{.kind = ci_job_kind::gate,
                  .name = job_name(each.pipeline, "approve-" + what),
                  .pipeline = each.pipeline,
                  .part = "approve-" + what};
      gate.after = each.after;
      gate.steps = each.steps;
      gate.place = each.place;
      gate.environment = each.environment;
      gate.on = each.on;
      gate.is_preview = each.is_preview;
      gate.is_named = each.kind == ci_job_kind::by_hand;
      if (each.is_planned) {
        ci_job plan = each;
        plan.kind = ci_job_kind::plan;
        plan.part = "plan-" + what;
        plan.name = job_name(each.pipeline, plan.part);
        plan.is_approved = plan.asks_approval = false;
        plan.is_named = gate.is_named;
        // The plan is of what is published; of a preview it is of what is made, which no change may reach.
        (each.is_preview ? plan : each).signs_keyless = false;
        if (each.is_preview)
          for (const char* part : {"files", "image", "zip"})
            if (find(job_name(each.pipeline, part)) != nullptr) plan.makes.emplace_back(part);
        gate.after.push_back(plan.name);
        each.after.push_back(plan.name);
        all.push_back(std::move(plan));
      }
      each.after.push_back(gate.name);
      all.push_back(std::move(gate));
      all.push_back(std::move(each));
    }
    made_.single = std::move(all);
    at_.clear();
    for (std::size_t at = 0; at < made_.single.size(); ++at) at_.emplace(made_.single[at].name, at);
  }

  void add_command(ci_job_kind kind,
                   std::string_view pipeline,
                   std::string_view part,
                   std::string command,
                   std::string_view environment) {
    ci_job& job = add(kind, pipeline, part);
    job.command = std::move(command);
    job.environment = std::string(environment);
    job.role = role_for(environment);
    job.reads_remote = true;
  }

  /// What is no step: the end of previews, canaries, the check of cron jobs.
  void add_others(const declared_pipeline& in) {
    const pipeline& of = in.declared;
    const std::string name = of.name.str();
    if (!of.previews.empty()) {
      const std::string_view place = of.previews.front().in.view();
      add_command(ci_job_kind::closed, name, "undeploy-branch", "preview remove {pipeline}", place);
      add_command(ci_job_kind::scheduled, name, "sweep", "preview sweep {pipeline}", place);
    }
    for (const canary& each : of.canaries) {
      const std::string start = canary_step_name(of, each);
      const std::string service =
          start == "canary-" + each.in.str() ? "" : " --service " + each.service.str();
      for (const char* what : {"set", "end"})
        add_command(ci_job_kind::by_hand, name, start + "-" + what,
                    fmt::format("canary {} {} {}{}", what, "{pipeline}", each.in.view(), service),
                    each.in.view());
    }
    if (of.cron_jobs.empty()) return;
    for (const environment& each : of.environments)
      if (can(each.via, way_feature::cluster))
        add_command(ci_job_kind::scheduled, name, "cron-" + each.name.str(),
                    fmt::format("cron list {} {} --check", "{pipeline}", each.name.view()), each.name.view());
  }

  /// A fleet is one pass for all, and a plan of it for what is proposed.
  void add_fleet() {
    bool moves = false;
    for (const graph_step& each : graph_.steps)
      moves = moves
              || (each.kind() == step_kind::deploy && !each.is_of_branch() && each.part_of == nullptr
                  && (each.pipeline->is_elsewhere() || moves_by_itself(each)));
    if (!moves) return;
    ci_job pass{.kind = ci_job_kind::scheduled, .name = "reconcile", .pipeline = {}, .part = "reconcile"};
    pass.command = "reconcile --once --fetch";
    pass.place = "reconcile";
    pass.reads_remote = true;
    pass.role = role_for("reconcile");
    ci_job plan{
        .kind = ci_job_kind::verify, .name = "reconcile-plan", .pipeline = {}, .part = "reconcile-plan"};
    plan.command = "reconcile --plan --fetch --since origin/" + made_.main_branch;
    plan.reads_remote = true;
    plan.role = role_for(plan.part);
    made_.single.push_back(std::move(plan));
    made_.single.push_back(std::move(pass));
  }

  /// The first of BRANCHES that is not a pattern; else `main`, unless environments follow other branches
  /// alone.
  std::string main_branch() const {
    const auto is_one = [](const std::string& each) { return each.find('*') == each.npos; };
    if (const auto found = std::ranges::find_if(made_.branches, is_one); found != made_.branches.end())
      return *found;
    std::string first;
    for (const declared_pipeline& each : of_.pipelines)
      for (const environment& place : each.declared.environments) {
        const std::string branch = place.on.pattern.str();
        if (each.is_elsewhere() || place.on.kind != ref_kind::branch || !is_one(branch)) continue;
        if (branch == "main") return branch;
        if (first.empty()) first = branch;
      }
    return first.empty() ? "main" : first;
  }

  void add_pushes() {
    std::vector<std::string> followed{"main"};
    for (const ci_job& each : made_.single) {
      if (each.on.kind == ref_kind::branch) followed.push_back(each.on.pattern.str());
      if (each.on.kind == ref_kind::tag) made_.tags.push_back(each.on.pattern.str());
    }
    if (made_.branches.empty()) made_.branches = std::move(followed);
    for (std::vector<std::string>* list : {&made_.branches, &made_.tags}) {
      std::ranges::sort(*list);
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
  }

  void finish_flags() {
    for (ci_job& each : made_.single) {
      each.is_named = each.is_named || each.kind == ci_job_kind::by_hand;
      made_.has_previews = made_.has_previews || each.kind == ci_job_kind::closed;
      made_.has_scheduled = made_.has_scheduled || each.kind == ci_job_kind::scheduled;
      made_.has_by_hand = made_.has_by_hand || each.kind == ci_job_kind::by_hand;
    }
  }

  /// `web` with `e2e-build` and `web-e2e` with `build` are told apart by no name of a CI system.
  void find_clashes() {
    std::map<std::string, std::string> jobs, places;
    for (const ci_job& each : made_.single) {
      const std::string what = each.pipeline.empty() ? "cicd " + each.part : each.pipeline + "." + each.part;
      note(each.name, what, jobs);
      if (each.place.empty() || each.kind == ci_job_kind::gate || each.kind == ci_job_kind::plan) continue;
      // Of one place there may be several canaries.
      const bool is_canary = each.command.starts_with("canary ");
      const std::string place =
          is_canary ? fmt::format("canary of {}/{}", each.pipeline, each.environment) : what;
      if (const auto there = places.find(each.place); there == places.end() || there->second != place)
        note(each.place, place, places);
      if (each.is_approved) note(each.place + "-approval", "the gate of " + what, places);
    }
  }

  void note(const std::string& name, const std::string& what, std::map<std::string, std::string>& to) {
    const auto [there, is_new] = to.emplace(name, what);
    if (!is_new && !made_.clashes) made_.clashes = ci_jobs::clash{name, there->second, what};
  }

  /// Whether one job with a matrix can be both: nothing but the pipeline differs.
  static bool is_alike(const ci_job& one, const ci_job& other) {
    const auto traits = [](const ci_job& of) {
      return std::tie(of.kind, of.part, of.environment, of.role, of.command, of.is_approved, of.is_planned,
                      of.asks_approval, of.reads_remote, of.is_named, of.signs_keyless, of.makes);
    };
    return traits(one) == traits(other) && one.on == other.on;
  }

  /// `all-deploy-prod`; of the next that is not alike `all-deploy-prod-2`, which is no name of another part.
  std::string matrix_name(const std::string& part, const std::vector<ci_job>& folded) const {
    const auto is_taken = [&](const std::string& name) {
      return std::ranges::find(folded, name, &ci_job::name) != folded.end();
    };
    const auto is_of_part = [&](const std::string& name) {
      return std::ranges::any_of(made_.single,
                                 [&](const ci_job& each) { return "all-" + each.part == name; });
    };
    std::string name = "all-" + part;
    for (int number = 2; is_taken(name) || (number > 2 && is_of_part(name)); ++number)
      name = fmt::format("all-{}-{}", part, number);
    return name;
  }

  /// Whether its name is `<pipeline>-<part>`, as the lines of a matrix name each of its jobs.
  static bool may_fold(const ci_job& of) {
    return !of.pipeline.empty() && of.name.size() == of.pipeline.size() + 1 + of.part.size();
  }

  /// Of many pipelines one job for each part, with a matrix; more where jobs of a part are not alike.
  void fold() {
    made_.jobs = made_.single;
    if (of_.pipelines.size() <= most_single_pipelines) return;
    std::map<std::string, std::string> group_of;
    std::vector<ci_job> folded;
    for (const ci_job& each : made_.single) {
      auto there = std::ranges::find_if(folded, [&](const ci_job& one) {
        return one.is_matrix() && may_fold(each) && is_alike(one, each);
      });
      if (there == folded.end()) {
        const std::string name = may_fold(each) ? matrix_name(each.part, folded) : each.name;
        there = folded.insert(folded.end(), each);
        there->name = name;
        there->after.clear();
        if (may_fold(each)) there->pipeline.clear();
      }
      group_of[each.name] = there->name;
      if (may_fold(each)) there->pipelines.push_back(each.pipeline);
    }
    made_.jobs = std::move(folded);
    for (const ci_job& each : made_.single)
      for (const std::string& before : each.after) connect_groups(group_of[each.name], group_of[before]);
  }

  void connect_groups(const std::string& later, const std::string& before) {
    ci_job& job = *std::ranges::find(made_.jobs, later, &ci_job::name);
    std::vector<std::string> open{before};
    std::set<std::string> seen;
    while (!open.empty()) {
      const std::string at = open.back();
      open.pop_back();
      if (at == later) return;
      if (seen.insert(at).second)
        for (const std::string& each : std::ranges::find(made_.jobs, at, &ci_job::name)->after)
          open.push_back(each);
    }
    if (std::ranges::find(job.after, before) == job.after.end()) job.after.push_back(before);
  }

  const model& of_;
  const step_graph& graph_;
  std::vector<std::string> job_of_;
  ci_jobs made_;
  std::map<std::string, std::size_t, std::less<>> at_;  ///< of single jobs, by name
};

}  // namespace
}  // namespace export_ci_jobs

const ci_job* ci_jobs::find(std::string_view name) const {
  const auto found = std::ranges::find(jobs, name, &ci_job::name);
  return found == jobs.end() ? nullptr : &*found;
}

ci_jobs ci_jobs_of(const model& of, const step_graph& graph) {
  return export_ci_jobs::job_builder(of, graph).built();
}

}  // namespace cicd
