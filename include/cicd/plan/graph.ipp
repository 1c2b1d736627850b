// Declarations to steps, in the order in which they can run.
#pragma once

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include <cicd/declare/check/overrides.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/targets.hpp>
#include <cicd/plan/graph.hpp>

namespace cicd {

namespace plan_graph {

template <step_kind Kind, typename Work>
constexpr bool is_work_of =
    std::is_same_v<std::variant_alternative_t<static_cast<std::size_t>(Kind), step_work>, Work>;
static_assert(
    is_work_of<
        step_kind::command,
        command_step> && is_work_of<step_kind::image, image_step> && is_work_of<step_kind::publish, publish_step> && is_work_of<step_kind::deploy, deploy_step>);

/// The declaration of the branch's part, where it is of this type.
template <typename Declared>
const Declared* part_of_branch(const step_work& work) {
  const auto* of = std::get_if<deploy_step>(&work);
  const auto* part = of == nullptr ? nullptr : std::get_if<const Declared*>(&of->branch);
  return part == nullptr ? nullptr : *part;
}

}  // namespace plan_graph

std::string deploy_step_of(std::string_view pipeline, std::string_view environment) {
  return std::string(pipeline) + "/deploy-" + std::string(environment);
}

std::string_view word_of(step_kind kind) {
  switch (kind) {
    case step_kind::command: return "command";
    case step_kind::image: return "image";
    case step_kind::publish: return "publish";
    case step_kind::deploy: return "deploy";
  }
  return {};
}

const step* graph_step::command() const {
  const auto* of = std::get_if<command_step>(&work);
  return of == nullptr ? nullptr : of->declared;
}

const image* graph_step::declared_image() const {
  const auto* of = std::get_if<image_step>(&work);
  return of == nullptr ? nullptr : of->declared;
}

const zip_function* graph_step::declared_function() const {
  const auto* of = std::get_if<image_step>(&work);
  return of == nullptr ? nullptr : of->function;
}

const environment* graph_step::place() const {
  const auto* of = std::get_if<deploy_step>(&work);
  return of == nullptr ? nullptr : of->place;
}

const preview* graph_step::branch_copy() const {
  return plan_graph::part_of_branch<preview>(work);
}

const canary* graph_step::branch_share() const {
  return plan_graph::part_of_branch<canary>(work);
}

const file_group* graph_step::declared_files() const {
  const auto* of = std::get_if<image_step>(&work);
  return of == nullptr ? nullptr : of->files;
}

std::optional<step_index> step_graph::find(std::string_view id) const {
  const auto found = by_id.find(id);
  if (found == by_id.end()) return std::nullopt;
  return found->second;
}

namespace plan_graph {

std::string own_repository(const declared_pipeline& pipeline) {
  return pipeline.declared.image ? pipeline.declared.image.str() : pipeline.declared.name.str();
}

/// The bucket of all its environments that have one.
std::string bucket_of(const declared_pipeline& pipeline) {
  for (const environment* each : all_environments(pipeline.declared))
    if (each->bucket) return "s3://" + each->bucket.str() + "/";
  return "bucket:";
}

}  // namespace plan_graph

std::string repository_of(const declared_pipeline& pipeline, const image& of) {
  if (of.repository) return of.repository.str();
  const std::string own = plan_graph::own_repository(pipeline);
  return of.name.view() == "image" ? own : own + "-" + of.name.str();
}

std::string repository_of(const declared_pipeline& pipeline, const zip_function& of) {
  return plan_graph::bucket_of(pipeline) + pipeline.declared.name.str() + "/" + of.name.str();
}

std::string repository_of(const declared_pipeline& pipeline, const file_group& of) {
  const std::string name = of.name.str(), scheme(files_scheme);
  if (of.repository) return scheme + of.repository.str();
  if (of.bucket)
    return fmt::format("{}s3://{}/{}/{}", scheme, of.bucket.view(), pipeline.declared.name.view(), name);
  return scheme + plan_graph::own_repository(pipeline) + "-" + name;
}

std::string repository_of_artifacts(const declared_pipeline& pipeline) {
  if (pipeline.is_declared_elsewhere()) return pipeline.declared.artifacts.str();
  if (!pipeline.declared.images.empty()) return repository_of(pipeline, pipeline.declared.images.front());
  if (pipeline.declared.functions.empty() && !pipeline.declared.file_groups.empty()) {
    const file_group& first = pipeline.declared.file_groups.front();
    if (!first.bucket) return repository_of(pipeline, first).substr(files_scheme.size());
    return "s3://" + first.bucket.str() + "/" + pipeline.declared.name.str();
  }
  return plan_graph::bucket_of(pipeline) + pipeline.declared.name.str();
}

std::vector<published_part> published_parts(const declared_pipeline& pipeline) {
  std::vector<published_part> all;
  for (const image& each : pipeline.declared.images)
    all.push_back({each.name.str(), image_step_name(each), repository_of(pipeline, each)});
  for (const zip_function& each : pipeline.declared.functions)
    all.push_back({each.name.str(), zip_step_name(each), repository_of(pipeline, each), "zip"});
  for (const file_group& each : pipeline.declared.file_groups)
    all.push_back({each.name.str(), files_step_name(each), repository_of(pipeline, each), "files"});
  return all;
}

namespace plan_graph {

/// A step that is not in order yet: its predecessors by id.
struct loose_step {
  graph_step step;
  std::vector<std::string> after;
  std::vector<std::string> after_if_wanted{};
};

std::string id_in(const declared_pipeline& pipeline, std::string_view name) {
  return pipeline.declared.name.str() + "/" + std::string(name);
}

std::vector<std::string> ids_in(const declared_pipeline& pipeline, const std::vector<step_reference>& names) {
  std::vector<std::string> ids;
  for (const step_reference& name : names)
    ids.push_back(name.view().find('/') == std::string_view::npos ? id_in(pipeline, name.view())
                                                                  : name.str());
  return ids;
}

bool has_step(const declared_pipeline& pipeline, std::string_view name) {
  return std::ranges::any_of(pipeline.declared.steps, [&](const step& s) { return s.name.view() == name; });
}

/// An image comes after the steps it names, or after `build` where there is one.
std::vector<std::string> before_image(const declared_pipeline& pipeline,
                                      const std::vector<step_reference>& after) {
  if (!after.empty()) return ids_in(pipeline, after);
  if (has_step(pipeline, "build")) return {id_in(pipeline, "build")};
  return {};
}

void add_commands(const declared_pipeline& pipeline, std::vector<loose_step>& to) {
  for (const step& declared : pipeline.declared.steps)
    to.push_back({{.id = id_in(pipeline, declared.name.view()),
                   .pipeline = &pipeline,
                   .work = command_step{&declared}},
                  ids_in(pipeline, declared.after)});
}

/// The steps that must be good before anything leaves this machine; those of an image that is made are among
/// them.
std::vector<std::string> checks_of(const declared_pipeline& pipeline) {
  std::vector<std::string> checks;
  for (const step& declared : pipeline.declared.steps)
    if (declared.check || declared.stage == step_stage::test || declared.stage == step_stage::scan)
      checks.push_back(id_in(pipeline, declared.name.view()));
  return checks;
}

/// Images, then `publish` after all of them and all checks; gives the ids that a deploy comes after.
std::vector<std::string> add_images(const declared_pipeline& pipeline, std::vector<loose_step>& to) {
  if (pipeline.is_elsewhere()) return {};
  std::vector<std::string> images;
  for (const image& declared : pipeline.declared.images) {
    images.push_back(id_in(pipeline, image_step_name(declared)));
    to.push_back({{.id = images.back(), .pipeline = &pipeline, .work = image_step{&declared}},
                  before_image(pipeline, declared.after)});
  }
  for (const zip_function& declared : pipeline.declared.functions) {
    images.push_back(id_in(pipeline, zip_step_name(declared)));
    to.push_back({{.id = images.back(), .pipeline = &pipeline, .work = image_step{nullptr, &declared}},
                  before_image(pipeline, declared.after)});
  }
  for (const file_group& declared : pipeline.declared.file_groups) {
    images.push_back(id_in(pipeline, files_step_name(declared)));
    to.push_back(
        {{.id = images.back(), .pipeline = &pipeline, .work = image_step{nullptr, nullptr, &declared}},
         before_image(pipeline, declared.after)});
  }
  std::vector<std::string> before = checks_of(pipeline);
  if (images.empty()) return before;
  before.insert(before.end(), images.begin(), images.end());
  to.push_back({{.id = id_in(pipeline, "publish"), .pipeline = &pipeline, .work = publish_step{}}, before});
  return {id_in(pipeline, "publish")};
}

/// What comes before a deploy where one run has both.
std::vector<std::string> before_deploy(const declared_pipeline& pipeline, const environment& place) {
  std::vector<std::string> ids;
  if (publishes(pipeline.declared) && never_builds(place)) ids.push_back(id_in(pipeline, "publish"));
  for (const environment_choice& choice : place.from)
    for (const dns_label& name : choice.any) ids.push_back(id_in(pipeline, "deploy-" + name.str()));
  for (const service& each : declaring::all_merged_in(pipeline.declared.services, place.name.view(), {}))
    for (const service_reference& name : each.after)
      if (const auto slash = name.view().find('/'); slash != std::string_view::npos)
        ids.push_back(deploy_step_of(name.view().substr(0, slash), place.name.view()));
  std::erase(ids, id_in(pipeline, "deploy-" + place.name.str()));
  return ids;
}

void add_deploys(const declared_pipeline& pipeline,
                 const std::vector<std::string>& after,
                 std::vector<loose_step>& to) {
  const bool has_images = publishes(pipeline.declared);
  for (const environment& declared : pipeline.declared.environments)
    to.push_back({{.id = id_in(pipeline, "deploy-" + declared.name.str()),
                   .pipeline = &pipeline,
                   .work = deploy_step{&declared}},
                  has_images && never_builds(declared) ? std::vector<std::string>() : after,
                  before_deploy(pipeline, declared)});
}

const environment* environment_named(const declared_pipeline& pipeline, std::string_view name) {
  const auto found = std::ranges::find_if(pipeline.declared.environments,
                                          [&](const environment& each) { return each.name.view() == name; });
  return found == pipeline.declared.environments.end() ? nullptr : &*found;
}

/// What a branch gets beside an environment, and what it may take of one.
void add_branch_deploys(const declared_pipeline& pipeline,
                        const std::vector<std::string>& after,
                        std::vector<loose_step>& to) {
  const bool only_one = pipeline.declared.previews.size() == 1;
  for (const preview& declared : pipeline.declared.previews)
    to.push_back({{.id = id_in(pipeline, only_one ? "deploy-branch" : "deploy-branch-" + declared.in.str()),
                   .pipeline = &pipeline,
                   .work = deploy_step{environment_named(pipeline, declared.in.view()), &declared}},
                  after});
  for (const canary& declared : pipeline.declared.canaries)
    to.push_back({{.id = id_in(pipeline, canary_step_name(pipeline.declared, declared)),
                   .pipeline = &pipeline,
                   .work = deploy_step{environment_named(pipeline, declared.in.view()), &declared}},
                  after});
}

/// Puts each step after those it depends on, depth first, so that order of declaration is kept where it may
/// be.
class sorter {
 public:
  explicit sorter(std::vector<loose_step> steps)
      : loose_(std::move(steps)), placed_(loose_.size(), -1), is_open_(loose_.size(), false) {
    for (std::size_t at = 0; at < loose_.size(); ++at) where_.emplace(loose_[at].step.id, at);
  }

