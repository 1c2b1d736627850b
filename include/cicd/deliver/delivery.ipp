// The facts of a deployment: where the images are, and which commit built them.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/delivery.hpp>
#include <cicd/deliver/git/git_client.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

delivery::delivery(const workspace& where,
                   const surroundings& around,
                   const clock& time,
                   delivery_options options)
    : where_(where),
      around_(around),
      time_(time),
      options_(std::move(options)),
      event_(options_.event.kind == ref_kind::none ? ci_event_of(around) : ci_event{}) {}

registry_options delivery::registry_setup() const {
  registry_options options;
  options.embedded = where_.images();
  options.cancelled = &options_.cancelled;
  return options;
}

delivery::step_state& delivery::state_for(const std::string& step) {
  const std::lock_guard hold(mutex_);
  return steps_[step];
}

const delivery::step_state* delivery::known_state(const std::string& step) const {
  const std::lock_guard hold(mutex_);
  const auto found = steps_.find(step);
  return found == steps_.end() ? nullptr : &found->second;
}

delivery::source_state& delivery::source_of(const declared_pipeline& pipeline) {
  const std::string& folder = pipeline.source_directory;
  {
    const std::lock_guard hold(mutex_);
    if (const auto found = sources_.find(folder); found != sources_.end()) return found->second;
  }
  git_state git = git_state_of(folder, around_);
  if (options_.event.kind == ref_kind::branch) git.branch = git.built_branch = options_.event.name;
  if (options_.event.kind == ref_kind::tag) git.tags = {options_.event.name};
  const std::lock_guard hold(mutex_);
  return sources_.try_emplace(folder, source_state{std::move(git)}).first->second;
}

namespace release_delivery {

/// What is known, else what `ask` gives without the lock; where another was faster, what it got.
template <typename Value, typename Ask>
result<Value> known_or_asked(std::mutex& guard, std::optional<Value>& known, const Ask& ask) {
  {
    const std::lock_guard hold(guard);
    if (known) return *known;
  }
  result<Value> answer = ask();
  if (!answer) return answer;
  const std::lock_guard hold(guard);
  if (!known) known = *std::move(answer);
  return *known;
}

}  // namespace release_delivery

result<bool> delivery::is_dirty(const declared_pipeline& pipeline) {
  source_state& source = source_of(pipeline);
  if (!source.git.repository) return false;
  return release_delivery::known_or_asked(mutex_, source.dirty, [&]() -> result<bool> {
    result<std::vector<std::string>> changes = changes_in(pipeline.source_directory, around_);
    if (!changes) return std::move(changes).error();
    return !changes->empty();
  });
}

std::optional<std::chrono::system_clock::time_point> delivery::commit_date(
    const declared_pipeline& pipeline) {
  using moment = std::optional<std::chrono::system_clock::time_point>;
  source_state& source = source_of(pipeline);
  return *release_delivery::known_or_asked(mutex_, source.committed, [&]() -> result<moment> {
    return committed_at(pipeline.source_directory, source.git.commit.value_or(""), around_);
  });
}

status delivery::sign(const declared_pipeline& pipeline, deployment_record& record) {
  result<bool> dirty = is_dirty(pipeline);
  if (!dirty) return std::move(dirty).error();
  record.dirty = *dirty;
  const git_state& own = source_of(pipeline).git;
  for (const std::string& file : pipeline.declared_in) {
    const git_state git = git_state_of(file.substr(0, file.rfind('/')), around_);
    const result<bool> changed = is_declaration_dirty(pipeline, file, git);
    if (!changed) return changed.error();
    record.dirty = record.dirty || *changed;
    if (record.declaration.empty() && git.repository && git.top != own.top)
      record.declaration = git.commit.value_or("");
  }
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
  const cancellation_scope heard(options_.cancelled);
  if (status can = check(step); !can) return std::move(can).error();
  result<std::vector<wanted_image>> wanted = images_of(*step.pipeline, images);
  if (!wanted) return std::move(wanted).error();
  state_for(step.id).images = *wanted;
  if (step.kind == step_kind::publish) return plan_publish(step, *wanted);
  return step.runs_alone() ? plan_clusters(step, *wanted) : plan_deploy(step, *wanted);
}

/// What is built is of the commit that was checked out when the run began, and so is what was asked of it.
status delivery::is_as_at_the_start(const graph_step& step) {
  const gate_question of = question_of(step);
  if (!of.is_outside) return {};
  const std::string& folder = step.pipeline->source_directory;
  const git_state& then = source_of(*step.pipeline).git;
  const git_state now = git_state_of(folder, around_);
  const auto changed = [&](std::string was, std::string is) {
    return error{exit_class::conflict, step.id, "the sources changed while the run was under way", folder, {}}
        .with("was", std::move(was))
        .with("is", std::move(is))
        .with("try", "run it again; in a checkout that nothing else changes (git worktree add)");
  };
  if (now.commit != then.commit) return changed(then.short_commit(), now.short_commit());
  if (of.takes_dirty || !then.repository) return {};
  const result<bool> was_dirty = is_dirty(*step.pipeline);
  if (!was_dirty) return was_dirty.error();
  if (*was_dirty) return {};
  const result<std::vector<std::string>> changes = changes_in(folder, around_);
  if (!changes) return changes.error();
  return changes->empty() ? status{}
                          : status(changed("a clean tree", displayable(changes->front()) + " is changed"));
}

outcome delivery::act(const task& work, const std::function<void(const std::string&)>& say) {
  const cancellation& cancelled = options_.cancelled;
  if (status same = is_as_at_the_start(*work.step); !same) return failed_outcome(std::move(same).error());
  return work.step->kind == step_kind::publish ? publish(*work.step, say)
         : work.step->runs_alone()             ? deploy_clusters(*work.step, cancelled, say)
                                               : deploy(*work.step, cancelled, say);
}

std::vector<note> delivery::where_it_is(const graph_step& step) const {
  std::vector<note> notes;
  const declared_pipeline& pipeline = *step.pipeline;
  if (step.kind == step_kind::publish)
    if (const step_state* known = known_state(step.id))
      for (const wanted_image& asked : known->images)
        if (auto registry = registry_for(asked.repository, registry_setup(), around_))
          notes.push_back({"image", (*registry)->inspect_command(known->tags.contains(asked.repository)
                                                                     ? known->tags.at(asked.repository)
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
