// The words of WRITE, one after the other, on the bytes of the files.
#pragma once

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/yaml_edit.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/written_value.hpp>
#include <cicd/deliver/manifest_values.hpp>
#include <cicd/deliver/release_draft.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace cicd {

namespace deliver_manifest_values {
namespace {

using file_map = std::map<std::string, std::string>;

/// What is of the whole deployment: as in ENV of a service that runs the first of the images. Without images
/// it is of the commit.
placeholder_values values_of_release(const environment& place, const deployment_record& record) {
  const release_draft made = draft_of(record, place);
  kubernetes::image_facts of{{}, record.commit.substr(0, 7), record.commit, record.branch};
  if (!made.facts.images.empty()) of = made.facts.images.begin()->second;
  placeholder_values values = kubernetes::placeholders_of(of, made.facts);
  values.erase("image");
  return values;
}

/// The text with its placeholders. Class `conflict`: the deployment has not all that it asks for.
result<std::string> value_in(const std::string& text,
                             const placeholder_values& values,
                             const deployment_record& record) {
  for (const std::string& name : placeholders_in(text))
    if (!values.contains(name))
      return error{exit_class::conflict,
                   {},
                   fmt::format("WRITE: {{{}}} is not known of deployment #{}", name, record.generation),
                   text,
                   {{"commit", record.commit.empty() ? "unknown" : record.commit},
                    {"try", "another value of WRITE, or deploy a commit that has it"}}};
  return with_placeholders(text, values);
}

/// One value, as it stands in a file.
struct place_of_value {
  const text& word;
  written_value of;
};

error of_declared(error failure,
                  const declared_pipeline& pipeline,
                  const environment& place,
                  const text& word) {
  failure.notes.insert(failure.notes.begin(), {"WRITE", word.str()});
  if (!failure.subject.empty())
    failure.notes.insert(failure.notes.begin(), {"in", std::exchange(failure.subject, {})});
  const std::string option = "environment." + place.name.str() + ".write";
  if (const auto found = pipeline.origins.find(option); found != pipeline.origins.end())
    failure.notes.insert(failure.notes.begin(),
                         {"declared at", found->second.text(pipeline.source_directory)});
  return failure;
}

std::string folder_of(const declared_pipeline& pipeline, const environment& place) {
  return (place.path ? place.path.str() : place.name.str() + "/" + pipeline.declared.name.str()) + "/";
}

error no_such_file(const std::string& name,
                   const std::string& folder,
                   const file_map& files,
                   const file_map& modes) {
  if (const auto other = modes.find(name); other != modes.end() && other->second != "100755")
    return error{exit_class::usage,
                 {},
                 other->second == "120000" ? "WRITE: this is a symbolic link, and is not followed"
                                           : "WRITE: this is a submodule, and not a file",
                 folder + name,
                 {{"try", "WRITE of the file that it leads to, or a file in its place"}}};
  std::vector<std::string> names;
  for (const auto& [each, content] : files) names.push_back(each);
  error missing{exit_class::usage, {}, "WRITE: there is no such file", folder + name, {}};
  if (const auto near = nearest(name, names)) missing = std::move(missing).with("did you mean", *near);
  if (!names.empty() && names.size() <= 10) missing = std::move(missing).with("allowed", joined(names, ", "));
  return std::move(missing).with("try",
                                 "commit the file to the manifest repository, or give PATH its folder");
}

/// What `change` makes of each place of WRITE, in the file that holds it.
template <typename Change>
result<file_map> changed(const declared_pipeline& pipeline,
                         const environment& place,
                         file_map files,
                         const file_map& modes,
                         const Change& change) {
  for (const text& word : place.write) {
    const std::optional<written_value> of = written_value_from(word.view());
    if (!of) continue;  // refused at configure
    const auto file = files.find(of->file);
    if (file == files.end())
      return of_declared(no_such_file(of->file, folder_of(pipeline, place), files, modes), pipeline, place,
                         word);
    result<std::string> content = change(*of, file->first, file->second);
    if (!content) return of_declared(std::move(content).error(), pipeline, place, word);
    file->second = *std::move(content);
  }
  return files;
}

/// Whether WRITE has a value of this file.
bool is_written(const environment& place, const std::string& file) {
  return std::ranges::any_of(place.write,
                             [&](const text& word) { return word.view().starts_with(file + ":"); });
}

/// `digest` and `newTag` of an element of `images`: those of both that are there.
std::vector<std::pair<std::string, std::string>> parts_of_image() {
  return {{"digest", "digest"}, {"newTag", "tag"}};
}

std::vector<yaml_step> below(std::vector<yaml_step> path, const std::string& key) {
  path.push_back({key, false});
  return path;
}

/// Where the environment has copies, the element is to name them: its `newName` is written, and added where
/// the copy has another name than the element.
result<std::string> with_name_of_copy(const written_value& of,
                                      const std::string& file,
                                      std::string content,
                                      const placeholder_values& values,
                                      const deployment_record& record) {
  const result<std::string> repository = value_in("{image.repository}", values, record);
  if (!repository) return repository;
  if (of.path.back().name == *repository && !yaml_scalar_at(content, file, below(of.path, "newName")))
    return content;
  return yaml_with_key(content, file, of.path, "newName", *repository);
}

result<std::string> image_in(const written_value& of,
                             const std::string& file,
                             std::string content,
                             const environment& place,
                             const placeholder_values& values,
                             const deployment_record& record) {
  std::optional<error> failure;
  bool is_there = false;
  for (const auto& [key, part] : parts_of_image()) {
    const std::vector<yaml_step> at = below(of.path, key);
    if (const auto now = yaml_scalar_at(content, file, at); !now) {
      if (!failure) failure = now.error();
      continue;
    }
    is_there = true;
    const result<std::string> wanted = value_in("{image." + part + "}", values, record);
    if (!wanted) return wanted.error();
    result<std::string> with = yaml_with(content, file, at, *wanted);
    if (!with) return with;
    content = *std::move(with);
  }
  if (is_there)
    return place.images_in ? with_name_of_copy(of, file, std::move(content), values, record)
                           : result<std::string>(std::move(content));
  return std::move(*failure).with(
      "try", "kustomize edit set image " + of.path.back().name + "=<repository>@sha256:<digest>");
}

}  // namespace
}  // namespace deliver_manifest_values