  step_graph sorted() && {
    graph_.steps.reserve(loose_.size());
    for (std::size_t at = 0; at < loose_.size(); ++at) place(at);
    return std::move(graph_);
  }

 private:
  /// Iterative, since a chain of 10,000 steps is no reason to run out of stack.
  void place(std::size_t first) {
    std::vector<std::pair<std::size_t, std::size_t>> open{{first, 0}};
    while (!open.empty()) {
      auto& [at, next] = open.back();
      const loose_step& of = loose_[at];
      is_open_[at] = true;
      if (placed_[at] >= 0) {
        open.pop_back();
      } else if (next < of.after.size() + of.after_if_wanted.size()) {
        const bool is_wish = next >= of.after.size();
        const auto before =
            where_.find(is_wish ? of.after_if_wanted[next - of.after.size()] : of.after[next]);
        ++next;
        if (before == where_.end() || placed_[before->second] >= 0) continue;
        // What would close a circle is left out.
        if (!is_wish || !is_open_[before->second]) open.emplace_back(before->second, 0);
      } else {
        append(at);
        open.pop_back();
      }
    }
  }

  static void add_others(const graph_step& before, graph_step& to) {
    const auto add = [&](const declared_pipeline* pipeline) {
      if (pipeline != to.pipeline && std::ranges::find(to.others, pipeline) == to.others.end())
        to.others.push_back(pipeline);
    };
    add(before.pipeline);
    for (const declared_pipeline* each : before.others) add(each);
  }

