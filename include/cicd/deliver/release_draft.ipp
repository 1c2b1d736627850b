// From images and declared files to the facts for rendering.
#pragma once

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/deliver/change_gate.hpp>
#include <cicd/deliver/image_copies.hpp>
#include <cicd/deliver/manifest_values.hpp>
#include <cicd/deliver/policy/own_configuration.hpp>
#include <cicd/deliver/promotion.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/deliver/sources.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace deliver_release_draft {
namespace {

/// A file of the source folder that a declaration names, and the path of the value that does.
struct named_file {
  std::string path, value;
};

/// The files of the source folder that a pattern names.
result<std::vector<std::string>> matched(const std::string& folder, std::string_view pattern) {
  std::vector<std::string> paths;
  const std::string root = glob_root(pattern);
  const auto place = place_below(folder, root);
  if (!place) return place.error();
  const auto entries = *place ? list_tree(**place) : std::vector<tree_entry>();
  if (!entries) return paths;
  for (const tree_entry& each : *entries) {
    const std::string path = root.empty() ? each.path : root + "/" + each.path;
    if (each.kind != entry_kind::folder && glob_matches(pattern, path)) paths.push_back(path);
  }
  return paths;
}

/// The same error of a file or pattern that `value` names, with where it was declared.
error of_declared(error failure, const declared_pipeline& pipeline, const named_file& named) {
  failure.subject = pipeline.declared.name.str();
  const auto found = pipeline.origins.lower_bound(named.value);
  if (found == pipeline.origins.end() || !found->first.starts_with(named.value)) return failure;
  return std::move(failure).with("declared at", found->second.text(pipeline.source_directory));
}

status read_into(const declared_pipeline& pipeline,
                 const named_file& named,
                 kubernetes::release_facts& facts) {
  if (facts.files.contains(named.path)) return {};
  result<std::string> content = read_below(pipeline.source_directory, named.path);
  if (!content) return of_declared(std::move(content).error(), pipeline, named);
  facts.files.emplace(named.path, *std::move(content));
  return {};
}

/// Those of the artifact. Of MANIFESTS the patterns are this declaration's, the files are not.
status take_bundled_files(const deploy_request& of,
                          const deployment_record& record,
                          kubernetes::release_facts& facts) {
  facts.files = of.promoted->files;
  for (const relative_path& each : of.place().manifests_from) {
    if (!facts.files.contains(each.str()))
      return error{exit_class::conflict,
                   of.step.id,
                   fmt::format("MANIFESTS_FROM: the artifact of {} has no such file",
                               of.promoted->artifact.record.short_commit()),
                   each.str(),
                   {{"try", "deploy a commit that was not deployed before it was declared"}}};
    facts.manifests.push_back(each.str());
    facts.templates.push_back(each.str());
  }
  if (!of.place().parameters.empty()) {
    const placeholder_values values = values_of_deploy(of.place(), record);
    for (const assignment& each : of.place().parameters)
      facts.parameters[each.name.str()] = with_placeholders(each.value, values);
  }
  for (const path_pattern& pattern : of.place().manifests) {
    const std::size_t before = facts.manifests.size();
    for (const auto& [path, content] : facts.files)
      if (glob_matches(pattern.view(), path)) facts.manifests.push_back(path);
    if (facts.manifests.size() > before) continue;
    return error{exit_class::conflict,
                 of.step.id,
                 fmt::format("MANIFESTS: the artifact of {} has no file that matches",
                             of.promoted->artifact.record.short_commit()),
                 pattern.str(),
                 {{"try", "deploy a commit that was published with such files"}}};
  }
  return {};
}

/// Those that services and cron jobs name.
std::vector<named_file> files_of_workloads(const pipeline& declared) {
  std::vector<named_file> files;
  const auto add = [&](const std::string& kind, const auto& of) {
    const std::string value = kind + of.name.str();
    for (const file_mapping& each : of.config_files)
      files.push_back({each.from.str(), value + ".config_files"});
    for (const relative_path& each : of.patch) files.push_back({each.str(), value + ".patch"});
  };
  for (const zip_function& each : declared.functions)
    if (each.config) files.push_back({each.config.str(), "zip_function." + each.name.str() + ".config"});
  for (const service& each : declared.services) add("service.", each);
  for (const cron_job& each : declared.cron_jobs) add("cron_job.", each);
  return files;
}

/// Of files it says that it is none of an image.
std::string reference_in(const registry& in, const wanted_image& image, const std::string& tag) {
  return (is_of_files(image.repository) ? std::string(files_scheme) : std::string())
         + in.reference(tag, image.manifest);
}

/// An image of an artifact bears the tag that it is promoted by, and says what built it.
deployment_record::image promoted_image(const registry& in, const wanted_image& image, const promotion& by) {
  const artifact_record& made = by.artifact.record;
  const std::string tag = by.image_tag.empty() ? made.short_commit() : by.image_tag;
  return {reference_in(in, image, tag), tag, image.manifest,
          made.images_of.empty() ? made.commit : made.images_of, made.branch};
}

/// One that runs there already keeps what first built it; another gets the tag of this commit.
result<deployment_record::image> held_image(const way_context& in,
                                            const deploy_request& of,
                                            const wanted_image& image,
                                            const std::optional<deployment_record>& before) {
  auto registry = registry_for(repository_in(of.place(), image.repository),
                               registries_of(in.where, in.options.cancelled), in.around);
  if (!registry) return std::move(registry).error();
  if (before && before->images.contains(image.name)) {
    const deployment_record::image& there = before->images.at(image.name);
    if (there.manifest == image.manifest && there.reference == reference_in(**registry, image, there.tag))
      return there;
  }
  if (of.promoted != nullptr) return promoted_image(**registry, image, *of.promoted);
  const result<std::string> tag =
      in.source.tag_for(of.step, image.manifest, in.artifacts.is_of_change(of.pipeline(), in.where));
  if (!tag) return tag.error();
  const git_state& git = in.source.git_of(of.pipeline());
  return deployment_record::image{reference_in(**registry, image, *tag), *tag, image.manifest,
                                  git.commit.value_or(""), git.built_branch.value_or("")};
}

/// The tag that it is for, else its commit's digits, whichever of its images keep the tag of an older one;
/// what no commit has is called as its first image is.
result<std::string> version_for(const way_context& in,
                                const deploy_request& of,
                                const deployment_record& made) {
  if (of.promoted != nullptr)
    return of.promoted->image_tag.empty() ? of.promoted->artifact.record.short_commit()
                                          : of.promoted->image_tag;
  const git_state& git = in.source.git_of(of.pipeline());
  const result<bool> dirty = git.commit ? in.source.is_dirty(of.step) : result<bool>(true);
  if (!dirty) return dirty.error();
  if (!*dirty) return git.short_commit();
  return of.images.empty() ? std::string() : made.images.at(of.images.front().name).tag;
}

}  // namespace
}  // namespace deliver_release_draft

