// The artifacts of a pipeline's commits.
#pragma once

#include <fmt/format.h>

#include <cicd/deliver/artifacts.hpp>
#include <cicd/deliver/policy/source_check.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/release/bundle.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/deliver/sources.hpp>

namespace cicd {

namespace deliver_artifacts {
namespace {

std::map<std::string, artifact_record::image> images_in(const std::vector<wanted_image>& images) {
  std::map<std::string, artifact_record::image> all;
  for (const wanted_image& each : images) all[each.name] = {each.repository, each.manifest};
  return all;
}

/// The steps that must be good before anything is published.
std::map<std::string, std::string> checks_passed(const declared_pipeline& pipeline) {
  std::map<std::string, std::string> checks;
  for (const step& each : pipeline.declared.steps)
    if (each.check || each.stage == step_stage::test || each.stage == step_stage::scan)
      checks[each.name.str()] = "passed";
  return checks;
}

}  // namespace
}  // namespace deliver_artifacts

result<artifact_store> artifacts_of(const declared_pipeline& pipeline,
                                    const workspace& where,
                                    const surroundings& around,
                                    const cancellation& cancelled) {
  const std::string repository = repository_of_artifacts(pipeline);
  auto registry = registry_for(repository, registries_of(where, cancelled), around);
  if (!registry) return std::move(registry).error();
  return artifact_store(*std::move(registry), pipeline.declared.name.str(), where.own(), where.domain);
}

result<std::string> bundle_here(const way_context& in, const declared_pipeline& pipeline) {
  kubernetes::release_facts facts;
  for (const environment* place : all_environments(pipeline.declared))
    if (status read = read_declared_files(pipeline, *place, facts); !read) return std::move(read).error();
  return bundle_of(pipeline, facts.files, paths_of(pipeline, in.where.build_root));
}

std::vector<std::string> environments_here(const declared_pipeline& pipeline) {
  std::vector<std::string> names;
  for (const environment& each : pipeline.declared.environments) names.push_back(each.name.str());
  return names;
}

result<stored_artifact> artifact_here(const way_context& in,
                                      const graph_step& step,
                                      const std::vector<wanted_image>& images) {
  const declared_pipeline& pipeline = *step.pipeline;
  const git_state& git = in.source.git_of(pipeline);
  result<std::string> bundle = bundle_here(in, pipeline);
  if (!bundle) return std::move(bundle).error();
  const result<digest> inputs = in.options.inputs_of(pipeline);
  if (!inputs) return inputs.error();
  stored_artifact made;
  made.record = {.pipeline = pipeline.declared.name.str(),
                 .source = source_of(pipeline, {}, in.around).repository,
                 .commit = git.commit.value_or(""),
                 .branch = git.built_branch.value_or(""),
                 .committed = in.source.commit_date(pipeline),
                 .built = in.time.now(),
                 .run = in.options.run_id,
                 .who = who(pipeline.source_directory, in.around),
                 .inputs = *inputs,
                 .bundle = sha256(*bundle),
                 .images = deliver_artifacts::images_in(images),
                 .checks = deliver_artifacts::checks_passed(pipeline),
                 .environments = environments_here(pipeline)};
  made.bundle = *std::move(bundle);
  return made;
}

status check_same(const std::string& subject,
                  const artifact_store& in,
                  const stored_artifact& there,
                  const std::vector<wanted_image>& images,
                  const std::string& bundle) {
  stored_artifact here = there;
  here.record.images = deliver_artifacts::images_in(images);
  if (std::string differs = difference_between(there, here); !differs.empty())
    return error{
        exit_class::conflict,
        subject,
        "the artifact of this commit has other images",
        there.record.short_commit(),
        {{"there", in.name_of(there.record.commit)},
         {"differs", std::move(differs)},
         {"likely", "the build is not reproducible: with Maven, set project.build.outputTimestamp"}}};
  if (there.bundle == bundle) return {};
  return error{exit_class::conflict,
               subject,
               fmt::format("the artifact of {} was declared otherwise", there.record.short_commit()),
               bundle_difference(there.bundle, bundle),
               {{"there", in.name_of(there.record.commit)},
                {"allowed", "one declaration for each commit: the same -D options on every machine"},
                {"try", "configure with the options of the run that made it, or commit the change"}}};
}

status check_has_artifacts(const declared_pipeline& pipeline) {
  if (pipeline.has_artifacts()) return {};
  return error{exit_class::usage,
               pipeline.declared.name.str(),
               "this pipeline makes no image, no zip and no files, so it has no artifacts",
               {},
               {}};
}

result<bool> put_artifact(const permit&, const artifact_store& to, const stored_artifact& what) {
  return to.write(what);
}

status put_history(const permit&,
                   const artifact_store& to,
                   const std::string& commit,
                   const std::string& text) {
  return to.write_history(commit, text);
}

status put_mark(const permit&,
                const artifact_store& to,
                const artifact_mark& what,
                const artifact_record& of) {
  return to.set_mark(what, of);
}

status put_build_approval(const permit&, const artifact_store& to, const artifact_mark& what) {
  return to.set_build_approval(what);
}

}  // namespace cicd
