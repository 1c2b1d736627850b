// Which artifact an environment takes.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/built_elsewhere.hpp>
#include <cicd/deliver/promotion.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/release/bundle.hpp>
#include <cicd/deliver/release/bundle_model.hpp>
#include <cicd/deliver/sources.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/system/in_parallel.hpp>

namespace cicd {

namespace deliver_promotion {
namespace {

/// As many commits are asked whether they have an artifact, so many at once.
constexpr std::size_t most_ancestors = 200, asked_at_once = 8, most_near = 3;

error refusal(const graph_step& step, exit_class kind, std::string what, std::string value) {
  return error{kind, step.id, std::move(what), std::move(value), {}};
}

/// Artifacts of the commits before one, the nearest first.
struct ancestors {
  std::vector<past_commit> commits;
  std::vector<std::optional<stored_artifact>> artifacts;
};

std::string near_text(const ancestors& before) {
  std::vector<std::string> near;
  for (std::size_t at = 0; at < before.artifacts.size() && near.size() < most_near; ++at) {
    if (!before.artifacts[at]) continue;
    const past_commit& commit = before.commits[at];
    near.push_back(commit.short_id() + (commit.tags.empty() ? "" : " (" + joined(commit.tags, ", ") + ")"));
  }
  return joined(near, ", ");
}

std::size_t with_artifact(const ancestors& of) {
  return static_cast<std::size_t>(
      std::ranges::count_if(of.artifacts, [](const auto& each) { return each.has_value(); }));
}

/// The nearest commit whose images are made of the same; what was asked on the way is in `seen`. What the
/// images of a commit that is not checked out are made of is not known: then only those near are asked for.
result<std::optional<stored_artifact>> same_inputs(const way_context& in,
                                                   const graph_step& step,
                                                   const artifact_store& store,
                                                   const std::string& commit,
                                                   ancestors& seen) {
  const bool is_here = in.source.is_checked_out(*step.pipeline);
  const result<digest> inputs = is_here ? in.options.inputs_of(*step.pipeline) : digest{};
  if (!inputs) return inputs.error();
  seen.commits = first_parents(step.pipeline->repository(), commit, most_ancestors + 1, in.around);
  if (!seen.commits.empty()) seen.commits.erase(seen.commits.begin());
  for (std::size_t from = 0; from < seen.commits.size(); from += asked_at_once) {
    const std::size_t count = std::min(asked_at_once, seen.commits.size() - from);
    seen.artifacts.resize(from + count);
    const status asked = in_parallel(asked_at_once, count, [&](std::size_t at) -> status {
      auto there = store.read(seen.commits[from + at].id);
      if (!there) return std::move(there).error();
      seen.artifacts[from + at] = *std::move(there);
      return {};
    });
    if (!asked) return asked.error();
    if (!is_here && with_artifact(seen) >= most_near) break;
    for (std::size_t at = from; at < from + count && is_here; ++at)
      if (seen.artifacts[at] && seen.artifacts[at]->record.inputs == *inputs) return seen.artifacts[at];
  }
  return std::optional<stored_artifact>();
}

error no_artifact(const way_context& in,
                  const graph_step& step,
                  const git_state& git,
                  const ancestors& before) {
  const std::string pipeline = step.pipeline->declared.name.str();
  const std::string publish = step.pipeline->is_elsewhere()
                                  ? fmt::format("publish it first, in a checkout of {}",
                                                shown_url(step.pipeline->declared.code.str()))
                                  : fmt::format("publish it first: cicd run {}.publish", pipeline);
  return refusal(step, exit_class::policy, "there is no artifact of this commit", git.short_commit())
      .with("near", near_text(before))
      .with("allowed", "a commit whose images were published; this environment never builds")
      .with("try", "cicd artifacts " + pipeline)
      .with("or",
            in.source.is_checked_out(*step.pipeline) || step.pipeline->is_elsewhere()
                ? publish
                : fmt::format("check out {} and configure: where it changes nothing of the images, those "
                              "of a commit before are taken there; else {}",
                              git.short_commit(), publish));
}

/// Refuses where the commit that built the images, or another one with exactly these, was yanked.
status check_not_yanked(const artifact_store& store,
                        const artifact_record& images,
                        const std::string& built_by,
                        const std::string& subject,
                        const std::string& taken_for) {
  result<std::optional<artifact_mark>> mark = store.mark_of(built_by);
  if (mark && !is_yanked(*mark)) mark = store.mark_of_images(images);
  if (!mark) return mark.error();
  if (!is_yanked(*mark)) return {};
  return error{exit_class::policy,
               subject,
               fmt::format("yanked by {} at {}: {}", displayable((*mark)->who), utc_text((*mark)->when),
                           displayable((*mark)->reason)),
               (*mark)->commit.substr(0, 7),
               {{"caused by", fmt::format("{} has the same images", taken_for)},
                {"try", "cicd artifacts " + images.pipeline}}};
}

/// The artifact of this commit, whose images another built.
result<promotion> taken_over(const way_context& in,
                             const graph_step& step,
                             const artifact_store& store,
                             const stored_artifact& from,
                             std::string bundle) {
  const declared_pipeline& pipeline = *step.pipeline;
  const git_state& git = in.source.git_of(pipeline);
  if (status fine = check_not_yanked(store, from.record, from.record.commit, step.id, git.short_commit());
      !fine)
    return fine.error();
  promotion found;
  found.artifact = from;
  found.is_stored = false;
  artifact_record& own = found.artifact.record;
  own.images_of = own.images_of.empty() ? own.commit : own.images_of;
  own.commit = git.commit.value_or("");
  own.branch = git.built_branch.value_or("");
  own.committed = in.source.commit_date(pipeline);
  own.built = in.time.now();
  own.run = in.options.run_id;
  own.who = who(pipeline.source_directory, in.around);
  own.bundle = sha256(bundle);
  own.environments = environments_here(pipeline);
  found.artifact.bundle = std::move(bundle);
  found.reason = fmt::format("{} changes nothing that {} is made of: the images of {}", git.short_commit(),
                             pipeline.declared.name.view(), own.images_of.substr(0, 7));
  return found;
}

/// The artifact of a commit that was built elsewhere and has none stored: where a job built it, it is made
/// here.
result<promotion> taken_from_elsewhere(const way_context& in,
                                       const graph_step& step,
                                       const artifact_store& store) {
  const declared_pipeline& pipeline = *step.pipeline;
  const git_state& git = in.source.git_of(pipeline);
  std::string missing;
  if (!pipeline.is_declared_elsewhere()) {
    result<built_elsewhere> built = built_elsewhere_of(in, pipeline, *git.commit);
    if (!built) return std::move(built).error();
    if (built->made) {
      if (status fine =
              check_not_yanked(store, built->made->record, *git.commit, step.id, git.short_commit());
          !fine)
        return std::move(fine).error();
      promotion found;
      found.artifact = *std::move(built->made);
      found.is_stored = false;
      return found;
    }
    missing = std::move(built->missing);
  }
  ancestors before;
  if (auto near = same_inputs(in, step, store, *git.commit, before); !near) return std::move(near).error();
  error none = no_artifact(in, step, git, before);
  return missing.empty() ? std::move(none) : std::move(none).with("caused by", displayable(missing));
}

/// What runs is declared by the bundle; `here` is that of this build tree, empty where it cannot be read.
status take_declaration(const way_context& in,
                        const graph_step& step,
                        const std::string& name,
                        const std::string& here,
                        promotion& to) {
  const std::string& bundle = to.artifact.bundle;
  auto files = files_in_bundle(bundle, name);
  if (!files) return std::move(files).error();
  to.files = *std::move(files);
  const artifact_record& record = to.artifact.record;
  const std::string& place = step.place()->name.str();
  const bool is_unknown = !record.environments.empty()
                          && std::ranges::find(record.environments, place) == record.environments.end();
  if (is_unknown)
    to.remarks.push_back(
        fmt::format("{} was not declared when the artifact of {} was made: the values without IN {}", place,
                    record.short_commit(), place));
  const declared_pipeline& asking = *step.pipeline;
  if (bundle == here) {
    to.declared = std::shared_ptr<const declared_pipeline>(std::shared_ptr<void>(), &asking);
    return {};
  }
  auto declared = model_of(bundle, asking, paths_of(asking, in.where.build_root), name);
  if (!declared) return std::move(declared).error();
  to.declared = *std::move(declared);
  if (!here.empty())
    to.remarks.push_back(fmt::format("what runs is declared by the artifact of {}: {}", record.short_commit(),
                                     bundle_difference(bundle, here)));
  return {};
}

}  // namespace
}  // namespace deliver_promotion

std::string image_tag_for(const std::string& ref) {
  constexpr std::size_t longest = 128;
  std::string tag = ref.substr(0, longest);
  for (char& c : tag) {
    const bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                         || c == '_' || c == '.' || c == '-';
    if (!is_fine) c = c == '+' ? '_' : '-';  // v1.0.0-b1 is another version than v1.0.0+b1
  }
  if (!tag.empty() && (tag.front() == '.' || tag.front() == '-')) tag.front() = '_';
  return tag;
}

result<std::vector<wanted_image>> images_of(const declared_pipeline& pipeline,
                                            const artifact_record& artifact,
                                            const std::string& subject) {
  std::vector<wanted_image> wanted;
  for (const published_part& declared : published_parts(pipeline)) {
    const auto found = artifact.images.find(declared.name);
    if (found == artifact.images.end())
      return error{exit_class::conflict,
                   subject,
                   fmt::format("the artifact of {} has no such {}", artifact.short_commit(), declared.noun),
                   declared.name,
                   {{"try", "deploy a commit that was published with it"}}};
    wanted.push_back({found->first, found->second.repository, found->second.manifest});
  }
  return wanted;
}

result<std::string> missing_image(const way_context& in,
                                  const artifact_record& artifact,
                                  const std::string& subject,
                                  bool is_of_change) {
  const std::string of_commit =
      (artifact.images_of.empty() ? artifact.commit : artifact.images_of).substr(0, 7);
  for (const auto& [name, image] : artifact.images) {
    auto registry = registry_for(image.repository, registries_of(in.where, in.options.cancelled), in.around);
    if (!registry) return std::move(registry).error();
    const std::string tag = is_of_change ? tag_of_change(image.manifest) : of_commit;
    const auto there = (*registry)->resolve(tag);
    if (!there) return there.error();
    if (*there == image.manifest) continue;
    if (*there)
      return error{exit_class::corrupt,
                   subject,
                   "the artifact cannot be trusted: the tag of its commit names another image",
                   (*registry)->name() + ":" + tag,
                   {{"there", oci_text(**there)},
                    {"artifact", oci_text(image.manifest)},
                    {"try", (*registry)->inspect_command(tag)}}};
    const result<bool> has = (*registry)->has(image.manifest);
    if (!has) return has.error();
    if (!*has) return name;
  }
  return std::string();
}

status check_whole(const way_context& in, const artifact_record& artifact, const std::string& subject) {
  const result<std::string> missing = missing_image(in, artifact, subject);
  if (!missing) return missing.error();
  if (missing->empty()) return {};
  const artifact_record::image& image = artifact.images.at(*missing);
  return error{exit_class::remote,
               subject,
               fmt::format("the artifact is not whole: image '{}' is missing", *missing),
               image.repository + "@" + oci_text(image.manifest),
               {{"caused by", "it was deleted from the registry after it was published"},
                {"try", "deploy another commit, or publish a new one"}}};
}

result<promotion> promotion_for(const way_context& in, const graph_step& step, const std::string& ref) {
  using namespace deliver_promotion;
  const declared_pipeline& pipeline = *step.pipeline;
  const git_state& git = in.source.git_of(pipeline);
  if (!git.commit) return no_artifact(in, step, git, {});
  const result<artifact_store> store = artifacts_of(pipeline, in.where, in.around, in.options.cancelled);
  if (!store) return store.error();
  result<std::optional<stored_artifact>> there = store->read(*git.commit);
  if (!there) return std::move(there).error();
  // What is declared elsewhere is known by the artifact alone.
  result<std::string> bundle = pipeline.is_elsewhere() ? std::string() : bundle_here(in, pipeline);
  promotion found;
  if (*there) {
    found.artifact = *std::move(*there);
  } else if (pipeline.is_elsewhere()) {
    result<promotion> taken = taken_from_elsewhere(in, step, *store);
    if (!taken) return taken;
    found = *std::move(taken);
  } else {
    if (!bundle) return std::move(bundle).error();
    ancestors before;
    const result<bool> dirty = in.source.is_dirty_or_declared_so(step);
    if (!dirty) return dirty.error();
    result<std::optional<stored_artifact>> from = same_inputs(in, step, *store, *git.commit, before);
    if (!from) return std::move(from).error();
    if (!*from || *dirty) return no_artifact(in, step, git, before);
    result<promotion> taken = taken_over(in, step, *store, **from, *bundle);
    if (!taken) return taken;
    found = *std::move(taken);
  }
  if (status whole = check_whole(in, found.artifact.record, step.id); !whole) return std::move(whole).error();
  const std::string name = store->name_of(found.artifact.record.commit);
  if (status taken = take_declaration(in, step, name, bundle ? *bundle : std::string(), found); !taken)
    return std::move(taken).error();
  found.ref = ref;
  found.image_tag = image_tag_for(ref);
  return found;
}

status make_ready(const permit& allowed,
                  const way_context& in,
                  const declared_pipeline& pipeline,
                  const promotion& what) {
  if (!what.is_stored) {
    const result<artifact_store> store = artifacts_of(pipeline, in.where, in.around, in.options.cancelled);
    if (!store) return store.error();
    // It was asked when the run began; what was yanked meanwhile is not written, and not deployed.
    const artifact_record& own = what.artifact.record;
    const std::string& built_by = own.images_of.empty() ? own.commit : own.images_of;
    if (status fine = deliver_promotion::check_not_yanked(*store, own, built_by, pipeline.declared.name.str(),
                                                          own.short_commit());
        !fine)
      return fine;
    if (result<bool> written = put_artifact(allowed, *store, what.artifact); !written)
      return std::move(written).error();
  }
  if (what.image_tag.empty()) return {};
  std::vector<std::string> done;
  for (const auto& [name, image] : what.artifact.record.images) {
    auto registry = registry_for(image.repository, registries_of(in.where, in.options.cancelled), in.around);
    if (!registry) return std::move(registry).error();
    if (auto set = (*registry)->tag(image.manifest, what.image_tag); !set)
      return std::move(set).error().with("done", joined(done, ", "));
    done.push_back((*registry)->name() + ":" + what.image_tag);
  }
  return {};
}

}  // namespace cicd
