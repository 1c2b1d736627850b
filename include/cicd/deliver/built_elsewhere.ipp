// From a build of Jenkins and a tag in a registry to an artifact.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/declare/placeholders.hpp>
#include <cicd/deliver/built_elsewhere.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/release/bundle.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/deliver/source_clone.hpp>
#include <cicd/observe/git.hpp>

namespace cicd {

namespace deliver_built_elsewhere {
namespace {

std::string missing_text(const std::string& job, const upstream_build& build) {
  using enum upstream_build::state;
  if (build.is == none) return "no " + build_text(job, {}) + " of it yet";
  if (build.is == running) return build_text(job, build) + " has not ended yet";
  return build_text(job, build) + " failed" + (build.says.empty() ? "" : ": " + build.says);
}

/// The image that the job made; nothing where it is not there, with why in `found`.
result<std::optional<artifact_record::image>> image_of(const way_context& in,
                                                       const declared_pipeline& pipeline,
                                                       const image& of,
                                                       const std::string& commit,
                                                       artifact_record& to,
                                                       built_elsewhere& found) {
  const upstream_job job = job_of(pipeline, of);
  const std::string job_text = job.of.text();
  const result<upstream_build> build = in.gate.build_of(pipeline, job, commit);
  if (!build) return build.error();
  if (build->is != upstream_build::state::good) {
    found.missing = missing_text(job_text, *build);
    return std::optional<artifact_record::image>();
  }
  const std::string tag = with_placeholders(
      of.tag ? of.tag.view() : "{commit_short}",
      {{"commit", commit}, {"commit_short", commit.substr(0, 7)}, {"number", build->number}});
  const std::string repository = repository_of(pipeline, of);
  auto registry = registry_for(repository, registries_of(in.where, in.options.cancelled), in.around);
  if (!registry) return std::move(registry).error();
  const result<std::optional<digest>> there = (*registry)->resolve(tag);
  if (!there) return there.error();
  if (!*there) {
    found.missing = fmt::format("{}:{} is not there", repository, tag);
    return std::optional<artifact_record::image>();
  }
  to.checks[job_text + (build->number.empty() ? "" : " " + build->number)] = "passed";
  found.reasons.push_back(build_text(job_text, *build) + " is good");
  return std::optional(artifact_record::image{repository, **there});
}

/// This tree's declaration, with the files that the commit brings.
result<std::string> bundle_of_commit(const way_context& in,
                                     const declared_pipeline& pipeline,
                                     const std::string& commit) {
  kubernetes::release_facts facts;
  for (const environment* each_place : all_environments(pipeline.declared)) {
    const environment& place = *each_place;
    if (status read = read_declared_files(pipeline, place, facts); !read) return std::move(read).error();
    for (const relative_path& each : place.manifests_from) {
      if (facts.files.contains(each.str())) continue;
      result<std::string> content =
          file_in_clone(pipeline, commit, each.str(), in.around, &in.options.cancelled);
      if (!content)
        return with_origin(std::move(content).error(), pipeline,
                           "environment." + place.name.str() + ".manifests_from");
      facts.files.emplace(each.str(), *std::move(content));
    }
  }
  return bundle_of(pipeline, facts.files, paths_of(pipeline, in.where.build_root));
}

/// A digest over the images themselves, since their inputs are not known here.
digest inputs_of(const artifact_record& record) {
  std::string all;
  for (const auto& [name, image] : record.images) all += name + "=" + oci_text(image.manifest) + "\n";
  return sha256(all);
}

}  // namespace
}  // namespace deliver_built_elsewhere

result<built_elsewhere> built_elsewhere_of(const way_context& in,
                                           const declared_pipeline& pipeline,
                                           const std::string& commit) {
  using namespace deliver_built_elsewhere;
  built_elsewhere found;
  stored_artifact made;
  artifact_record& record = made.record;
  for (const image& each : pipeline.declared.images) {
    const auto taken = image_of(in, pipeline, each, commit, record, found);
    if (!taken) return taken.error();
    if (!*taken) return found;
    record.images.emplace(each.name.str(), **taken);
  }
  result<std::string> bundle = bundle_of_commit(in, pipeline, commit);
  if (!bundle) return std::move(bundle).error();
  record.pipeline = pipeline.declared.name.str();
  record.source = source_of(pipeline, {}, in.around).repository;
  record.commit = commit;
  record.committed = committed_at(pipeline.repository(), commit, in.around);
  record.built = in.time.now();
  record.run = in.options.run_id;
  record.who = who(pipeline.source_directory, in.around);
  record.inputs = inputs_of(record);
  record.bundle = sha256(*bundle);
  record.environments = environments_here(pipeline);
  made.bundle = *std::move(bundle);
  found.made = std::move(made);
  return found;
}

}  // namespace cicd
