#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/release/delivery.hpp>
#include <cicd/release/git_client.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

delivery::delivery(const workspace& where,
                   const surroundings& around,
                   const clock& time,
                   delivery_options options)
    : where_(where), around_(around), time_(time), options_(std::move(options)) {}

registry_options delivery::registry_setup() const {
  registry_options options;
  options.embedded = where_.images();
  return options;
}

delivery::source_state& delivery::source_of(const declared_pipeline& pipeline) {
  const auto found = sources_.find(pipeline.source_directory);
  if (found != sources_.end()) return found->second;
  source_state state{git_state_of(pipeline.source_directory, around_), std::nullopt};
  if (options_.event.kind == ref_kind::branch)
    state.git.branch = state.git.built_branch = options_.event.name;
  if (options_.event.kind == ref_kind::tag) state.git.tags = {options_.event.name};
  return sources_.emplace(pipeline.source_directory, std::move(state)).first->second;
}

result<bool> delivery::is_dirty(const declared_pipeline& pipeline) {
  source_state& source = source_of(pipeline);
  if (!source.git.repository) return false;
  if (!source.dirty) {
    result<std::vector<std::string>> changes = changes_in(pipeline.source_directory, around_);
    if (!changes) return std::move(changes).error();
    source.dirty = !changes->empty();
  }
  return *source.dirty;
}

std::optional<std::chrono::system_clock::time_point> delivery::commit_date(
    const declared_pipeline& pipeline) {
  source_state& source = source_of(pipeline);
  if (!source.committed)
    source.committed = committed_at(pipeline.source_directory, source.git.commit.value_or(""), around_);
  return *source.committed;
}

status delivery::sign(const declared_pipeline& pipeline, deployment_record& record) {
  result<bool> dirty = is_dirty(pipeline);
  if (!dirty) return std::move(dirty).error();
  record.dirty = *dirty;
  record.who = who(pipeline.source_directory, around_);
  record.committed = commit_date(pipeline);
  return {};
}

/// A clean commit's images bear its first seven digits; what no commit stands for is named by its own digest,
/// so that it can never clash.
result<std::string> delivery::tag_for(const declared_pipeline& pipeline, const digest& of) {
  const git_state& git = source_of(pipeline).git;
  if (!git.commit) return "sha-" + hex(of).substr(0, 12);
  result<bool> dirty = is_dirty(pipeline);
  if (!dirty) return std::move(dirty).error();
  return *dirty ? "dirty-" + hex(of).substr(0, 12) : git.short_commit();
}

result<std::vector<delivery::wanted_image>> delivery::images_of(const declared_pipeline& pipeline,
                                                                const artifacts& images) const {
  std::vector<wanted_image> wanted;
  for (const image& declared : pipeline.declared.images) {
    const std::string id = pipeline.declared.name.str() + "/" + image_step_name(declared);
    const auto found = std::ranges::find(images, id, &artifacts::value_type::first);
    const auto manifest = found == images.end() ? std::nullopt : digest_from(found->second);
    if (!manifest) return error{exit_class::corrupt, id, "the image's digest is not known", {}, {}};
    wanted.push_back({declared.name.str(), repository_of(pipeline, declared), *manifest});
  }
  return wanted;
}

/// A cluster pulls from a registry, never from a layout in the build tree.
status delivery::check(const graph_step& step) {
  if (!step.runs_alone()) return {};
  for (const image& each : step.pipeline->declared.images)
    if (const std::string repository = repository_of(*step.pipeline, each); is_embedded(repository))
      return error{
          exit_class::usage,
          step.id,
          "a cluster cannot pull this image: its repository names no registry",
          repository,
          {{"allowed",
            "VIA kubectl needs IMAGE <registry>/<path>, such as registry.example.com/" + repository},
           {"try", "name the registry in add_pipeline(), or deploy VIA render to look at the manifests"}}};
  return {};
}

result<step_plan> delivery::plan(const graph_step& step, const artifacts& images) {
  const std::lock_guard hold(mutex_);
  if (status can = check(step); !can) return std::move(can).error();
  result<std::vector<wanted_image>> wanted = images_of(*step.pipeline, images);
  if (!wanted) return std::move(wanted).error();
  asked_[step.id] = *wanted;
  if (step.kind == step_kind::publish) return plan_publish(step, *wanted);
  return step.runs_alone() ? plan_clusters(step, *wanted) : plan_deploy(step, *wanted);
}

outcome delivery::act(const task& work,
                      const cancellation& cancelled,
                      const std::function<void(const std::string&)>& say) {
  const std::lock_guard hold(mutex_);
  return work.step->kind == step_kind::publish ? publish(*work.step, work, cancelled, say)
         : work.step->runs_alone()             ? deploy_clusters(*work.step, cancelled, say)
                                               : deploy(*work.step, cancelled, say);
}

std::vector<note> delivery::where_it_is(const graph_step& step) const {
  std::vector<note> notes;
  const declared_pipeline& pipeline = *step.pipeline;
  if (step.kind == step_kind::publish)
    for (const auto& asked : asked_.contains(step.id) ? asked_.at(step.id) : std::vector<wanted_image>{})
      if (auto registry = registry_for(asked.repository, registry_setup(), around_))
        notes.push_back({"image", (*registry)->inspect_command(tags_.contains(asked.repository)
                                                                   ? tags_.at(asked.repository)
                                                                   : std::string())});
  if (step.kind == step_kind::deploy && step.place->via == deploy_way::gitops) {
    const manifest_target target = target_of(pipeline, *step.place);
    notes.push_back({"manifests", fmt::format("git -C {} show {}:{}", shell_quoted(shown_url(target.url)),
                                              target.branch, shell_quoted(target.path))});
  }
  if (step.kind == step_kind::deploy && step.place->via == deploy_way::render)
    notes.push_back(
        {"manifests", "kubectl apply --dry-run=client -f " + shell_quoted(folder_of(pipeline, *step.place))});
  return notes;
}

}  // namespace cicd