placeholder_values values_of_deploy(const environment& place, const deployment_record& record) {
  using namespace deliver_manifest_values;
  placeholder_values values = values_of_release(place, record);
  for (const auto& [name, image] : record.images) {
    const std::map<std::string, std::string> parts{
        {"tag", image.tag}, {"digest", "sha256:" + hex(image.manifest)}, {"repository", image.repository()}};
    for (const auto& [part, value] : parts) {
      values[image_step_name(name) + "." + part] = value;
      if (record.images.size() == 1) values[part] = values["image." + part] = value;
    }
    if (record.images.size() == 1) values["image"] = image.reference;
  }
  return values;
}

result<std::map<std::string, std::string>> with_values(const declared_pipeline& pipeline,
                                                       const environment& place,
                                                       const deployment_record& record,
                                                       std::map<std::string, std::string> files,
                                                       const std::map<std::string, std::string>& modes) {
  using namespace deliver_manifest_values;
  const placeholder_values values = values_of_deploy(place, record);
  const std::string folder = folder_of(pipeline, place);
  return changed(pipeline, place, std::move(files), modes,
                 [&](const written_value& of, const std::string& name,
                     const std::string& content) -> result<std::string> {
                   if (!of.value) return image_in(of, folder + name, content, place, values, record);
                   const result<std::string> value = value_in(*of.value, values, record);
                   if (!value) return value;
                   return yaml_with(content, folder + name, of.path, *value);
                 });
}

result<std::map<std::string, std::string>> values_put_back(const declared_pipeline& pipeline,
                                                           const environment& place,
                                                           const deployment_record& record,
                                                           const std::map<std::string, std::string>& before,
                                                           const manifest_state& now) {
  std::map<std::string, std::string> files = kept_files(pipeline, place, now.files);
  if (!pipeline.declared.services.empty())
    for (const auto& [name, content] : before)
      if (!deliver_manifest_values::is_written(place, name)) files[name] = content;
  return with_values(pipeline, place, record, std::move(files), now.modes);
}

std::map<std::string, std::string> kept_files(const declared_pipeline& pipeline,
                                              const environment& place,
                                              const std::map<std::string, std::string>& files) {
  if (pipeline.declared.services.empty()) return files;
  std::map<std::string, std::string> kept;
  for (const auto& [name, content] : files)
    if (deliver_manifest_values::is_written(place, name)) kept.emplace(name, content);
  return kept;
}

}  // namespace cicd
