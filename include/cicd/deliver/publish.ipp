// Publishing: an image that was built is put into its registry under its tag.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/promotion.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/signing.hpp>
#include <cicd/deliver/sources.hpp>
#include <cicd/image/sbom/attached.hpp>
#include <cicd/observe/git_commits.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace deliver_publish {
namespace {

error moved_tag(const std::string& subject,
                const registry& in,
                const std::string& tag,
                const digest& there,
                const digest& here) {
  return error{exit_class::conflict,
               subject,
               "that tag stands for another image and is never moved",
               in.name() + ":" + tag,
               {{"there", oci_text(there)},
                {"here", oci_text(here)},
                {"likely", "the build is not reproducible: with Maven, set project.build.outputTimestamp"},
                {"try", in.inspect_command(tag)}}};
}

/// Its declaration; none of a zip and of files.
const image* declaration_of(const declared_pipeline& pipeline, const wanted_image& of) {
  const auto& all = pipeline.declared.images;
  const auto found =
      std::ranges::find_if(all, [&](const image& each) { return each.name.view() == of.name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_to_be_signed(const declared_pipeline& pipeline, const wanted_image& of) {
  return signs_images(pipeline) && declaration_of(pipeline, of) != nullptr;
}

/// The only place where an image leaves the build tree. Where it has its tag, its bill of materials is there,
/// and it is signed.
result<registry::published> put_image(const permit& allowed,
                                      const way_context& in,
                                      const graph_step& step,
                                      registry& to,
                                      const std::string& layout,
                                      const wanted_image& image,
                                      const std::string& tag) {
  const cicd::image* const declared = declaration_of(*step.pipeline, image);
  if (declared != nullptr && declared->sbom != toggle::off) {
    const result<unpack_limit> limit = unpack_limit_of(in.around);
    if (!limit) return limit.error();
    const std::string scratch = part_name(in.where.own() + "/sbom-" + image.name);
    const bill_reading how{.limit = *limit, .threads = 2, .cancelled = &in.options.cancelled};
    if (status attached = attach_bill(to, layout, image.manifest, scratch, how); !attached)
      return std::move(attached).error();
  }
  if (is_to_be_signed(*step.pipeline, image))
    if (status done = sign_image(allowed, in, step, to, layout, image); !done) return std::move(done).error();
  return to.publish(layout, image.manifest, tag, true);
}

/// `, signed by secret:release-key`; empty: it is not signed.
std::string signer_text(const declared_pipeline& pipeline, const wanted_image& of) {
  if (!is_to_be_signed(pipeline, of)) return {};
  return ", signed by "
         + (pipeline.declared.sign_images ? pipeline.declared.sign_images.str()
                                          : std::string("the identity of the CI job"));
}

/// The step that made it.
std::string step_of(const declared_pipeline& pipeline, const wanted_image& image) {
  std::string id = pipeline.declared.name.str();
  for (const published_part& each : published_parts(pipeline))
    if (each.name == image.name) id += "/" + each.step;
  return id;
}

}  // namespace
}  // namespace deliver_publish

std::set<std::string> outside_repositories(const declared_pipeline& pipeline) {
  std::set<std::string> all;
  if (pipeline.is_declared_elsewhere()) all.insert(pipeline.declared.artifacts.str());
  for (const published_part& each : published_parts(pipeline))
    if (!is_embedded(each.repository)) all.insert(each.repository);
  return all;
}

registry_options registries_of(const workspace& where, const cancellation& cancelled) {
  registry_options options;
  options.embedded = where.images();
  options.bucket = where.bucket();
  options.cancelled = &cancelled;
  return options;
}

result<std::vector<wanted_image>> images_of(const declared_pipeline& pipeline,
                                            const effect_planner::artifacts& images) {
  std::vector<wanted_image> wanted;
  for (const published_part& each : published_parts(pipeline)) {
    const std::string id = pipeline.declared.name.str() + "/" + each.step;
    const auto found = std::ranges::find(images, id, &effect_planner::artifacts::value_type::first);
    const auto manifest = found == images.end() ? std::nullopt : digest_from(found->second);
    if (!manifest) return error{exit_class::corrupt, id, "its digest is not known", {}, {}};
    wanted.push_back({each.name, each.repository, *manifest});
  }
  return wanted;
}

publisher::tags_by_repository& publisher::tags_of(const std::string& step) {
  const std::lock_guard hold(mutex_);
  return tags_[step];
}

result<artifact_store> publisher::store_of(const graph_step& step) const {
  result<artifact_store> store = artifacts_of(*step.pipeline, in_.where, in_.around, in_.options.cancelled);
  if (store && in_.options.takes_changes) store->take_changes();
  return store;
}

/// Before an image's tag is known: whose artifact of this commit is there. In a trusted run it is its own.
status publisher::look_whose(const graph_step& step) {
  const git_state& git = in_.source.git_of(*step.pipeline);
  if ((in_.where.domain.empty() && !in_.options.takes_changes) || !git.commit
      || in_.artifacts.record_of(*step.pipeline))
    return {};
  const result<bool> dirty = in_.source.is_dirty_or_declared_so(step);
  if (!dirty || *dirty) return dirty ? status() : status(dirty.error());
  const result<artifact_store> store = store_of(step);
  if (!store) return store.error();
  const result<std::optional<stored_artifact>> there = store->read(*git.commit);
  if (!there) return there.error();
  if (*there) in_.artifacts.keep(*step.pipeline, **there);
  return {};
}

/// What is published of a clean commit has an artifact, written last.
status publisher::plan_artifact(const graph_step& step,
                                const std::vector<wanted_image>& images,
                                const ask_gate& ask,
                                step_plan& plan) {
  const git_state& git = in_.source.git_of(*step.pipeline);
  if (!git.commit) return {};
  const result<artifact_store> store = store_of(step);
  if (!store) return store.error();
  const result<std::optional<stored_artifact>> there = store->read(*git.commit);
  if (!there) return there.error();
  const result<std::string> bundle = *there ? bundle_here(in_, *step.pipeline) : std::string();
  if (!bundle) return bundle.error();
  const status same = *there ? check_same(step.id, *store, **there, images, *bundle) : status{};
  if (*there && same) {
    in_.artifacts.keep(*step.pipeline, **there);
    return {};
  }
  const result<bool> dirty = in_.source.is_dirty_or_declared_so(step);
  if (!dirty) return dirty.error();
  if (*dirty) return {};
  if (!same) return same.error();
  if (status may = ask(images.front().repository); !may) return may;
  plan.what = decision::run;
  plan.reasons.push_back(fmt::format("the artifact of {} is not there yet", git.short_commit()));
  plan.details.push_back("+ " + store->name_of(*git.commit));
  return {};
}

/// An image that is there, and is not signed yet.
status publisher::plan_signature(
    const graph_step& step, const wanted_image& image, registry& in, const ask_gate& ask, step_plan& plan) {
  if (!deliver_publish::is_to_be_signed(*step.pipeline, image)) return {};
  const result<bool> has = is_signed(in, image.manifest);
  if (!has) return has.error();
  if (*has) return {};
  if (status may = ask(image.repository); !may) return may;
  plan.what = decision::run;
  plan.reasons.push_back(fmt::format("{} is not signed yet", image.name));
  plan.details.push_back(fmt::format("+ the signature of {}@{}{}", in.name(),
                                     "sha256:" + hex(image.manifest).substr(0, 12),
                                     deliver_publish::signer_text(*step.pipeline, image)));
  return {};
}

result<step_plan> publisher::plan(const graph_step& step, const std::vector<wanted_image>& images) {
  step_plan plan = nothing_to_do();
  tags_by_repository& tags = tags_of(step.id);
  bool asked_gate = false;
  const ask_gate ask = [&](const std::string& repository) -> status {
    if (asked_gate || is_embedded(repository)) return {};
    const result<permit> may = in_.gate.may_write(step, {});
    if (!may && !in_.options.rehearses) return may.error();
    if (!may) plan.reasons.push_back(refusal_text(may.error()));
    asked_gate = true;
    return {};
  };
  if (status known = look_whose(step); !known) return std::move(known).error();
  const bool is_of_change = in_.artifacts.is_of_change(*step.pipeline, in_.where);
  const std::string commit_tag =
      is_of_change ? std::string() : in_.source.git_of(*step.pipeline).short_commit();
  for (const wanted_image& image : images) {
    auto registry =
        registry_for(image.repository, registries_of(in_.where, in_.options.cancelled), in_.around);
    if (!registry) return std::move(registry).error();
    if (!commit_tag.empty()) {
      const auto there = (*registry)->resolve(commit_tag);
      if (!there) return there.error();
      if (*there == image.manifest) {
        tags[image.repository] = commit_tag;
        if (status known = plan_signature(step, image, **registry, ask, plan); !known)
          return std::move(known).error();
        continue;
      }
    }
    if (status may = ask(image.repository); !may) return std::move(may).error();
    const result<std::string> tag = in_.source.tag_for(step, image.manifest, is_of_change);
    if (!tag) return tag.error();
    tags[image.repository] = *tag;
    const auto there = (*registry)->resolve(*tag);
    if (!there) return there.error();
    if (*there == image.manifest) {
      if (status known = plan_signature(step, image, **registry, ask, plan); !known)
        return std::move(known).error();
      continue;
    }
    if (*there) return deliver_publish::moved_tag(step.id, **registry, *tag, **there, image.manifest);
    plan.what = decision::run;
    const std::string before = in_.source.short_commit_before(*step.pipeline);
    const auto same = before.empty() ? std::nullopt : (*registry)->resolve(before).value_or(std::nullopt);
    plan.reasons.push_back(
        fmt::format("{}:{} is not there yet{}", (*registry)->name(), *tag,
                    same == image.manifest ? "; the image is that of the commit before, " + before : ""));
    plan.details.push_back(fmt::format("+ {}:{} {}{}", (*registry)->name(), *tag,
                                       "sha256:" + hex(image.manifest).substr(0, 12),
                                       deliver_publish::signer_text(*step.pipeline, image)));
  }
  if (status known = plan_artifact(step, images, ask, plan); !known) return std::move(known).error();
  if (plan.what != decision::run) return plan;
  plan.result.reset();
  if (asked_gate && !in_.options.rehearses)
    if (status leads = in_.gate.may_publish_for_deploys(*step.pipeline); !leads)
      return std::move(leads).error();
  return plan;
}

/// Where the pipeline signs, all of its images.
result<bool> publisher::are_signed(const declared_pipeline& pipeline, const artifact_record& record) const {
  if (!signs_images(pipeline)) return true;
  for (const image& each : pipeline.declared.images) {
    const auto found = record.images.find(each.name.str());
    if (found == record.images.end()) continue;
    auto in =
        registry_for(found->second.repository, registries_of(in_.where, in_.options.cancelled), in_.around);
    if (!in) return std::move(in).error();
    const result<bool> has = is_signed(**in, found->second.manifest);
    if (!has || !*has) return has;
  }
  return true;
}

result<std::optional<artifact_record>> publisher::published(const graph_step& step) {
  using nothing = std::optional<artifact_record>;
  const git_state& git = in_.source.git_of(*step.pipeline);
  if (!git.commit || !in_.gate.may_begin(step)) return nothing();
  const result<bool> dirty = in_.source.is_dirty_or_declared_so(step);
  if (!dirty || *dirty) return nothing();
  const result<artifact_store> store = store_of(step);
  if (!store) return store.error();
  const result<std::optional<stored_artifact>> there = store->read(*git.commit);
  if (!there) return there.error();
  if (!*there || !images_of(*step.pipeline, (*there)->record, step.id)) return nothing();
  const result<std::string> missing =
      missing_image(in_, (*there)->record, step.id, !(*there)->domain.empty());
  if (!missing) return missing.error();
  if (!missing->empty()) return nothing();
  const result<bool> signed_ = are_signed(*step.pipeline, (*there)->record);
  if (!signed_) return signed_.error();
  if (!*signed_) return nothing();
  in_.artifacts.keep(*step.pipeline, **there);
  return nothing((*there)->record);
}

/// The commit before that built these very images; empty where it is this one. The nearest that has an
/// artifact tells.
result<std::string> publisher::builder_of(const artifact_store& in,
                                          const artifact_record& made,
                                          const declared_pipeline& pipeline) const {
  constexpr std::size_t most = 20;
  for (const past_commit& each : first_parents(pipeline.repository(), made.commit, most, in_.around)) {
    if (each.id == made.commit) continue;
    const result<std::optional<stored_artifact>> before = in.read(each.id);
    if (!before) return before.error();
    if (!*before) continue;
    const artifact_record& record = (*before)->record;
    if (record.images != made.images) return std::string();
    return record.images_of.empty() ? record.commit : record.images_of;
  }
  return std::string();
}

/// After all images: where there is an artifact, its images are there.
status publisher::keep_artifact(const permit& allowed,
                                const graph_step& step,
                                const std::vector<wanted_image>& images,
                                outcome& end) const {
  const git_state& git = in_.source.git_of(*step.pipeline);
  const result<bool> dirty = in_.source.is_dirty_or_declared_so(step);
  if (!dirty) return dirty.error();
  if (!git.commit || *dirty) return {};
  const result<artifact_store> store = store_of(step);
  if (!store) return store.error();
  result<stored_artifact> made = artifact_here(in_, step, images);
  if (!made) return made.error();
  result<std::string> builder = builder_of(*store, made->record, *step.pipeline);
  if (!builder) return std::move(builder).error();
  made->record.images_of = *std::move(builder);
  made->domain = in_.where.domain;
  const result<bool> written = put_artifact(allowed, *store, *made);
  if (!written) {
    error failure = written.error();
    failure.subject = step.id;
    return failure;
  }
  const result<std::optional<stored_artifact>> kept =
      *written ? result<std::optional<stored_artifact>>(*made) : store->read(*git.commit);
  if (!kept) return kept.error();
  if (*kept) in_.artifacts.keep(*step.pipeline, **kept);
  end.summary += fmt::format(", artifact of {}", git.short_commit());
  if (*written && in_.options.history_of)
    if (const status history =
            put_history(allowed, *store, *git.commit, in_.options.history_of(*step.pipeline, *git.commit));
        !history)
      end.summary += ", without the history of this run: " + history.error().what;
  return {};
}

outcome publisher::publish(const graph_step& step,
                           const std::vector<wanted_image>& images,
                           const say_line& say) const {
  outcome end;
  const result<permit> allowed = in_.gate.may_write(step, {});
  if (!allowed) return failed_outcome(allowed.error());
  registry_options options = registries_of(in_.where, in_.options.cancelled);
  options.say = say;
  for (const wanted_image& image : images) {
    auto registry = registry_for(image.repository, options, in_.around);
    if (!registry) return failed_outcome(std::move(registry).error());
    const result<std::string> tag =
        in_.source.tag_for(step, image.manifest, in_.artifacts.is_of_change(*step.pipeline, in_.where));
    if (!tag) return failed_outcome(tag.error());
    const std::string layout = in_.where.work(deliver_publish::step_of(*step.pipeline, image)) + "/layout";
    auto done = deliver_publish::put_image(*allowed, in_, step, **registry, layout, image, *tag);
    if (!done) return failed_outcome(std::move(done).error().with("done", end.summary));
    if (!end.summary.empty()) end.summary += ", ";
    end.summary += fmt::format("{}:{}", (*registry)->name(), *tag);
  }
  if (status kept = keep_artifact(*allowed, step, images, end); !kept)
    return failed_outcome(std::move(kept).error().with("done", end.summary + "; not the artifact"));
  end.how = step_outcome::ran;
  return end;
}

std::vector<note> publisher::where_it_is(const graph_step& step, const std::vector<wanted_image>& images) {
  std::vector<note> notes;
  const tags_by_repository& tags = tags_of(step.id);
  for (const wanted_image& image : images) {
    const auto tag = tags.find(image.repository);
    if (auto registry =
            registry_for(image.repository, registries_of(in_.where, in_.options.cancelled), in_.around))
      notes.push_back(
          {"image", (*registry)->inspect_command(tag == tags.end() ? std::string() : tag->second)});
  }
  return notes;
}

}  // namespace cicd