std::string version_of_tag(const std::string& tag) {
  const bool has_v = tag.size() > 1 && tag.front() == 'v' && tag[1] >= '0' && tag[1] <= '9';
  return has_v ? tag.substr(1) : tag;
}

status read_declared_files(const declared_pipeline& pipeline,
                           const environment& place,
                           kubernetes::release_facts& facts) {
  using namespace deliver_release_draft;
  std::vector<named_file> files = files_of_workloads(pipeline.declared);
  for (const path_pattern& pattern : place.manifests) {
    const named_file named{pattern.str(), "environment." + place.name.str() + ".manifests"};
    const result<std::vector<std::string>> found = matched(pipeline.source_directory, pattern.view());
    if (!found) return of_declared(found.error(), pipeline, named);
    if (found->empty())
      return of_declared(error{exit_class::usage,
                               {},
                               "MANIFESTS: no file matches",
                               pattern.str(),
                               {{"in", pipeline.source_directory}}},
                         pipeline, named);
    facts.manifests.insert(facts.manifests.end(), found->begin(), found->end());
    for (const std::string& path : *found) files.push_back({path, named.value});
  }
  for (const named_file& each : files)
    if (status read = read_into(pipeline, each, facts); !read) return read;
  return {};
}

release_draft draft_of(const deployment_record& record, const environment& place) {
  release_draft made;
  made.record = record;
  made.facts.pipeline = record.pipeline;
  made.facts.environment = record.environment;
  made.facts.version = version_of_tag(record.tag);
  made.facts.protected_branch = place.on.kind != ref_kind::none;
  for (const auto& [name, image] : record.images)
    made.facts.images[name] = {image.reference, image.tag, image.built_from, image.built_branch};
  return made;
}

result<release_draft> draft_for(const way_context& in,
                                const deploy_request& of,
                                const std::optional<deployment_record>& before) {
  using namespace deliver_release_draft;
  const declared_pipeline& pipeline = of.pipeline();
  const git_state& git = in.source.git_of(pipeline);
  release_draft made;
  made.record = {.pipeline = pipeline.declared.name.str(),
                 .environment = of.place().name.str(),
                 .generation = before ? before->generation + 1 : 1,
                 .id = in.options.run_id,
                 .commit = git.commit.value_or(""),
                 .committed = {},
                 .branch = git.built_branch.value_or(""),
                 .version = {},
                 .dirty = false,
                 .declaration = {},
                 .who = {},
                 .when = in.time.now(),
                 .images = {},
                 .manifests = {},
                 .outcome = "deployed"};
  if (!of.step.is_of_branch()) made.record.configuration = own_configuration_of(of.place());
  for (const auto& [name, value] : settings_in(pipeline.declared, made.record.environment, of.step.copy()))
    made.record.settings.emplace(name.substr(setting_prefix.size()), value);
  made.facts.pipeline = made.record.pipeline;
  made.facts.environment = made.record.environment;
  made.facts.leaves_instance = can(of.place().via, way_feature::folder);
  made.facts.protected_branch = of.place().on.kind != ref_kind::none;
  for (const wanted_image& image : of.images) {
    const result<deployment_record::image> held = held_image(in, of, image, before);
    if (!held) return held.error();
    made.record.images[image.name] = *held;
    made.facts.images[image.name] = {held->reference, held->tag, held->built_from, held->built_branch};
  }
  result<std::string> version = version_for(in, of, made.record);
  if (!version) return std::move(version).error();
  made.record.version = *std::move(version);
  if (of.promoted != nullptr) {
    made.record.tag = of.promoted->ref;
    made.facts.version = version_of_tag(of.promoted->ref);
    made.record.artifact = digest_of(of.promoted->artifact.record);
    if (const hand_promotion* promoted = in.options.promoted_of(pipeline)) {
      made.record.hotfix = promoted->hotfix;
      made.record.branch = of.promoted->artifact.record.branch;
    }
  } else if (!of.step.is_of_branch()) {
    made.record.artifact = in.artifacts.of(pipeline);
  }
  in.gate.record_elsewhere(of.step, made.record);
  const status read = of.promoted != nullptr ? take_bundled_files(of, made.record, made.facts)
                                             : read_declared_files(pipeline, of.place(), made.facts);
  if (!read) return read.error();
  return made;
}

}  // namespace cicd