  /// The texts were checked: each placeholder names one step before it that declares the value.
  void add_values(graph_step& to) const {
    const step& declared = *to.command();
    for (const text& each : declared.command) add_values_in(each.view(), to);
    for (const auto* list : {&declared.env, &declared.values, &declared.secret_values})
      for (const assignment& each : *list) add_values_in(each.value, to);
  }
  void add_values_in(std::string_view text, graph_step& to) const {
    if (text.find(".outputs.") == text.npos) return;
    for (const std::string& written : placeholders_in(text)) {
      const std::optional<named_output> named = output_named_by(written);
      if (!named || std::ranges::find(to.values, written, &used_value::written) != to.values.end()) continue;
      for (const step_index before : to.after)
        if (leaves(graph_.steps[before], *named, to))
          to.values.push_back({written, std::string(named->name), before});
    }
  }
  static bool leaves(const graph_step& before, const named_output& named, const graph_step& to) {
    if (before.command() == nullptr) return false;
    const bool is_own = before.pipeline == to.pipeline;
    const auto has = [&](const std::vector<value_name>& names) {
      return std::ranges::any_of(names, [&](const value_name& each) { return each.view() == named.name; });
    };
    return named.by == (is_own ? before.command()->name.view() : before.pipeline->declared.name.view())
           && (has(before.command()->output_values) || has(before.command()->secret_output_values));
  }

