// The words of WRITE, one after the other, on the bytes of the files.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/yaml_edit.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/declare/written_value.hpp>
#include <cicd/deliver/manifest_values.hpp>

namespace cicd {

namespace deliver_manifest_values {
namespace {

using file_map = std::map<std::string, std::string>;

/// `registry.example.com/team/orders` of `registry.example.com/team/orders:v1@sha256:…`.
std::string repository_in(const std::string& reference) {
  const std::string tagged = reference.substr(0, reference.find('@'));
  const auto colon = tagged.rfind(':');
  const bool is_port = colon == tagged.npos || tagged.find('/', colon) != tagged.npos;
  return is_port ? tagged : tagged.substr(0, colon);
}

placeholder_values values_of(const deployment_record& record) {
  const bool is_tagged = !record.tag.empty();
  const std::string& version = is_tagged ? record.tag : record.version;
  const bool has_v =
      is_tagged && version.size() > 1 && version.front() == 'v' && version[1] >= '0' && version[1] <= '9';
  placeholder_values values{{"pipeline", record.pipeline},
                            {"environment", record.environment},
                            {"version", version.substr(has_v ? 1 : 0)},
                            {"commit", record.commit},
                            {"commit_short", record.commit.substr(0, 7)},
                            {"branch", record.branch}};
  for (const auto& [name, image] : record.images) {
    const std::map<std::string, std::string> parts{{"tag", image.tag},
                                                   {"digest", "sha256:" + hex(image.manifest)},
                                                   {"repository", repository_in(image.reference)}};
    for (const auto& [part, value] : parts) {
      values[(name == "image" ? name : "image-" + name) + "." + part] = value;
      if (record.images.size() == 1) values[part] = values["image." + part] = value;
    }
    if (record.images.size() == 1) values["image"] = image.reference;
  }
  return values;
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
  const std::string option = "environment." + place.name.str() + ".write";
  if (const auto found = pipeline.origins.find(option); found != pipeline.origins.end())
    failure.notes.insert(failure.notes.begin(),
                         {"declared at", found->second.text(pipeline.source_directory)});
  failure.notes.insert(failure.notes.begin(), {"WRITE", word.str()});
  if (!failure.subject.empty())
    failure.notes.insert(failure.notes.begin(), {"in", std::exchange(failure.subject, {})});
  return failure;
}

std::string folder_of(const declared_pipeline& pipeline, const environment& place) {
  return (place.path ? place.path.str() : place.name.str() + "/" + pipeline.declared.name.str()) + "/";
}

/// What `change` makes of each place of WRITE, in the file that holds it.
template <typename Change>
result<file_map> changed(const declared_pipeline& pipeline,
                         const environment& place,
                         file_map files,
                         const Change& change) {
  for (const text& word : place.write) {
    const std::optional<written_value> of = written_value_from(word.view());
    if (!of) continue;  // refused at configure
    const auto file = files.find(of->file);
    if (file == files.end()) {
      std::vector<std::string> names;
      for (const auto& [name, content] : files) names.push_back(name);
      error missing{
          exit_class::usage, {}, "WRITE: there is no such file", folder_of(pipeline, place) + of->file, {}};
      if (const auto near = nearest(of->file, names))
        missing = std::move(missing).with("did you mean", *near);
      if (!names.empty() && names.size() <= 10)
        missing = std::move(missing).with("allowed", joined(names, ", "));
      return of_declared(std::move(missing).with(
                             "try", "commit the file to the manifest repository, or give PATH its folder"),
                         pipeline, place, word);
    }
    result<std::string> content = change(*of, file->first, file->second);
    if (!content) return of_declared(std::move(content).error(), pipeline, place, word);
    file->second = *std::move(content);
  }
  return files;
}

/// `digest` and `newTag` of an element of `images`: those of both that are there.
std::vector<std::pair<std::string, std::string>> parts_of_image() {
  return {{"digest", "digest"}, {"newTag", "tag"}};
}

std::vector<yaml_step> below(std::vector<yaml_step> path, const std::string& key) {
  path.push_back({key, false});
  return path;
}

result<std::string> image_in(const written_value& of,
                             const std::string& file,
                             std::string content,
                             const std::function<result<std::string>(const std::vector<yaml_step>& at,
                                                                     const std::string& part)>& value) {
  std::optional<error> failure;
  bool is_there = false;
  for (const auto& [key, part] : parts_of_image()) {
    const std::vector<yaml_step> at = below(of.path, key);
    if (const auto now = yaml_scalar_at(content, file, at); !now) {
      if (!failure) failure = now.error();
      continue;
    }
    is_there = true;
    const result<std::string> wanted = value(at, part);
    if (!wanted) return wanted.error();
    result<std::string> with = yaml_with(content, file, at, *wanted);
    if (!with) return with;
    content = *std::move(with);
  }
  if (is_there) return content;
  return std::move(*failure).with(
      "try", "kustomize edit set image " + of.path.back().name + "=<repository>@sha256:<digest>");
}

}  // namespace
}  // namespace deliver_manifest_values

result<std::map<std::string, std::string>> with_values(const declared_pipeline& pipeline,
                                                       const environment& place,
                                                       const deployment_record& record,
                                                       std::map<std::string, std::string> files) {
  using namespace deliver_manifest_values;
  const placeholder_values values = values_of(record);
  const std::string folder = folder_of(pipeline, place);
  return changed(pipeline, place, std::move(files),
                 [&](const written_value& of, const std::string& name,
                     const std::string& content) -> result<std::string> {
                   if (of.value)
                     return yaml_with(content, folder + name, of.path, with_placeholders(*of.value, values));
                   return image_in(
                       of, folder + name, content,
                       [&](const std::vector<yaml_step>&, const std::string& part) -> result<std::string> {
                         return values.at("image." + part);
                       });
                 });
}

result<std::map<std::string, std::string>> values_put_back(const declared_pipeline& pipeline,
                                                           const environment& place,
                                                           const std::map<std::string, std::string>& before,
                                                           const std::map<std::string, std::string>& now) {
  using namespace deliver_manifest_values;
  const std::string folder = folder_of(pipeline, place);
  file_map files = kept_files(pipeline, place, now);
  for (const auto& [name, content] : before) {
    const bool is_written = std::ranges::any_of(
        place.write, [&, file = name](const text& word) { return word.view().starts_with(file + ":"); });
    if (!pipeline.declared.services.empty() && !is_written) files[name] = content;
  }
  return changed(pipeline, place, std::move(files),
                 [&](const written_value& of, const std::string& name,
                     const std::string& content) -> result<std::string> {
                   const auto old = before.find(name);
                   if (old == before.end()) return content;
                   const auto put = [&](const std::vector<yaml_step>& at) -> result<std::string> {
                     auto value = yaml_scalar_at(old->second, folder + name, at);
                     if (!value) return std::move(value).error();
                     return std::move(value->value);
                   };
                   if (!of.value)
                     return image_in(
                         of, folder + name, content,
                         [&](const std::vector<yaml_step>& at, const std::string&) { return put(at); });
                   const result<std::string> value = put(of.path);
                   if (!value) return value;
                   return yaml_with(content, folder + name, of.path, *value);
                 });
}

std::map<std::string, std::string> kept_files(const declared_pipeline& pipeline,
                                              const environment& place,
                                              const std::map<std::string, std::string>& files) {
  if (pipeline.declared.services.empty()) return files;
  std::map<std::string, std::string> kept;
  for (const auto& [name, content] : files)
    for (const text& word : place.write)
      if (word.view().starts_with(name + ":")) kept.emplace(name, content);
  return kept;
}

}  // namespace cicd