  void append(std::size_t at) {
    graph_step& step = loose_[at].step;
    for (const std::string& id : loose_[at].after)
      if (const auto before = where_.find(id); before != where_.end())
        step.after.push_back(static_cast<step_index>(placed_[before->second]));
    for (step_index before : step.after) add_others(graph_.steps[before], step);
    if (step.command() != nullptr) add_values(step);
    for (const std::string& id : loose_[at].after_if_wanted)
      if (const auto before = where_.find(id); before != where_.end() && placed_[before->second] >= 0)
        step.after_if_wanted.push_back(static_cast<step_index>(placed_[before->second]));
    placed_[at] = static_cast<std::int64_t>(graph_.steps.size());
    graph_.by_id.emplace(step.id, static_cast<step_index>(graph_.steps.size()));
    graph_.steps.push_back(std::move(step));
  }

  std::vector<loose_step> loose_;
  std::vector<std::int64_t> placed_;
  std::vector<bool> is_open_;  ///< it, or what comes before it, is being placed
  std::map<std::string, std::size_t, std::less<>> where_;
  step_graph graph_;
};

}  // namespace plan_graph

step_graph graph_of(const model& of) {
  std::vector<plan_graph::loose_step> steps;
  for (const declared_pipeline& pipeline : of.pipelines) {
    plan_graph::add_commands(pipeline, steps);
    const std::vector<std::string> published = plan_graph::add_images(pipeline, steps);
    plan_graph::add_deploys(pipeline, published, steps);
    plan_graph::add_branch_deploys(pipeline, published, steps);
  }
  return plan_graph::sorter(std::move(steps)).sorted();
}

std::vector<step_index> closure(const step_graph& graph, const std::vector<step_index>& wanted) {
  std::vector<bool> needed(graph.steps.size(), false);
  for (step_index index : wanted) needed[index] = true;
  for (std::size_t at = graph.steps.size(); at-- > 0;)
    if (needed[at])
      for (step_index before : graph.steps[at].after) needed[before] = true;
  std::vector<step_index> in_order;
  for (step_index at = 0; at < graph.steps.size(); ++at)
    if (needed[at]) in_order.push_back(at);
  return in_order;
}

void order_wanted(step_graph& graph, const std::vector<step_index>& wanted) {
  for (step_index step : wanted) {
    graph_step& each = graph.steps[step];
    for (step_index before : each.after_if_wanted)
      if (std::ranges::binary_search(wanted, before)
          && std::ranges::find(each.after, before) == each.after.end())
        each.after.push_back(before);
  }
}

}  // namespace cicd
